"""The files of one demo clip: the same every time, and on one clock."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from features.demo import clip
from features.demo.clip import render, sound
from features.demo.plan import ClipPlan, plan
from features.demo.voice import RATE
from features.demo.words import SpokenWord

SMALL = dict(
    subjects=3, val_subjects=1, test_subjects=1, clips_per_subject=1, seconds=1.4, fps=25,
    size_px=128, seed=7, correlation_s=2.0, stretch_s=(0.5, 0.8), visual_share=0.4,
    audio_share=0.35, text_share=0.4,
)  # fmt: skip


def small(**changes: object) -> list[ClipPlan]:
    return plan(**(SMALL | changes))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_same_plan_same_bytes(tmp_path):
    one = small()[0]
    render(one, tmp_path / "a")
    render(one, tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_clip_does_not_depend_on_which_others_there_are(tmp_path):
    render(small()[1], tmp_path / "a")
    (fifth,) = [p for p in small(subjects=5, clips_per_subject=2) if p.id == small()[1].id]
    render(replace(fifth, split="val"), tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_frames_and_labels_share_their_times(tmp_path):
    one = small()[0]
    render(one, tmp_path)
    rows = (tmp_path / "labels" / f"{one.id}.csv").read_text().splitlines()
    assert rows[0] == "time,valence,arousal"
    labels = np.array([row.split(",") for row in rows[1:]], float)
    with av.open(str(tmp_path / "media" / f"{one.id}.mp4")) as media:
        seen = [float(frame.time) for frame in media.decode(video=0)]
    assert len(seen) == 35
    np.testing.assert_allclose(labels[:, 0], seen, atol=1e-6)
    assert np.abs(labels[:, 1:]).max() <= 1


def test_what_is_heard_lies_where_its_word_does(tmp_path, monkeypatch):
    one = small(visual_share=0.0, audio_share=0.0)[0]
    monkeypatch.setattr(clip, "say", lambda _: [SpokenWord("happy", 0.5, 0.9)])
    render(one, tmp_path)
    with av.open(str(tmp_path / "media" / f"{one.id}.mp4")) as media:
        blocks = list(media.decode(audio=0))
    heard = np.concatenate([block.to_ndarray()[0] for block in blocks])
    times = float(blocks[0].time) + np.arange(len(heard)) / blocks[0].sample_rate
    loud = times[np.abs(heard) > 0.05 * np.abs(heard).max()]
    assert loud[0] == pytest.approx(0.5, abs=0.03)
    assert loud[-1] == pytest.approx(0.9, abs=0.03)


def test_noise_buries_speech_and_silence_removes_it(tmp_path):
    times = np.arange(round(8 * RATE)) / RATE
    level = {"clean": [], "noise": [], "babble": []}
    for one in small(subjects=6, seconds=8.0, stretch_s=(1.0, 3.0)):
        heard = sound(one, clip.say(one))
        bad = one.disturbances().audio
        clean = np.ones(len(times), bool)
        for s in bad:
            here = (times >= s.start) & (times < s.end)
            clean &= ~here
            loudness = np.sqrt((heard[here] ** 2).mean())
            if s.kind == "silence":
                assert loudness < 0.003
            else:
                level[s.kind].append(loudness)
        level["clean"].append(np.sqrt((heard[clean] ** 2).mean()))
    assert min(level["noise"] + level["babble"]) > 2 * np.median(level["clean"])


def test_an_interruption_leaves_nothing_half_written(tmp_path, monkeypatch):
    one = small()[0]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(clip, "sound", stop)
    with pytest.raises(KeyboardInterrupt):
        render(one, tmp_path)
    assert not list((tmp_path / "media").glob("*.mp4"))


def test_the_transcript_is_what_was_said(tmp_path):
    one = small()[0]
    render(one, tmp_path)
    read = json.loads((tmp_path / "transcripts" / f"{one.id}.json").read_text())
    assert [SpokenWord(**word) for word in read["words"]] == clip.say(one)
