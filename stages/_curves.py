"""CCC of one run while one of its modalities fails: what `robustness` does at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, groupby
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models.disturbance import Disturbances
from models.sequence import Sequence as Steps
from stages._agreement import Clips, Guesses, Scores, agreement, answers_together, over_seeds
from stages._clips import read_clips
from stages._grid import Grid
from stages._params import Section
from stages._trained import Trained, trained

STEPS = 10_000  # of disturbed clips in memory at once
COLUMNS = ("run", "modality", "kind", "share", "target", "ccc", "ccc_std")
Rows = list[list[object]]


class Failures(Section):
    split: Literal["train", "val", "test"]
    kinds: list[str] = Field(min_length=1)  # of models.disturbance.KINDS
    shares: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=1)  # of a clip's steps
    stretch_s: float = Field(gt=0)
    seed: int = Field(ge=0)


def curve(how: Failures, item: tuple[str, str, Sequence[Path]]) -> Rows:
    """A run, one of its modalities and its folder under each seed -> rows of COLUMNS."""
    name, modality, folders = item
    models = [trained(folder) for folder in folders]
    grid = Grid(read_clips())
    clips = grid.split(how.split, models[0].about["widths"])
    stretch = max(1, round(how.stretch_s / grid.step_s))
    disturbances = Disturbances(clips, modality, stretch, how.seed)
    whole = _scores(models, clips, lambda clip: clips[clip])
    rows: Rows = []
    for kind in how.kinds:
        for share in how.shares:
            fail = partial(disturbances.of, kind=kind, share=share)
            scores = _scores(models, clips, fail) if share else whole
            point = (name, modality, kind, share)
            rows += [[*point, t, s["ccc"], s["ccc_std"]] for t, s in scores.items()]
    return rows


def _scores(models: Sequence[Trained], clips: Clips, failing: Callable[[str], Steps]) -> Scores:
    """Scores over seeds of what models say of clips, of which few are in memory twice at once."""
    ends = dict(zip(clips, accumulate(map(len, clips.values())), strict=True))
    each: list[Guesses] = [{} for _ in models]
    for _, names in groupby(clips, lambda clip: ends[clip] // STEPS):
        few = {clip: failing(clip) for clip in names}
        for guesses, model in zip(each, models, strict=True):
            guesses |= answers_together(model, few)
    return over_seeds([agreement(guesses, clips) for guesses in each])
