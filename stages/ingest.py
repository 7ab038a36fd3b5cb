"""A corpus folder -> the clips that can be used, and why the others cannot.

reads   the corpus named by ingest.options
writes  data/ingest/clips.jsonl      one Clip a line
        data/ingest/rejected.jsonl   clip, file and reason of each one turned away
        data/ingest/labels/*.h5      one Track a clip: valence and arousal over time
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from features.corpus import SPLITS, Candidate, Corpus, CorpusError, Rejection
from features.extractor import build
from features.fingerprint import file_sha256
from features.media import MediaError, probe
from features.shards import Record, write_folder
from features.track import Track, keep_track, track
from stages._clips import CLIPS, Clip, write_clips, write_lines
from stages._each import each
from stages._main import main
from stages._params import Section

REJECTED = Path("data/ingest/rejected.jsonl")
LABELS = Path("data/ingest/labels")
log = logging.getLogger("stages")


class Params(Section):
    corpus: str  # a file in features/corpora/
    options: dict[str, Any]
    shares: dict[str, float] = Field(min_length=1)  # of subjects the corpus puts on no side
    shards: int = Field(gt=0)


def run(params: Params) -> None:
    corpus: Corpus = build("corpora", params.corpus, params.options)
    candidates, rejected = corpus.listing()
    decided = {c.subject: c.split for c in candidates if c.split}
    sides = {
        c.subject: decided.get(c.subject) or side(c.subject, params.shares) for c in candidates
    }
    looked = {c.id: found for c, found in each(look, candidates, "ingest")}
    clips: list[Clip] = []
    labels: dict[str, Record] = {}
    for candidate in candidates:
        try:
            clip = _clip(candidate, looked[candidate.id], sides[candidate.subject])
            labels[clip.id] = _labels(corpus, clip.id)
            clips.append(clip)
        except (MediaError, CorpusError) as error:
            rejected.append(Rejection(candidate.id, candidate.media, str(error)))
    _say(clips, labels, rejected)
    if not clips:
        raise CorpusError(f"no usable clip in the corpus; see {REJECTED}")
    write_clips(CLIPS, clips)
    meta = {"kind": "labels", "corpus": params.corpus}
    write_folder(LABELS, params.shards, meta, labels, lambda ids: (labels[i] for i in ids))


def look(candidate: Candidate) -> tuple[Candidate, dict[str, Any] | MediaError]:
    """Probe and hash one media file; what is wrong with it is an answer, not a failure."""
    try:
        info = probe(candidate.media)
        digests = [file_sha256(p) if p else None for p in (candidate.media, candidate.transcript)]
    except MediaError as error:
        return candidate, error
    except OSError as error:
        return candidate, MediaError(f"cannot be read: {error.strerror or error}")
    return candidate, {"info": info, "sha256": digests[0], "transcript_sha256": digests[1]}


def _clip(candidate: Candidate, found: Mapping[str, Any] | MediaError, split: str) -> Clip:
    if isinstance(found, MediaError):
        raise found
    here = {
        name: p and os.path.relpath(p)
        for name, p in (("media", candidate.media), ("transcript", candidate.transcript))
    }
    return Clip(id=candidate.id, subject=candidate.subject, split=split, **here, **found)


def side(subject: str, shares: Mapping[str, float]) -> str:
    """The side of a subject: a hash of its name, so that new subjects move nobody."""
    if unknown := set(shares) - set(SPLITS):
        raise CorpusError(
            f"ingest.shares names {sorted(unknown)}; the splits are {', '.join(SPLITS)}"
        )
    draw = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big") / 2**64
    bounds = np.cumsum([shares.get(s, 0.0) for s in SPLITS]) / sum(shares.values())
    return SPLITS[int(np.searchsorted(bounds, draw, side="right"))]


def _labels(corpus: Corpus, clip: str) -> Record:
    found = corpus.labels(clip)
    labels: Track = track(np.zeros((0, 2)), np.zeros(0)) if found is None else found
    return keep_track(clip, "labels", labels)


def _say(clips: list[Clip], labels: Mapping[str, Record], rejected: list[Rejection]) -> None:
    hours = sum(c.info.duration for c in clips) / 3600
    labelled = sum(len(x) > 0 for x in labels.values())
    log.info(
        "%d clips, %.2f h, %d subjects, %d clips labelled, %d rejected",
        len(clips),
        hours,
        len({c.subject for c in clips}),
        labelled,
        len(rejected),
    )
    if rejected:
        log.warning(
            "%d rejected, see %s; the first: %s: %s",
            len(rejected),
            REJECTED,
            rejected[0].file,
            rejected[0].reason,
        )
    rows = sorted(
        ({"clip": r.clip, "file": os.path.relpath(r.file), "reason": r.reason} for r in rejected),
        key=lambda r: (r["clip"], r["file"]),
    )
    write_lines(REJECTED, (json.dumps(row, ensure_ascii=False) for row in rows))


if __name__ == "__main__":
    main("ingest", Params, run)
