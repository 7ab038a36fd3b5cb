from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from models.aligned import AlignedClip
from models.evaluation.disturbance import KINDS, Disturbances, dropped, frozen, noised

STRETCH = 3
LENGTHS = {"a": 17, "b": 5, "c": 11}


def clips(lengths: dict[str, int] = LENGTHS) -> dict[str, AlignedClip]:
    """Each row holds its clip and step, clip number * 100 + step; some are invalid."""
    made = {}
    for number, (name, length) in enumerate(lengths.items()):
        rows = torch.arange(length)[:, None] + 100.0 * number
        masks = {m: torch.arange(length) % 5 != i for i, m in enumerate(("audio", "text"))}
        tokens = {m: rows.repeat(1, d).contiguous() for m, d in (("audio", 2), ("text", 7))}
        made[name] = AlignedClip(
            tokens, masks, torch.zeros(length, 2), torch.ones(length, 2).bool()
        )
    return made


def disturbed(made: Disturbances, clip: str, share: float) -> Tensor:
    """Which steps are disturbed (T,), by dropping from a clip without a masked step."""
    every = clips()[clip]
    full = {**every.masks, "audio": torch.ones(len(every)).bool()}
    unmasked = AlignedClip(every.tokens, full, every.labels, every.label_mask)
    same = Disturbances({**clips(), clip: unmasked}, "audio", made.stretch, made.seed)
    return ~same.of(clip, "dropped", share).masks["audio"]


@pytest.fixture
def made() -> Disturbances:
    return Disturbances(clips(), "audio", STRETCH, 1)


@pytest.mark.parametrize("share, steps", [(0, 0), (0.1, 2), (0.5, 8), (0.9, 15), (1, 17)])
def test_the_share_of_the_steps_is_disturbed(made, share, steps):
    assert int(disturbed(made, "a", share).sum()) == steps


def test_what_is_disturbed_at_one_share_is_at_any_larger_one(made):
    shares = [disturbed(made, "a", i / 10) for i in range(11)]
    for smaller, larger in pairwise(shares):
        assert (larger | ~smaller).all()


def test_disturbed_steps_come_in_stretches(made):
    """Of 17 steps 9 are three stretches of three; the last, of two, may be among them."""
    where = disturbed(made, "a", 9 / 17)
    filled = [int(where[i : i + STRETCH].sum()) for i in range(0, 17, STRETCH)]
    assert sorted(filled)[-2:] == [3, 3] and sum(0 < n < 3 for n in filled) <= 2


def test_clips_and_seeds_differ_in_which_steps_and_modalities_do_not(made):
    where = disturbed(made, "a", 0.5)
    other_seed = Disturbances(clips(), "audio", STRETCH, 2)
    assert (where != disturbed(other_seed, "a", 0.5)).any()
    text = Disturbances(clips(), "text", STRETCH, 1).of("a", "dropped", 0.5).masks["text"]
    assert (text == clips()["a"].masks["text"] & ~where).all()


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_a_share_of_nothing_changes_nothing(self, made, kind):
        before, after = clips()["a"], made.of("a", kind, 0)
        assert torch.equal(after.tokens["audio"], before.tokens["audio"])
        assert torch.equal(after.masks["audio"], before.masks["audio"])

    def test_other_modalities_and_the_labels_are_left_alone(self, made, kind):
        before, after = clips()["a"], made.of("a", kind, 0.7)
        assert torch.equal(after.tokens["text"], before.tokens["text"])
        assert torch.equal(after.masks["text"], before.masks["text"])
        assert torch.equal(after.labels, before.labels)

    def test_steps_that_are_not_disturbed_keep_their_rows(self, made, kind):
        where, before, after = disturbed(made, "a", 0.4), clips()["a"], made.of("a", kind, 0.4)
        assert torch.equal(after.tokens["audio"][~where], before.tokens["audio"][~where])
        assert torch.equal(after.masks["audio"][~where], before.masks["audio"][~where])

    def test_it_is_the_same_every_time(self, made, kind):
        again = Disturbances(clips(), "audio", STRETCH, 1).of("a", kind, 0.6)
        assert torch.equal(made.of("a", kind, 0.6).tokens["audio"], again.tokens["audio"])

    def test_a_clip_without_steps_or_without_rows_can_be_disturbed(self, kind):
        """No clip has a row: there is no foreign one to take."""
        assert len(Disturbances(clips({"a": 0}), "audio", STRETCH, 1).of("a", kind, 0.5)) == 0
        bare = Disturbances(clips({"a": 1}), "audio", STRETCH, 1).of("a", kind, 1)
        assert not bare.masks["audio"].any()


def test_dropped_frozen_and_noised_by_hand():
    rows, foreign = torch.arange(6.0)[:, None], torch.full((6, 1), 9.0)
    mask = torch.tensor([1, 1, 0, 1, 1, 1]).bool()
    where = torch.tensor([1, 0, 1, 1, 0, 1]).bool()
    lost, known = dropped(rows, mask, where, foreign)
    assert known.tolist() == [False, True, False, False, True, False] and torch.equal(lost, rows)
    still, known = frozen(rows, mask, where, foreign)
    assert known.tolist() == [False, True, True, True, True, True]
    assert still[known].flatten().tolist() == [1, 1, 1, 4, 4]
    foreign, known = noised(rows, mask, where, foreign)
    assert known.tolist() == mask.tolist()
    assert foreign[known].flatten().tolist() == [9, 1, 9, 4, 9]


def test_foreign_rows_are_valid_rows_of_other_clips():
    made = Disturbances(clips(), "audio", STRETCH, 1)
    rows = {n: made.of(n, "noised", 1).tokens["audio"][:, 0] for n in LENGTHS}
    for number, drawn in enumerate(rows.values()):
        assert (drawn // 100 != number).all()
        assert (drawn % 100 % 5 != 0).all()
    assert len(rows["a"].unique()) > 3


def test_the_only_clip_of_a_split_draws_its_own_rows():
    alone = Disturbances(clips({"a": 17}), "audio", STRETCH, 1)
    drawn = alone.of("a", "noised", 1).tokens["audio"][:, 0]
    assert (drawn % 5 != 0).all() and (drawn != torch.arange(17)).any()
