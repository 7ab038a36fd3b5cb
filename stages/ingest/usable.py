"""From what a corpus offers to what can be used: each file is looked at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from features.corpus import Candidate, CorpusError
from features.manifest import Clip, Info, Transcript
from features.media.choosing import Choice
from features.media.container import MediaError
from features.media.probing import stretch
from features.track import Track
from features.words import saying
from stages.digests import digests
from stages.ingest.probed import Found, probed

NOTHING = hashlib.sha256(b"").hexdigest()  # of the media of a clip without any


@dataclass(frozen=True)
class Memory:
    """The files in which digests, and what media hold, are kept from one run to the next."""

    digests: Path
    probed: Path


@dataclass(frozen=True)
class Files:
    """What was found out of the files that candidates name."""

    infos: Mapping[Path, Found]
    sha256: Mapping[Path, str | OSError]

    @classmethod
    def of(cls, candidates: Iterable[Candidate], choice: Choice, memory: Memory) -> Files:
        """Look at every file that a candidate names, once.

        choice  the streams of a file that are wanted
        memory  where what was found is kept until next time
        """
        named = [(c.media, c.transcript) for c in candidates]
        media = list(dict.fromkeys(m for m, _ in named if m))
        files = dict.fromkeys([*media, *(t for _, t in named if t)])
        sha256 = digests(files, memory.digests)
        return cls(probed(media, sha256, choice, memory.probed), sha256)

    def clip(self, candidate: Candidate) -> Clip:
        """A candidate as a clip. Raises MediaError where its media cannot be used."""
        media = candidate.media
        if media is not None:
            info = stretch(self._info(media), candidate.start, candidate.end)
        else:
            info = Info(saying(candidate.sentence or ""), None, None, None, None, None)
        return Clip(
            id=candidate.id,
            media=media and os.path.relpath(media),
            sha256=self._digest(media) if media else NOTHING,
            start=candidate.start,
            end=candidate.end,
            info=info,
        )

    def transcript(self, candidate: Candidate) -> Transcript | None:
        """Its words, if it has any written down. Raises MediaError where they cannot be read."""
        file = candidate.transcript
        if file is None:
            return None
        return Transcript(id=candidate.id, file=os.path.relpath(file), sha256=self._digest(file))

    def _info(self, file: Path) -> Info:
        info = self.infos[file]
        if isinstance(info, MediaError):
            raise info
        return info

    def _digest(self, file: Path) -> str:
        sha256 = self.sha256[file]
        if isinstance(sha256, OSError):
            raise MediaError(f"cannot be read: {sha256.strerror or sha256}: {file}")
        return sha256


def check_labels(target: str, labels: Track, duration: float) -> None:
    """Raises CorpusError where most labels of a clip (its duration in s) lie outside of it."""
    inside = int(((labels.times >= 0) & (labels.times <= duration)).sum())
    if 2 * inside < len(labels.times):
        first, last = labels.times[0], labels.times[-1]
        raise CorpusError(
            f"{len(labels.times) - inside} of {len(labels.times)} labels of {target} lie outside "
            f"the clip: they go from {first:g} s to {last:g} s, it lasts {duration:g} s; times "
            "must be in seconds, from the start of the clip"
        )
