"""A corpus folder -> the clips that can be used, and why the others cannot.

reads   the corpus named by ingest.options
writes  data/ingest/clips.jsonl        what is seen and heard of each clip; see features.manifest
        data/ingest/transcripts.jsonl  where its words are written down
        data/ingest/splits.jsonl       who it shows, and its split
        data/ingest/sentences.json     what is said, of clips whose corpus has it without times
        data/ingest/rejected.jsonl     clip, file and reason of each one turned away; of each file
                                       that nothing reads, with a clip of null
        data/ingest/labels/*.h5        the labels of each clip, each target at its own times

What it wrote before stays until all of it is known, and DVC removes none of it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from features.corpus import Corpus, CorpusError, Rejection, in_order
from features.extractor import build
from features.labels import Labels, Ranges, keep_labels
from features.manifest import Assignment, Clip, Transcript, write
from features.media.choosing import Choice
from features.media.container import MediaError
from features.nearest import unknown
from features.shards import canonical, write_folder
from features.store import Store
from stages.atomic import write_lines
from stages.ingest.census import census, doubts
from stages.ingest.splits import sides
from stages.ingest.usable import Files, Memory, check_labels
from stages.params import Section
from stages.paths import CLIPS, LABELS, REJECTED, SENTENCES, SPLITS, TRANSCRIPT_FILES
from stages.synthetic import synthetic
from stages.targets import targets

log = logging.getLogger("stages")


class Params(Section):
    corpus: str  # a file in features/corpora/
    options: dict[str, Any]
    shares: dict[str, float] = Field(min_length=1)  # of subjects the corpus puts on no side
    folds: int | None = Field(ge=3)
    fold: int = Field(ge=0)
    shards: int = Field(gt=0)

    @model_validator(mode="after")
    def _there(self) -> Params:
        if self.folds is not None and self.fold >= self.folds:
            raise ValueError(f"fold must be 0 to {self.folds - 1}, got {self.fold}")
        return self


def run(params: Params) -> None:
    options, choice = apart(params.options)
    corpus: Corpus = build("corpora", params.corpus, options)
    ranges = targets()
    candidates, rejected = corpus.listing()
    side = sides(candidates, params.shares, params.folds, params.fold)
    files = Files.of(candidates, choice, _memory(params))
    clips: list[Clip] = []
    transcripts: list[Transcript] = []
    assignments: list[Assignment] = []
    labels: dict[str, Labels] = {}
    sentences: dict[str, str] = {}
    for candidate in candidates:
        try:
            clip, transcript = files.clip(candidate), files.transcript(candidate)
            labels[clip.id] = _labels(corpus, clip, ranges)
        except (MediaError, CorpusError) as error:
            where = candidate.media or Path(params.options["path"])
            rejected.append(Rejection(candidate.id, where, str(error)))
            continue
        clips.append(clip)
        subject = candidate.subject
        assignments.append(Assignment(id=clip.id, subject=subject, split=side[subject]))
        if transcript:
            transcripts.append(transcript)
        elif candidate.sentence:
            sentences[clip.id] = candidate.sentence
    _write_rejected(rejected)
    _check_targets(corpus, ranges, labels.values())
    labelled = [c for c, tracks in labels.items() if any(t.mask.any() for t in tracks.values())]
    for line in census(clips, assignments, labelled, rejected):
        log.info(line)
    for line in doubts(clips):
        log.warning(line)
    if not clips:
        raise CorpusError(f"no usable clip in the corpus; see {REJECTED}")
    write(CLIPS, clips)
    write(TRANSCRIPT_FILES, transcripts)
    write(SPLITS, assignments)
    write_lines(SENTENCES, [json.dumps(sentences, indent=0, ensure_ascii=False)])
    meta = {"kind": "labels", "corpus": params.corpus, "synthetic": synthetic(clips)}
    meta |= {"targets": [[name, *values] for name, values in ranges.items()]}
    kept = {clip: keep_labels(clip, tracks, list(ranges)) for clip, tracks in labels.items()}
    write_folder(LABELS, params.shards, meta, kept, lambda ids: (kept[i] for i in ids))


def apart(options: Mapping[str, Any]) -> tuple[dict[str, Any], Choice]:
    """The options of the corpus, and the streams that are wanted of its media.

    Raises ValueError where one is no number of a stream.
    """
    own, wanted = dict(options), {}
    for kind in ("video", "audio"):
        number = own.pop(f"{kind}_stream", None)
        if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
            raise ValueError(
                f"ingest.options.{kind}_stream must be the number of a {kind} stream, from 0, or "
                f"null for the one that players choose, got {number!r}"
            )
        wanted[kind] = number
    return own, Choice(**wanted)


def _memory(params: Params) -> Memory:
    """Where what is known of a corpus's files is kept, beside the entries of the clip store."""
    name = hashlib.sha256(canonical([params.corpus, params.options]).encode()).hexdigest()
    return Memory(*(Store().root / kept / f"{name[:16]}.json" for kept in ("digests", "probed")))


def _labels(corpus: Corpus, clip: Clip, ranges: Ranges) -> Labels:
    labels = corpus.labels(clip.id, ranges)
    for target, track in labels.items():
        check_labels(target, track, clip.info.duration)
    return labels


def _check_targets(corpus: Corpus, ranges: Ranges, labels: Iterable[Labels]) -> None:
    """A target that no label has is a mistake, unless nothing is labelled at all."""
    found = {target for tracks in labels for target, t in tracks.items() if t.mask.any()}
    for target in ranges:
        if found and target not in found:
            there = dict.fromkeys([*corpus.targets(), *found])
            known = unknown("label", target, there)
            raise CorpusError(f"targets in params.yaml names {target!r}, but there is {known}")


def _write_rejected(rejected: Iterable[Rejection]) -> None:
    rows = [
        {"clip": r.clip, "file": os.path.relpath(r.file), "reason": r.reason}
        for r in in_order(rejected)
    ]
    write_lines(REJECTED, (json.dumps(row, ensure_ascii=False) for row in rows))
