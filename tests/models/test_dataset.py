from __future__ import annotations

from collections.abc import Iterable

import torch

from models.aligned import AlignedClip
from models.clip import Rows
from models.dataset import Dataset

STEPS, HOP = 5, 3
LENGTHS = (11, 0, 2, 7)


def numbered(length: int, first: int) -> AlignedClip:
    """A clip whose rows hold their own number, so that they can be told apart."""
    rows = torch.arange(first, first + length)
    return AlignedClip(
        tokens={"audio": rows[:, None].float().expand(-1, 3), "text": -rows[:, None].float()},
        masks={"audio": rows % 2 == 0, "text": rows % 3 == 0},
        labels=rows[:, None].float() / torch.tensor([100, 1000]),
        label_mask=torch.stack([rows % 5 != 0, rows % 7 == 0], dim=1),
    )


def dataset() -> Dataset:
    clips = {f"clip {i}": numbered(n, 100 * i) for i, n in enumerate(LENGTHS)}
    return Dataset.cut(clips, ["text", "audio"], STEPS, HOP)


def test_windows_come_in_clip_order_and_never_cross_clips():
    data = dataset()
    tokens, *_ = data.batch(torch.arange(len(data)))
    first = tokens["audio"][:, 0, 0].tolist()
    assert first == [0, 3, 6, 200, 300, 303]
    inside = tokens["audio"][..., 0] != 0  # beyond its end a clip is zero; so is row 0
    clip_of = tokens["audio"][..., 0] // 100  # (W, T)
    assert ((clip_of == clip_of[:, :1]) | ~inside).all()


def test_a_batch_holds_the_rows_whose_numbers_it_is_given():
    tokens, masks, labels, label_mask, places = dataset().batch(torch.tensor([5, 1]))
    assert places == [("clip 3", 3, 7), ("clip 0", 3, 8)]
    assert list(tokens) == ["text", "audio"]
    assert tokens["audio"].shape == (2, STEPS, 3)
    assert tokens["text"][:, :, 0].tolist() == [
        [-303, -304, -305, -306, 0],
        [-3, -4, -5, -6, -7],
    ]
    assert masks["audio"].tolist() == [
        [False, True, False, True, False],
        [False, True] * 2 + [False],
    ]
    assert label_mask.shape == (2, STEPS, 2)
    assert label_mask[..., 0].tolist() == [
        [True, True, False, True, False],
        [True, True, False, True, True],
    ]
    assert label_mask[..., 1].tolist() == [[False] * 5, [False] * 4 + [True]]
    torch.testing.assert_close(labels[1, :, 0], torch.tensor([0.03, 0.04, 0.05, 0.06, 0.07]))


def test_windows_know_their_clip():
    data = dataset()
    assert [data.names[i] for i in data.clip.tolist()] == [f"clip {i}" for i in (0, 0, 0, 2, 3, 3)]


def test_no_more_is_read_than_the_windows_of_a_batch():
    asked = []

    class Watched(AlignedClip):
        def rows(self, start: int, stop: int, modalities: Iterable[str]) -> Rows:
            asked.append((start, stop, list(modalities)))
            return super().rows(start, stop, modalities)

    one = numbered(11, 0)
    clip = Watched(one.tokens, one.masks, one.labels, one.label_mask)
    data = Dataset.cut({"a": clip}, ["text"], STEPS, HOP).labelled()
    assert asked == []
    list(data.batches([torch.tensor([2]), torch.tensor([0])]))
    assert asked == [(6, 11, ["text"]), (0, 5, ["text"])]


def test_batches_come_in_the_order_in_which_they_are_asked_for():
    each = [torch.tensor([n]) for n in (3, 0, 5, 1)]
    found = [batch.places[0][:2] for batch in dataset().batches(each)]
    assert found == [("clip 2", 0), ("clip 0", 0), ("clip 3", 3), ("clip 0", 3)]


def test_windows_without_a_label_can_be_left_out():
    clip = numbered(7, 0)
    last = torch.arange(7)[:, None] == torch.tensor([6, -1])  # the last step, of one target
    one = AlignedClip(clip.tokens, clip.masks, clip.labels, last)
    other = AlignedClip(clip.tokens, clip.masks, clip.labels, last.flip(1))
    data = Dataset.cut({"a": one, "b": clip, "c": other}, ["audio"], 5, 5)
    assert (len(data), len(data.labelled())) == (6, 4)
    assert data.labelled().clip.tolist() == [0, 1, 1, 2]


def test_a_clip_of_no_length_has_no_window():
    assert len(Dataset.cut({"a": numbered(0, 0)}, ["audio"], STEPS, HOP)) == 0
