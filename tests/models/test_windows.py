from __future__ import annotations

import pytest
import torch

from models.shapes import ShapeError
from models.windows import average, rows, starts

STEPS = 7
LENGTHS = [0, 1, 6, 7, 8, 13, 14, 15, 101]


@pytest.mark.parametrize(
    ("length", "hop", "expected"),
    [(0, 3, []), (1, 3, [0]), (7, 3, [0]), (8, 3, [0, 3]), (10, 3, [0, 3]), (11, 3, [0, 3, 6])],
)
def test_starts_by_hand(length, hop, expected):
    assert list(starts(length, STEPS, hop)) == expected


@pytest.mark.parametrize("length", LENGTHS)
def test_windows_without_overlap_partition_the_clip(length):
    index, inside = rows(length, STEPS, STEPS)
    assert index[inside].tolist() == list(range(length))


@pytest.mark.parametrize("hop", range(1, STEPS + 1))
@pytest.mark.parametrize("length", LENGTHS)
def test_every_step_is_seen_and_no_window_is_empty_or_needless(length, hop):
    index, inside = rows(length, STEPS, hop)
    assert set(index[inside].tolist()) == set(range(length))
    assert inside[:, 0].all()
    assert length <= STEPS or int(index[:-1][inside[:-1]].max()) < length - 1


@pytest.mark.parametrize("length", LENGTHS[1:])
def test_steps_beyond_the_end_repeat_the_last_row_and_are_not_inside(length):
    index, inside = rows(length, STEPS, 5)
    assert (index[~inside] == length - 1).all()
    assert (index[:, 1:] - index[:, :-1])[inside[:, 1:]].eq(1).all()


@pytest.mark.parametrize("hop", [1, 3, 5, 7])
@pytest.mark.parametrize("length", LENGTHS)
def test_averaging_what_was_cut_gives_the_clip_back(length, hop):
    clip = torch.randn(length, 2, dtype=torch.float64)
    index, inside = rows(length, STEPS, hop)
    cut = clip[index] if length else torch.zeros(0, STEPS, 2, dtype=torch.float64)
    cut[~inside] = torch.nan
    torch.testing.assert_close(average(cut, length, hop), clip)


def test_an_average_by_hand():
    """Two windows of 3, hop 2, over 4 steps: only step 2 is seen twice."""
    seen = torch.tensor([[1.0, 1.0, 2.0], [6.0, 5.0, 99.0]])[..., None]
    assert average(seen, 4, 2).flatten().tolist() == [1, 1, 4, 5]


@pytest.mark.parametrize("hop", [0, -1, 8])
def test_a_hop_that_skips_steps_is_refused(hop):
    with pytest.raises(ValueError, match=f"hop must be 1 to steps=7, got {hop}"):
        starts(101, STEPS, hop)


def test_windows_of_another_clip_are_refused():
    with pytest.raises(ShapeError, match="15 steps in windows of 7, hop 7, are 3 windows, got 2"):
        average(torch.zeros(2, 7, 1), 15, 7)
