"""Fusion heads for affect over time: their blocks, their training and their evaluation.

Tensors in, tensors and numbers out, in torch and numpy. Knows no file, no params.yaml, no HDF5.

Axis names, used in every docstring and comment of this package; one letter is one size:

    B  windows in the batch          T  steps of the time grid in a window
    D  width of one modality's rows  C  width of one modality inside a head
    J  width of the joint stream     M  modalities
    N  candidates of a gate          L  recursions
    R  rows of all clips together    W  windows of all clips together
    Y  targets                       K  inner width of JCA's attention
    S  key/value rows of attention   E  clips of a split
    Q  bootstrap resamples of clips

A mask is bool, True where there is data: (B, T); of labels it is (B, T, Y), each target's own. A
window may lack a modality altogether. Targets are named, each with its range: labels and
predictions are in it, while heads themselves predict about -1 to 1.
Modalities are visited in the order of `widths`, never in the order of the batch's dict.
"""
