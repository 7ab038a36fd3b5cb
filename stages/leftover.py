"""Streams and trainings that params.yaml no longer names: what lies of them in data/ is taken away.

DVC leaves the outputs of a stage that is gone, and shards that lay in these folders themselves
before streams had names. They would count as parts of data/align and data/train, on which other
stages depend, here and not in a clone, and predict would take a run of such a head for one of now.
They are in DVC's cache and in the store: what is named again is brought back without being made.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stages.paths import ALIGN, DATA, PROVENANCE, REJECTED_CLIPS, TRAIN
from stages.streams import KINDS, READING

# shards, provenance, rejected clips, the files of a run, and what DVC adds
OURS = re.compile(r"\d{3}\.h5|.*\.jsonl?|weights\.safetensors|history\.csv|\.gitignore")
log = logging.getLogger("stages")


def take_away(params: Mapping[str, Any]) -> None:
    """Remove what lies of streams and trainings that are not in `params`, and say so.

    What no stage can have written stays, with a warning.
    """
    for path in [*leftover(params), *leftover_runs(params)]:
        if not written(path):
            log.warning("%s is no output of a stage, nor in params.yaml: move it elsewhere", path)
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        log.info("removed %s: params.yaml no longer names it", path)


def written(path: Path) -> bool:
    """Whether a file, or all files of a folder, are such as stages write here."""
    if path.is_symlink():
        return False
    files = [file for file in path.rglob("*") if not file.is_dir()] if path.is_dir() else [path]
    return all(OURS.fullmatch(file.name) for file in files)


def leftover(params: Mapping[str, Any]) -> Iterator[Path]:
    """What lies in the folders of streams that params.yaml does not name."""
    for section, folder in [("align", ALIGN), *((kind, DATA / kind) for kind in KINDS)]:
        named = params.get(section) or {}
        for path in sorted(folder.glob("[!.]*")):
            if path.name not in named:
                yield path
        for path in sorted((PROVENANCE / section).glob("[!.]*.json")):
            if path.stem not in named:
                yield path
        if (before := PROVENANCE / f"{section}.json").is_file():
            yield before
    reading = {*READING, *(params.get("audio") or ()), *(params.get("signals") or ())}
    for path in sorted(REJECTED_CLIPS.glob("[!.]*.jsonl")):
        if path.stem not in reading:
            yield path


def leftover_runs(params: Mapping[str, Any]) -> Iterator[Path]:
    """What lies in data/train of heads that params.yaml does not name.

    What lies there of other seeds of a head, DVC removes before it runs the head again.
    """
    named = (params.get("train") or {}).get("heads") or ()
    for path in sorted(TRAIN.glob("[!.]*")):
        if path.name not in named:
            yield path
    for path in sorted((PROVENANCE / "train").glob("[!.]*.json")):
        if path.stem not in named:
            yield path
