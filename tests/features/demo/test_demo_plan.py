"""What the demo corpus plants, and what it hides."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from features.demo.disturbances import inside
from features.demo.lexicon import FILLERS, GRADED, NEUTRAL
from features.demo.plan import ClipPlan, plan, write_index
from features.demo.words import say, syllables

SIZE = dict(subjects=7, val_subjects=2, test_subjects=2, clips_per_subject=2)
CLIP = dict(seconds=8.0, fps=25, size_px=128, seed=3, correlation_s=2.0, stretch_s=(1.0, 3.0))
SHARES = dict(visual_share=0.4, audio_share=0.35, text_share=0.4)


@pytest.fixture(scope="module")
def plans() -> list[ClipPlan]:
    return plan(**SIZE, **CLIP, **SHARES)


def test_a_subject_is_in_one_split_only(plans):
    splits = {p.subject: {q.split for q in plans if q.subject == p.subject} for p in plans}
    assert [len(s) for s in splits.values()] == [1] * 7
    assert [p.split for p in plans] == ["train"] * 6 + ["val"] * 4 + ["test"] * 4


def test_ids_are_unique_and_plans_survive_pickling(plans):
    assert len({p.id for p in plans}) == len(plans)
    assert pickle.loads(pickle.dumps(plans)) == plans


def test_at_every_moment_some_modality_carries_each_dimension(plans):
    for p in plans:
        times, bad = p.frame_times(), p.disturbances()
        hidden, buried = inside(bad.visual, times), inside(bad.audio, times)
        assert not (hidden & buried).any()
        # where the face is hidden a voice carries both; it is never away for longer than a breath
        middles = np.array([(w.start + w.end) / 2 for w in say(p)])
        nearest = np.abs(times[hidden, None] - middles).min(axis=1)
        assert nearest.max() < 0.9


def test_disturbances_keep_to_their_shares(plans):
    times = plans[0].frame_times()
    for name in ("visual", "audio", "text"):
        found = np.mean([inside(getattr(p.disturbances(), name), times).mean() for p in plans])
        assert found == pytest.approx(SHARES[f"{name}_share"], abs=0.12)


def test_shares_that_cannot_take_turns_are_refused():
    (one, *_) = plan(**SIZE, **CLIP, **(SHARES | {"audio_share": 0.7}))
    with pytest.raises(ValueError, match="must not exceed 1 together"):
        one.disturbances()


def test_no_subject_left_to_train_on_is_refused():
    with pytest.raises(ValueError, match="no subject is left to train on"):
        plan(**(SIZE | {"subjects": 4}), **CLIP, **SHARES)


def test_valence_and_arousal_are_smooth_bounded_and_use_their_range(plans):
    curves = np.array([[trace(p.frame_times()) for trace in p.truth()] for p in plans])
    assert np.abs(curves).max() <= 0.91
    assert np.abs(np.diff(curves)).max() < 0.2  # a frame
    assert (curves.std(axis=(0, 2)) > 0.4).all()
    assert abs(np.corrcoef(curves[:, 0].ravel(), curves[:, 1].ravel())[0, 1]) < 0.2


def test_words_do_not_overlap_and_lie_in_the_clip(plans):
    for p in plans:
        words = say(p)
        edges = np.array([(w.start, w.end) for w in words]).ravel()
        assert edges[0] >= 0 and edges[-1] <= p.seconds
        assert (np.diff(edges) > 0).all()


def test_nobody_speaks_in_a_silence(plans):
    for p in plans:
        for hush in (s for s in p.disturbances().audio if s.kind == "silence"):
            assert not [w for w in say(p) if w.end > hush.start and w.start < hush.end]


def test_words_carry_valence_except_where_the_text_is_useless(plans):
    level = {word: grade for grade, words in GRADED.items() for word in words}
    said, felt = [], []
    for p in plans:
        valence, _ = p.truth()
        for w in (w for w in say(p) if w.word in level):
            assert not inside(p.disturbances().text, np.array(w.start + 0.2))
            said.append(level[w.word])
            felt.append(float(valence(np.array(w.start))))
    assert np.corrcoef(said, felt)[0, 1] > 0.9


def test_no_word_is_on_two_lists():
    words = [w for known in (*GRADED.values(), NEUTRAL, FILLERS) for w in known]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(("word", "count"), [("smile", 1), ("pleasant", 2), ("the", 1)])
def test_syllables_can_be_counted_by_hand(word, count):
    assert syllables(word) == count


def test_the_index_has_a_row_a_clip(plans, tmp_path):
    write_index(plans, tmp_path)
    rows = (tmp_path / "clips.csv").read_text().splitlines()
    assert rows[0] == "clip,subject,split"
    assert rows[1] == "s00-c00,s00,train"
    assert len(rows) == 1 + len(plans)
