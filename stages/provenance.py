"""What made the rows of a stage: beside them, not in them.

Rows say what was chosen to make them: extractor, options, weights. By which code and libraries they
were made is in data/provenance/<stage>.json, which DVC makes no stage depend on: where only these
change and the rows come out the same, nothing that is made of the rows is made again. `rows`, the
digest of all of them, ties the files together: those of `align` name the rows of each modality, and
these those that they were made from.
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
    """Say what made the rows in `out`, and from which rows they were made."""
    about = {**made, "rows": rows_sha256(Shards(out, check=False))}
    about["made_from"] = {name: rows_sha256(shards) for name, shards in made_from.items()}
    write_lines(PROVENANCE / f"{stage}.json", [json.dumps(about, indent=1, sort_keys=True)])


def read_provenance(stage: str, folder: Path = PROVENANCE) -> Provenance | None:
    """What made a stage's rows, or None where that is not here."""
    file = folder / f"{stage}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def extractors(grid_rows: str, folder: Path = PROVENANCE) -> dict[str, Provenance]:
    """What made everything behind a grid with these rows: {kind: provenance}.

    Nothing where the rows that are here are no longer those of the grid.
    """
    grid = read_provenance("align", folder)
    if grid is None or grid["rows"] != grid_rows:
        return {}
    found: dict[str, Provenance] = {}
    left = list(grid["made_from"].items())
    while left:
        stage, rows = left.pop()
        made = read_provenance(stage, folder)
        if made is not None and made["rows"] == rows:
            found[stage] = made
            left += made["made_from"].items()
    return found


def write_extractors(group: str, grid_rows: str) -> None:
    """Say what made the features that a head was trained on under a seed."""
    about = {"grid": grid_rows, "extractors": extractors(grid_rows)}
    text = json.dumps(about, indent=1, sort_keys=True)
    write_lines(PROVENANCE / "train" / f"{group}.json", [text])


def trained_on(group: str, grid_rows: str, folder: Path = PROVENANCE) -> dict[str, Provenance]:
    """What made the features that a head was trained on: {kind: provenance}.

    As it is here, if these are still their rows, since newer code may have made the same; otherwise
    as it was when the head was trained.
    """
    kept = read_provenance(f"train/{group}", folder) or {}
    then = kept["extractors"] if kept.get("grid") == grid_rows else {}
    return extractors(grid_rows, folder) or then


def is_of(made: Provenance, described: Mapping[str, Any]) -> bool:
    """Whether a provenance is of rows that are described so by what was chosen to make them."""
    return chosen(made) == chosen(described)
