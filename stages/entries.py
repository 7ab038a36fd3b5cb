"""The clip store's entries of the clips of a stage: made where they are missing, read to be packed.

Of a clip whose file cannot be read there is none, but a record that says so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from features.shards import Record
from features.store import Store
from stages import clip_job
from stages.clip_job import Job
from stages.flaws import Flaw, Spared
from stages.work.each import each

log = logging.getLogger("stages")


class Entries:
    """The entries of clips, read for sizes and then once more for rows: the packer's way.

    Each is checked the first time. Of the last one there is a copy: clips that lack a modality all
    have the same.
    """

    def __init__(self, store: Store, jobs: Sequence[Job], spared: Spared | None, label: str):
        """`spared`: how to go on without a clip; None: what is wrong with one is a failure."""
        self._store, self._spared, self._label = store, spared, label
        self.jobs = {job.clip.id: job for job in jobs}
        self._reasons: dict[str, str] = {}  # of clips whose file cannot be read
        self._checked: dict[str, Record] = {}
        self._last: tuple[str, Record] | None = None

    def fill(self) -> None:
        """Make those that the store lacks."""
        unique = {job.key: job for job in self.jobs.values()}  # the same bytes are made once
        missing = [job for job in unique.values() if not self._store.has(job.key)]
        count, known = len(self.jobs), len(self.jobs) - len(missing)
        log.info("%d clips, %d of them in the store %s", count, known, self._store.root)
        self._make(missing)
        bad = {self.jobs[clip].key for clip in self._reasons}
        also = [job for job in self.jobs.values() if job.key in bad and job not in missing]
        self._make(also)  # what is wrong with each of the same bytes is said of its own file

    def flaws(self) -> list[Flaw]:
        """What is wrong with clips whose file cannot be read, in order of clips."""
        return [
            Flaw(clip, self._spared.file(job.clip), self._reasons[clip])
            for clip, job in self.jobs.items()
            if self._spared and clip in self._reasons
        ]

    def __call__(self, clips: Iterable[str]) -> Iterator[Record]:
        for clip in clips:
            if clip in self._checked:
                yield self._checked.pop(clip)
                continue
            job = self.jobs[clip]
            same = f"{job.key} {clip in self._reasons}"
            if self._last is None or self._last[0] != same:
                self._last = same, self._kept(job)
            self._checked[clip] = replace(self._last[1], clip=clip)
            yield self._checked[clip]

    def _make(self, jobs: Sequence[Job]) -> None:
        if self._spared is None:
            for _ in each(clip_job.make, jobs, self._label):
                pass
            return
        work = clip_job.attempt
        for clip, reason in each(work, jobs, self._label, apart=True, lost=clip_job.lost):
            if reason:
                self._reasons[clip] = reason

    def _kept(self, job: Job) -> Record:
        """A checked entry, made where it was damaged or somebody cleared the store meanwhile."""
        for make_it in (True, False):
            if self._spared and job.clip.id in self._reasons:
                return job.record(self._spared.answer(job.built))
            if (record := self._store.get(job.key)) is not None:
                return record
            if make_it:
                self._make([job])
        raise OSError(
            f"clip store {self._store.root} does not keep the entry of clip {job.clip.id!r}"
        )
