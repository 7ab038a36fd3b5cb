"""Splits: checks of the clips of a split, and the CCC and gate activity of a model on them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from models.clip import Clips
from models.metrics import ccc
from models.prediction import with_gates
from models.recipe import Recipe
from models.shapes import ShapeError
from models.standardise import Standardised
from models.targets import Range, Ranges

# Labels may leave their range by this share of its larger end: rounding to float32, and means.
ROUNDING = 1e-5
HINT = "; give it some, or name another split where this one is used"


def validated(
    model: Standardised, clips: Clips, recipe: Recipe
) -> tuple[tuple[float, ...], dict[str, float]]:
    """A model on the clips of a split: (CCC of each target, gate activity of each modality).

    CCC (models.metrics.ccc) is over the labelled steps of all clips together. Gate activity is the
    mean gate weight, over all their steps, of the recursion outputs: all candidates but 0, the
    modality's own encoding; empty without gates.

    Raises FloatingPointError, with the clip, for predictions that are not finite.
    """
    predictions: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    own: dict[str, list[Tensor]] = {}  # the weight of its own encoding at each step, (T,)
    for name, clip in clips.items():
        predicted, gates = with_gates(model, clip, recipe)
        labels, mask = clip.truth(0, len(clip))
        read = predicted[mask.any(dim=1)]
        if bad := int((~read.isfinite()).sum()):
            raise FloatingPointError(
                f"{bad} of {read.numel()} predictions for clip {name!r} are not finite"
            )
        predictions.append((predicted.numpy(), labels.numpy(), mask.numpy()))
        for m, weights in gates.items():
            own.setdefault(m, []).append(weights[:, 0])
    x, y, valid = (np.concatenate(parts) for parts in zip(*predictions, strict=True))  # (R, Y)
    columns = zip(x.T, y.T, valid.T, strict=True)
    activity = {m: 1 - float(torch.cat(each).mean()) for m, each in own.items()}
    return tuple(ccc(x[known], y[known]) for x, y, known in columns), activity


def check(split: str, clips: Clips, widths: Mapping[str, int], targets: Ranges) -> None:
    """Check that a split has clips, the head's modalities in each, and labels of each target that
    lie in its range and define a CCC.

    Raises KeyError, ShapeError or ValueError with the split, the clip or target and what is wrong.
    """
    if not clips:
        raise ValueError(f"the {split} split has no clip{HINT}")
    known = {target: _Known() for target in targets}
    for clip_name, clip in clips.items():
        name = f"{split} clip {clip_name!r}"
        labels, mask = clip.truth(0, len(clip))
        if labels.shape[1] != len(targets):
            raise ShapeError(
                f"{name}: labels are of {labels.shape[1]} targets, expected {len(targets)}"
            )
        if missing := [m for m in widths if m not in clip.widths]:
            raise KeyError(f"{name} lacks {', '.join(missing)}; mask what has no data")
        for m, width in widths.items():
            if clip.widths[m] != width:
                raise ShapeError(f"{name}: {m} is {clip.widths[m]} wide, expected {width}")
        for k, (target, bounds) in enumerate(targets.items()):
            known[target].add(name, target, labels[mask[:, k], k], bounds)
    for target, found in known.items():
        found.check(split, target, len(clips))


class _Known:
    """What is known of one target's labels in a split: how many, and from where to where."""

    count, low, high = 0, math.inf, -math.inf

    def add(self, clip: str, target: str, labels: Tensor, bounds: Range) -> None:
        """Those of a clip, (R,). Raises ValueError for some that are outside their range."""
        low, high = bounds
        slack = ROUNDING * max(abs(low), abs(high))
        outside = labels[(labels < low - slack) | (labels > high + slack)]
        if len(outside):
            raise ValueError(
                f"{clip}: {len(outside)} of {len(labels)} labels of {target} "
                f"are outside its range [{low:g}, {high:g}], first {outside[0]:g}"
            )
        if len(labels):
            self.count += len(labels)
            self.low = min(self.low, float(labels.min()))
            self.high = max(self.high, float(labels.max()))

    def check(self, split: str, target: str, clips: int) -> None:
        """Raises ValueError where no CCC is defined."""
        if not self.count:
            raise ValueError(
                f"the {split} split has no valid label of {target} in {clips} clips{HINT}"
            )
        if self.low == self.high:
            raise ValueError(
                f"the {split} split's {target} is {self.low:g} in all {self.count} valid "
                f"labels; its CCC is undefined"
            )
