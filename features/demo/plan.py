"""The plan of the demo corpus: its clips, and the random streams that each of them draws from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from features.demo.disturbances import Disturbances, sample_disturbances
from features.demo.traces import Trace, sample_balanced

REACH = 0.9  # valence and arousal stay within it: an annotator's scale is rarely used to its ends
STREAMS = ("disturbances", "truth", "motion", "words", "voice", "noise")
SUBJECT_STREAMS = ("look", "speaker")  # apart, or skin and pitch would share their draws


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """The plan of one clip: all that decides it; small, so that it can go to another process."""

    id: str
    subject: int
    split: str  # train, val or test
    number: int  # of this subject's clips
    seed: int
    seconds: float
    fps: int
    size_px: int
    correlation_s: float
    stretch_s: tuple[float, float]
    visual_share: float
    audio_share: float
    text_share: float

    def rng(self, stream: str) -> np.random.Generator:
        """The random stream of this clip, whatever other clips there are."""
        key = (1, self.subject, self.number, STREAMS.index(stream))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def subject_rng(self, stream: str) -> np.random.Generator:
        """The random stream of this clip's subject, the same for all clips of the subject."""
        key = (0, self.subject, SUBJECT_STREAMS.index(stream))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def frame_times(self) -> np.ndarray:
        """The presentation time of each video frame, s (T,)."""
        return np.arange(round(self.seconds * self.fps)) / self.fps

    def truth(self) -> tuple[Trace, Trace]:
        """The planted valence and arousal."""
        return sample_balanced(self.rng("truth"), self.seconds, self.correlation_s, REACH)

    def disturbances(self) -> Disturbances:
        """The disturbances of the clip, from its own random stream."""
        shares = (self.visual_share, self.audio_share, self.text_share)
        rng = self.rng("disturbances")
        return sample_disturbances(rng, self.seconds, self.stretch_s, *shares)


def plan(
    *,
    subjects: int,
    val_subjects: int,
    test_subjects: int,
    clips_per_subject: int,
    seconds: float,
    fps: int,
    size_px: int,
    seed: int,
    correlation_s: float,
    stretch_s: tuple[float, float],
    visual_share: float,
    audio_share: float,
    text_share: float,
) -> list[ClipPlan]:
    """The plans of all clips, in order of subject; the last are held out for val and test."""
    train = subjects - val_subjects - test_subjects
    if train < 1:
        raise ValueError(
            f"no subject is left to train on: {subjects} subjects, of which {val_subjects} are for "
            f"val and {test_subjects} for test"
        )
    same = partial(
        ClipPlan,
        seed=seed,
        seconds=seconds,
        fps=fps,
        size_px=size_px,
        correlation_s=correlation_s,
        stretch_s=(stretch_s[0], stretch_s[1]),
        visual_share=visual_share,
        audio_share=audio_share,
        text_share=text_share,
    )
    splits = ["train"] * train + ["val"] * val_subjects + ["test"] * test_subjects
    return [
        same(id=f"s{subject:02d}-c{number:02d}", subject=subject, split=split, number=number)
        for subject, split in enumerate(splits)
        for number in range(clips_per_subject)
    ]


def write_index(plans: list[ClipPlan], folder: Path) -> None:
    """Write <folder>/clips.csv: `clip,subject,split`, one row a clip."""
    rows = [f"{p.id},s{p.subject:02d},{p.split}" for p in plans]
    temporary = folder / "clips.csv.part"
    temporary.write_text("\n".join(["clip,subject,split", *rows]) + "\n", encoding="utf-8")
    os.replace(temporary, folder / "clips.csv")
