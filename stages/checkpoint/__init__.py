"""A trained run on disk: written by `train`, read by whatever predicts.

    weights.safetensors   of the best epoch, with the scale of every feature
    history.csv           epoch, lr, loss, validation CCC and gate activity
    run.json              how it was made, what made its features, and what it reached; the digest
                          of each file of code behind its head, and of the weights

A run with a model for each target has such a folder for each inside its own.
"""
