from __future__ import annotations

from typing import Any

import pytest
import torch

from models.aligned import AlignedClip
from models.shapes import ShapeError

T, D, Y = 7, 5, 2


def parts(**changes: Any) -> dict[str, Any]:
    return {
        "tokens": {"audio": torch.randn(T, D)},
        "masks": {"audio": torch.ones(T, dtype=torch.bool)},
        "labels": torch.zeros(T, Y),
        "label_mask": torch.ones(T, Y, dtype=torch.bool),
        **changes,
    }


def test_its_length_is_its_steps():
    assert len(AlignedClip(**parts())) == T


def test_what_is_masked_may_be_anything():
    x, mask = torch.randn(T, D), torch.ones(T, dtype=torch.bool)
    x[3], mask[3] = torch.nan, False
    AlignedClip(**parts(tokens={"audio": x}, masks={"audio": mask}))


def test_each_target_has_steps_of_its_own():
    labels, mask = torch.zeros(T, Y), torch.ones(T, Y, dtype=torch.bool)
    labels[3, 1], mask[3, 1] = torch.nan, False
    AlignedClip(**parts(labels=labels, label_mask=mask))
    mask[3] = mask[3].flip(0)
    with pytest.raises(ValueError, match="labels has 1 values that its mask calls valid"):
        AlignedClip(**parts(labels=labels, label_mask=mask))


def test_nan_in_a_row_said_to_be_valid_is_named():
    x = torch.randn(T, D)
    x[3, 1], x[5] = torch.nan, torch.inf
    with pytest.raises(ValueError, match=r"tokens\['audio'\] has 2 rows that its mask calls valid"):
        AlignedClip(**parts(tokens={"audio": x}))
    with pytest.raises(ValueError, match="labels has 14 values"):
        AlignedClip(**parts(labels=torch.full((T, Y), torch.nan)))


def test_modalities_of_other_lengths_are_named():
    with pytest.raises(ShapeError, match=r"tokens\['audio'\] must be \(T=7, D\), got \(11, 5\)"):
        AlignedClip(**parts(tokens={"audio": torch.randn(11, D)}))
    with pytest.raises(ShapeError, match=r"the mask of labels must be \(T=7, Y=2\), got \(7,\)"):
        AlignedClip(**parts(label_mask=torch.ones(T, dtype=torch.bool)))


def test_masks_of_other_modalities_or_kinds_are_named():
    with pytest.raises(ValueError, match=r"tokens of \['audio'\] but masks of \[\]"):
        AlignedClip(**parts(masks={}))
    with pytest.raises(TypeError, match=r"the mask of labels must be bool, got torch\.float32"):
        AlignedClip(**parts(label_mask=torch.ones(T, Y)))
