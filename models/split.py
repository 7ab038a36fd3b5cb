"""Split: clips that a head is trained or validated on, and the CCC it reaches on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from models.metrics import ccc
from models.prediction import predict
from models.recipe import Recipe
from models.sequence import Sequence as Clip
from models.shapes import expect
from models.standardise import Standardised


def split_ccc(model: Standardised, clips: Sequence[Clip], recipe: Recipe) -> tuple[float, ...]:
    """The official CCC of each target over all labelled steps of all clips.

    Raises FloatingPointError where the model answers with something that is no number.
    """
    guesses = [predict(model, c, recipe.steps, recipe.hop, recipe.batch) for c in clips]
    x = torch.cat([g[c.label_mask] for g, c in zip(guesses, clips, strict=True)])  # (R, Y)
    y = torch.cat([c.labels[c.label_mask] for c in clips])
    if bad := int((~x.isfinite()).sum()):
        raise FloatingPointError(f"{bad} of {x.numel()} predictions are not finite")
    return tuple(ccc(x[:, k].numpy(), y[:, k].numpy()) for k in range(y.shape[1]))


def check(split: str, clips: Sequence[Clip], widths: Mapping[str, int]) -> None:
    """A split holds clips with the head's modalities, and labels that differ, or it is useless.

    Raises KeyError, ShapeError or ValueError with the split, the clip and what is wrong with it.
    """
    if not clips:
        raise ValueError(f"the {split} split has no clip")
    sizes: dict[str, int] = {}
    for i, clip in enumerate(clips):
        name = f"{split} clip {i}"
        sizes["Y"] = expect(f"{name}: labels", clip.labels, "T Y", **sizes)["Y"]
        if missing := [m for m in widths if m not in clip.tokens]:
            raise KeyError(f"{name} lacks {', '.join(missing)}; mask what has no data")
        for m, width in widths.items():
            expect(f"{name}: tokens[{m!r}]", clip.tokens[m], "T D", D=width)
    labels = torch.cat([c.labels[c.label_mask] for c in clips])  # (R, Y)
    if not len(labels):
        raise ValueError(f"the {split} split has no valid label in {len(clips)} clips")
    for k, column in enumerate(labels.T):
        if column.min() == column.max():
            raise ValueError(
                f"the {split} split's target {k} is {column[0]:g} in all {len(column)} valid "
                f"labels; its CCC is undefined"
            )
