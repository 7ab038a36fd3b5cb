"""One clip to extract: made into an entry of the clip store, wherever that is done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from features.extractor import built
from features.manifest import Clip
from features.shards import Record
from features.store import Store
from stages.clips import blaming
from stages.flaws import ERRORS, gone

Ask = Callable[[Any, Clip], Any]  # an extractor, a clip -> what the one makes of the other
Keep = Callable[[str, str, Any], Record]  # clip id, source digest, what came out -> a record


@dataclass(frozen=True)
class Job:
    """One clip to extract, picklable: what a worker process needs to make one store entry."""

    clip: Clip
    source: str
    key: str
    kind: str
    extractor: str
    options: str  # canonical JSON
    meta: str  # canonical JSON
    ask: Ask
    keep: Keep

    @property
    def built(self) -> Any:
        """The extractor."""
        return built(self.kind, self.extractor, self.options)

    def record(self, answer: Any) -> Record:
        """The record of what came out, under an id that is the same for clips of the same bytes."""
        return self.keep(self.source[:16], self.source, answer)


def make(job: Job) -> None:
    """Extract one clip and keep it in the store, unless a worker that was lost has done so."""
    if Store().has(job.key):
        return
    with blaming(job.clip):
        record = job.record(job.ask(job.built, job.clip))
    Store().put(job.key, json.loads(job.meta), record)


def attempt(job: Job) -> tuple[str, str]:
    """Make one clip -> its id, and why its file cannot be read, or ""."""
    try:
        make(job)
    except ERRORS as error:
        if gone(job.clip):
            raise
        return job.clip.id, str(error)
    return job.clip.id, ""


def lost(job: Job, reason: str) -> tuple[str, str]:
    """As `attempt`, of a clip that crashes every process that reads it."""
    return job.clip.id, reason
