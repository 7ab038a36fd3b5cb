"""What made the rows of a stage: beside them, not in them.

Rows say what was chosen to make them: extractor, options, weights. By which code and libraries they
were made is in data/provenance/<stage>.json, which DVC makes no stage depend on: where only these
change and the rows come out the same, nothing that is made of the rows is made again. Of a stage
that runs for each stream it is data/provenance/<stage>/<stream>.json. `rows`, the digest of all of
them, ties the files together: that of `align/face` names the rows of `visual/face` that it was made
from, and that one those of `faces`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.fingerprint import chosen, modules
from features.shards import Shards, canonical
from stages.atomic import write_lines
from stages.paths import PROVENANCE

Provenance = dict[str, Any]


def rows_sha256(shards: Shards) -> str:
    """The digest of the rows of every clip, whatever made them, 16 hex digits."""
    contents = canonical({clip: shards.content(clip) for clip in shards})
    return hashlib.sha256(contents.encode()).hexdigest()[:16]


def of_extractor(identity: Mapping[str, Any]) -> Provenance:
    """An identity (see features.fingerprint) with `files`, the digest of each file of its code."""
    return {**identity, "files": modules(identity["kind"], identity["extractor"])}


def write_provenance(
    stage: str, out: Path, made: Provenance, made_from: Mapping[str, Shards]
) -> None:
    """Say what made the rows in `out`, and from which rows of which stages they were made."""
    about = {**made, "rows": rows_sha256(Shards(out, check=False))}
    about["made_from"] = {name: rows_sha256(shards) for name, shards in made_from.items()}
    file = PROVENANCE / f"{stage}.json"
    write_lines(file, [json.dumps(about, indent=1, sort_keys=True)])


def read_provenance(stage: str, folder: Path = PROVENANCE) -> Provenance | None:
    """What made a stage's rows, or None where that is not here."""
    file = folder / f"{stage}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def extractors(stream: str, rows: str, folder: Path = PROVENANCE) -> dict[str, Provenance]:
    """What made everything behind a stream with these rows on the grid: {kind: provenance}.

    Nothing where the rows that are here are no longer those.
    """
    aligned = read_provenance(f"align/{stream}", folder)
    if aligned is None or aligned["rows"] != rows:
        return {}
    found: dict[str, Provenance] = {}
    left = list(aligned["made_from"].items())
    while left:
        stage, digest = left.pop()
        made = read_provenance(stage, folder)
        if made is not None and made["rows"] == digest:
            found[made["kind"]] = made
            left += made["made_from"].items()
    return found


def write_extractors(head: str, rows: Mapping[str, str]) -> None:
    """Say what made the streams that a head was trained on, {stream: its rows}."""
    about = {
        stream: {"rows": digest, "extractors": extractors(stream, digest)}
        for stream, digest in rows.items()
    }
    text = json.dumps(about, indent=1, sort_keys=True)
    write_lines(PROVENANCE / "train" / f"{head}.json", [text])


def trained_on(
    head: str, stream: str, rows: str, folder: Path = PROVENANCE
) -> dict[str, Provenance]:
    """What made a stream with these rows, on which a head was trained: {kind: provenance}.

    As it is here, if these are still its rows, since newer code may have made the same; otherwise
    as it was when the head was trained.
    """
    kept = (read_provenance(f"train/{head}", folder) or {}).get(stream, {})
    then = kept["extractors"] if kept.get("rows") == rows else {}
    return extractors(stream, rows, folder) or then


def is_of(made: Provenance, described: Mapping[str, Any]) -> bool:
    """Whether a provenance is of rows that are described so by what was chosen to make them."""
    return chosen(made) == chosen(described)
