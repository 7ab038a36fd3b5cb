"""A corpus of drawn faces and synthesised speech with known valence and arousal.

writes  data/demo/media/*.mp4, labels/*.csv, transcripts/*.json and clips.csv

It shows that the pipeline recovers a planted signal and says nothing about real emotion.
"""

from __future__ import annotations

from functools import partial

from pydantic import Field

from features.demo.clip import render
from features.demo.plan import plan, write_index
from stages.atomic import atomic_folder
from stages.command import main
from stages.params import Section
from stages.paths import DEMO
from stages.work.each import each


class Params(Section):
    """The arguments of features.demo.plan.plan."""

    subjects: int = Field(gt=0)
    val_subjects: int = Field(ge=0)
    test_subjects: int = Field(ge=0)
    clips_per_subject: int = Field(gt=0)
    seconds: float = Field(gt=0)
    fps: int = Field(gt=0)
    size_px: int = Field(ge=64)
    seed: int = Field(ge=0)
    correlation_s: float = Field(gt=0)
    stretch_s: tuple[float, float]
    visual_share: float = Field(ge=0, le=1)
    audio_share: float = Field(ge=0, le=1)
    text_share: float = Field(ge=0, le=1)


def run(params: Params) -> None:
    plans = plan(**params.model_dump())
    with atomic_folder(DEMO) as folder:
        for _ in each(partial(render, folder=folder), plans, "demo"):
            pass
        write_index(plans, folder)


if __name__ == "__main__":
    main("demo", Params, run)
