"""Streams that params.yaml no longer names: what lies of them in data/ is taken away.

DVC leaves the outputs of a stage that is gone, and shards that lay in these folders themselves
before streams had names. They would count as parts of data/align, on which training depends, here
and not in a clone. They are in DVC's cache: a stream that is named again is brought back without
being extracted.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stages.paths import ALIGN, DATA, PROVENANCE
from stages.streams import KINDS

log = logging.getLogger("stages")


def take_away(params: Mapping[str, Any]) -> None:
    """Remove folders and provenance of streams that are not in `params`, and say so."""
    for path in leftover(params):
        log.info("removed %s: params.yaml names no such stream", path)
        shutil.rmtree(path) if path.is_dir() else path.unlink()


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
    for path in sorted((DATA / "rejected").glob("[!.]*.jsonl")):
        if path.stem not in (params.get("signals") or {}):
            yield path
