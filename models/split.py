"""Splits: checks of the clips of a split, and the CCC and gate activity of a model on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from models.aligned import AlignedClip
from models.metrics import ccc
from models.prediction import explain, predict
from models.recipe import Recipe
from models.shapes import expect
from models.standardise import Standardised

HINT = "; give it some, or name another split where this one is used"


def split_ccc(
    model: Standardised, clips: Mapping[str, AlignedClip], recipe: Recipe
) -> tuple[float, ...]:
    """CCC (models.metrics.ccc) of each target over all labelled steps of all clips together.

    Raises FloatingPointError, with the clip, for predictions that are not finite.
    """
    predictions = []
    for name, clip in clips.items():
        predicted = predict(model, clip, recipe.steps, recipe.hop, recipe.batch)[clip.label_mask]
        if bad := int((~predicted.isfinite()).sum()):
            raise FloatingPointError(
                f"{bad} of {predicted.numel()} predictions for clip {name!r} are not finite"
            )
        predictions.append(predicted)
    x = torch.cat(predictions)  # (R, Y)
    y = torch.cat([c.labels[c.label_mask] for c in clips.values()])
    return tuple(ccc(x[:, k].numpy(), y[:, k].numpy()) for k in range(y.shape[1]))


def gate_activity(
    model: Standardised, clips: Mapping[str, AlignedClip], recipe: Recipe
) -> dict[str, float]:
    """Gate activity of each modality: the mean gate weight, over all steps of all clips, of the
    recursion outputs, all candidates but 0, the modality's own encoding; empty without gates.
    """
    each = [explain(model, c, recipe.steps, recipe.hop, recipe.batch) for c in clips.values()]
    each = [weights for weights in each if weights]  # a clip of no steps has no weights
    modalities = each[0] if each else {}
    return {
        m: 1 - float(torch.cat([weights[m][:, 0] for weights in each]).mean()) for m in modalities
    }


def check(
    split: str, clips: Mapping[str, AlignedClip], widths: Mapping[str, int], targets: Sequence[str]
) -> None:
    """Check that a split has clips, the head's modalities in each, and labels that define a CCC.

    Raises KeyError, ShapeError or ValueError with the split, the clip and what is wrong with it.
    """
    if not clips:
        raise ValueError(f"the {split} split has no clip{HINT}")
    for clip_name, clip in clips.items():
        name = f"{split} clip {clip_name!r}"
        expect(f"{name}: labels", clip.labels, "T Y", Y=len(targets))
        if missing := [m for m in widths if m not in clip.tokens]:
            raise KeyError(f"{name} lacks {', '.join(missing)}; mask what has no data")
        for m, width in widths.items():
            expect(f"{name}: tokens[{m!r}]", clip.tokens[m], "T D", D=width)
    labels = torch.cat([c.labels[c.label_mask] for c in clips.values()])  # (R, Y)
    if not len(labels):
        raise ValueError(f"the {split} split has no valid label in {len(clips)} clips{HINT}")
    for target, column in zip(targets, labels.T, strict=True):
        if column.min() == column.max():
            raise ValueError(
                f"the {split} split's {target} is {column[0]:g} in all {len(column)} valid "
                f"labels; its CCC is undefined"
            )
