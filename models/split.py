"""Split: clips that a head is trained or validated on, and what it reaches on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from models.metrics import ccc
from models.prediction import explain, predict
from models.recipe import Recipe
from models.sequence import Sequence as Clip
from models.shapes import expect
from models.standardise import Standardised

OTHER = "; give it some, or name another split where this one is used"


def split_ccc(model: Standardised, clips: Mapping[str, Clip], recipe: Recipe) -> tuple[float, ...]:
    """The official CCC of each target over all labelled steps of all clips.

    Raises FloatingPointError, with the clip, where the model answers with something that is no
    number.
    """
    guesses = []
    for name, clip in clips.items():
        guess = predict(model, clip, recipe.steps, recipe.hop, recipe.batch)[clip.label_mask]
        if bad := int((~guess.isfinite()).sum()):
            raise FloatingPointError(
                f"{bad} of {guess.numel()} predictions for clip {name!r} are not finite"
            )
        guesses.append(guess)
    x = torch.cat(guesses)  # (R, Y)
    y = torch.cat([c.labels[c.label_mask] for c in clips.values()])
    return tuple(ccc(x[:, k].numpy(), y[:, k].numpy()) for k in range(y.shape[1]))


def openness(model: Standardised, clips: Mapping[str, Clip], recipe: Recipe) -> dict[str, float]:
    """How far each modality's gate is open: the mean weight, over all steps of all clips, of what
    attention made of it as against its own encoding, candidate 0; empty for a head without gates.
    """
    asked = [explain(model, c, recipe.steps, recipe.hop, recipe.batch) for c in clips.values()]
    asked = [a for a in asked if a]  # a clip without a step says nothing
    modalities = asked[0] if asked else {}
    return {m: 1 - float(torch.cat([a[m][:, 0] for a in asked]).mean()) for m in modalities}


def check(
    split: str, clips: Mapping[str, Clip], widths: Mapping[str, int], targets: Sequence[str]
) -> None:
    """A split holds clips with the head's modalities, and labels that differ, or it is useless.

    Raises KeyError, ShapeError or ValueError with the split, the clip and what is wrong with it.
    """
    if not clips:
        raise ValueError(f"the {split} split has no clip{OTHER}")
    for clip_name, clip in clips.items():
        name = f"{split} clip {clip_name!r}"
        expect(f"{name}: labels", clip.labels, "T Y", Y=len(targets))
        if missing := [m for m in widths if m not in clip.tokens]:
            raise KeyError(f"{name} lacks {', '.join(missing)}; mask what has no data")
        for m, width in widths.items():
            expect(f"{name}: tokens[{m!r}]", clip.tokens[m], "T D", D=width)
    labels = torch.cat([c.labels[c.label_mask] for c in clips.values()])  # (R, Y)
    if not len(labels):
        raise ValueError(f"the {split} split has no valid label in {len(clips)} clips{OTHER}")
    for target, column in zip(targets, labels.T, strict=True):
        if column.min() == column.max():
            raise ValueError(
                f"the {split} split's {target} is {column[0]:g} in all {len(column)} valid "
                f"labels; its CCC is undefined"
            )
