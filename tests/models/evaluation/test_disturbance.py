from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from models.aligned import AlignedClip
from models.dataset import Place
from models.evaluation import disturbance
from models.evaluation.disturbance import KINDS, Disturbances

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


def of(made: Disturbances, clip: str, kind: str, share: float) -> AlignedClip:
    """A clip with one of its modalities disturbed, as one window."""
    before, m = made.clips[clip], made.modality
    tokens, masks = before.rows(0, len(before), ("audio", "text"))
    whole = Place(clip, 0, len(before))
    rows, mask = made.window(whole, kind, share, tokens[m], masks[m])
    labels = before.truth(0, len(before))
    return AlignedClip({**tokens, m: rows}, {**masks, m: mask}, *labels)


def disturbed(made: Disturbances, clip: str, share: float) -> Tensor:
    """Which steps are disturbed (T,), by dropping from a clip without a masked step."""
    every = clips()[clip]
    full = {**every.masks, "audio": torch.ones(len(every)).bool()}
    unmasked = AlignedClip(every.tokens, full, every.labels, every.label_mask)
    same = Disturbances({**clips(), clip: unmasked}, "audio", made.stretch, made.seed)
    return ~of(same, clip, "dropped", share).masks["audio"]


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
    text = of(Disturbances(clips(), "text", STRETCH, 1), "a", "dropped", 0.5).masks["text"]
    assert (text == clips()["a"].masks["text"] & ~where).all()


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_a_share_of_nothing_changes_nothing(self, made, kind):
        before, after = clips()["a"], of(made, "a", kind, 0)
        assert torch.equal(after.tokens["audio"], before.tokens["audio"])
        assert torch.equal(after.masks["audio"], before.masks["audio"])

    def test_other_modalities_and_the_labels_are_left_alone(self, made, kind):
        before, after = clips()["a"], of(made, "a", kind, 0.7)
        assert torch.equal(after.tokens["text"], before.tokens["text"])
        assert torch.equal(after.masks["text"], before.masks["text"])
        assert torch.equal(after.labels, before.labels)

    def test_steps_that_are_not_disturbed_keep_their_rows(self, made, kind):
        where, before, after = disturbed(made, "a", 0.4), clips()["a"], of(made, "a", kind, 0.4)
        assert torch.equal(after.tokens["audio"][~where], before.tokens["audio"][~where])
        assert torch.equal(after.masks["audio"][~where], before.masks["audio"][~where])

    def test_it_is_the_same_every_time(self, made, kind):
        again = of(Disturbances(clips(), "audio", STRETCH, 1), "a", kind, 0.6)
        assert torch.equal(of(made, "a", kind, 0.6).tokens["audio"], again.tokens["audio"])

    def test_a_clip_without_steps_or_without_rows_can_be_disturbed(self, kind):
        """No clip has a row: there is no foreign one to take."""
        assert len(of(Disturbances(clips({"a": 0}), "audio", STRETCH, 1), "a", kind, 0.5)) == 0
        bare = of(Disturbances(clips({"a": 1}), "audio", STRETCH, 1), "a", kind, 1)
        assert not bare.masks["audio"].any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.9])
@pytest.mark.parametrize("start", [0, 4, 11, 16])
def test_a_window_is_disturbed_as_the_whole_clip_is(kind, share, start):
    made = Disturbances(clips(), "audio", STRETCH, 1)
    whole, stop = of(made, "a", kind, share), min(start + 6, 17)
    tokens, masks = made.clips["a"].rows(start, stop, ["audio"])
    rows, mask = made.window(Place("a", start, stop), kind, share, tokens["audio"], masks["audio"])
    assert torch.equal(mask, whole.masks["audio"][start:stop])
    assert torch.equal(rows[mask], whole.tokens["audio"][start:stop][mask])


def test_frozen_by_hand(monkeypatch):
    rows, mask = torch.arange(6.0)[:, None], torch.tensor([1, 1, 0, 1, 1, 1]).bool()
    clip = AlignedClip({"audio": rows}, {"audio": mask}, torch.zeros(6, 2), torch.ones(6, 2).bool())
    made = Disturbances({"a": clip}, "audio", 1, 1)
    ranks = torch.tensor([0, 5, 1, 2, 4, 3])  # of six steps 0, 2, 3 and 5 are disturbed at 4/6
    monkeypatch.setattr(made, "_ranks", lambda clip: ranks)
    still, known = made.window(Place("a", 0, 6), "frozen", 4 / 6, rows, mask)
    assert known.tolist() == [False, True, True, True, True, True]
    assert still[known].flatten().tolist() == [1, 1, 1, 4, 4]
    still, known = made.window(Place("a", 2, 4), "frozen", 4 / 6, rows[2:4], mask[2:4])
    assert still.flatten().tolist() == [1, 1] and known.all(), "the row is from before the window"


def test_of_many_rows_every_nth_is_drawn_from(monkeypatch):
    monkeypatch.setattr(disturbance, "POOL_BYTES", 4 * 2 * 10)  # 10 rows of 2 numbers, of 27
    drawn = of(Disturbances(clips(), "audio", STRETCH, 1), "a", "noised", 1).tokens["audio"][:, 0]
    assert set(drawn.tolist()) <= {101, 104, 201, 204, 208}, "each third valid row of b and of c"


def test_foreign_rows_are_valid_rows_of_other_clips():
    made = Disturbances(clips(), "audio", STRETCH, 1)
    rows = {n: of(made, n, "noised", 1).tokens["audio"][:, 0] for n in LENGTHS}
    for number, drawn in enumerate(rows.values()):
        assert (drawn // 100 != number).all()
        assert (drawn % 100 % 5 != 0).all()
    assert len(rows["a"].unique()) > 3


def test_the_only_clip_of_a_split_draws_its_own_rows():
    alone = Disturbances(clips({"a": 17}), "audio", STRETCH, 1)
    drawn = of(alone, "a", "noised", 1).tokens["audio"][:, 0]
    assert (drawn % 5 != 0).all() and (drawn != torch.arange(17)).any()
