from __future__ import annotations

import pytest
import torch

from models.shapes import ShapeError, expect


def test_axes_are_returned_by_letter():
    assert expect("x", torch.zeros(2, 3), "B T") == {"B": 2, "T": 3}


def test_known_sizes_are_passed_on():
    assert expect("x", torch.zeros(2), "B", D=5) == {"B": 2, "D": 5}


def test_a_wrong_size_is_named_with_its_axes():
    with pytest.raises(ShapeError, match=r"^x must be \(B, T=7\), got \(2, 3\)$"):
        expect("x", torch.zeros(2, 3), "B T", T=7)


@pytest.mark.parametrize("shape", [(2,), (2, 3, 5)])
def test_a_missing_or_extra_axis_is_named(shape):
    with pytest.raises(ShapeError, match=r"^x must be \(B, T\), got"):
        expect("x", torch.zeros(shape), "B T")
