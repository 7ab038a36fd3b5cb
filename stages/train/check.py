"""What can be known of trainings before hours are spent on them."""

from __future__ import annotations

from collections.abc import Iterable

from models.split import check as check_split
from stages.train.job import Job


def check(jobs: Iterable[Job]) -> None:
    """Raises ValueError, naming the run, where a head cannot be built, or cannot be trained for
    want of any row of a stream; and as models.split.check for splits without usable labels.
    """
    seen: set[object] = set()
    for job in jobs:
        modalities, targets = tuple(job.plan.modalities), tuple(job.targets)
        if (job.plan.name, targets) not in seen:
            _check_head(job)
        if (modalities, targets) not in seen:
            _check_rows(job)
            for side, called in (("train", "training"), ("val", "validation")):
                clips = job.grid.split(side, modalities, targets)
                check_split(called, clips, {m: job.grid.widths[m] for m in modalities}, job.targets)
        seen |= {(job.plan.name, targets), (modalities, targets)}


def _check_head(job: Job) -> None:
    try:
        job.build()
    except ValueError as error:
        error.add_note(_where(job))
        raise


def _check_rows(job: Job) -> None:
    train = [clip.id for clip in job.grid.clips if clip.split == "train"]
    for stream in job.plan.modalities:
        if train and not any(job.grid.has(clip, stream) for clip in train):
            raise ValueError(
                f"{stream} has no row with a value in {len(train)} training clips: take it out "
                f"of `modalities` {_where(job)}, or that run out of train.runs"
            )


def _where(job: Job) -> str:
    return f"in train.runs.{job.head}.{job.plan.name} of params.yaml"
