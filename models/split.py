"""Splits: checks of the clips of a split, and the CCC and gate activity of a model on them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from models.aligned import AlignedClip
from models.metrics import ccc
from models.prediction import explain, predict
from models.recipe import Recipe
from models.shapes import expect
from models.standardise import Standardised
from models.targets import Range, Ranges

# Labels may leave their range by this share of its larger end: rounding to float32, and means.
ROUNDING = 1e-5
HINT = "; give it some, or name another split where this one is used"


def split_ccc(
    model: Standardised, clips: Mapping[str, AlignedClip], recipe: Recipe
) -> tuple[float, ...]:
    """CCC (models.metrics.ccc) of each target over its labelled steps of all clips together.

    Raises FloatingPointError, with the clip, for predictions that are not finite.
    """
    predictions = []
    for name, clip in clips.items():
        predicted = predict(model, clip, recipe.steps, recipe.hop, recipe.batch)
        read = predicted[clip.label_mask.any(dim=1)]
        if bad := int((~read.isfinite()).sum()):
            raise FloatingPointError(
                f"{bad} of {read.numel()} predictions for clip {name!r} are not finite"
            )
        predictions.append(predicted)
    x = torch.cat(predictions)  # (R, Y)
    y, mask = (torch.cat([getattr(c, k) for c in clips.values()]) for k in ("labels", "label_mask"))
    columns = zip(x.T, y.T, mask.T, strict=True)
    return tuple(ccc(x[valid].numpy(), y[valid].numpy()) for x, y, valid in columns)


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
    split: str, clips: Mapping[str, AlignedClip], widths: Mapping[str, int], targets: Ranges
) -> None:
    """Check that a split has clips, the head's modalities in each, and labels of each target that
    lie in its range and define a CCC.

    Raises KeyError, ShapeError or ValueError with the split, the clip or target and what is wrong.
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
    for k, (target, bounds) in enumerate(targets.items()):
        each = {name: c.labels[c.label_mask[:, k], k] for name, c in clips.items()}  # {clip: (R,)}
        _check_target(split, target, each, bounds)


def _check_target(split: str, target: str, each: Mapping[str, Tensor], bounds: Range) -> None:
    low, high = bounds
    slack = ROUNDING * max(abs(low), abs(high))
    for clip_name, labels in each.items():
        outside = labels[(labels < low - slack) | (labels > high + slack)]
        if len(outside):
            raise ValueError(
                f"{split} clip {clip_name!r}: {len(outside)} of {len(labels)} labels of {target} "
                f"are outside its range [{low:g}, {high:g}], first {outside[0]:g}"
            )
    labels = torch.cat(list(each.values()))
    if not len(labels):
        raise ValueError(
            f"the {split} split has no valid label of {target} in {len(each)} clips{HINT}"
        )
    if labels.min() == labels.max():
        raise ValueError(
            f"the {split} split's {target} is {labels[0]:g} in all {len(labels)} valid "
            f"labels; its CCC is undefined"
        )
