"""The files of a prediction.

<video>.csv    time (s), each target; of each stream whether the step has a row, and its state;
               gate weights where the head has gates, as evaluate writes them
<video>.json   the same columns, the states of the video's own frames, and what made it all
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from features.fingerprint import file_sha256
from features.shards import Record
from features.track import State
from flows.predict.chosen import Chosen
from flows.predict.prediction import Columns
from flows.predict.video import Video
from stages.atomic import write_lines, write_table

CAUTION = "the run was trained on drawn faces: what it says of a real person means nothing"


def files(folder: Path, video: Path) -> tuple[Path, Path]:
    """Where a prediction goes. Raises FileExistsError for a file that is something else.

    Labels and transcripts are often called like their video, too.
    """
    table, document = (folder / f"{video.stem}{suffix}" for suffix in (".csv", ".json"))
    for file, sign in ((table, "_state"), (document, '"changed_since":')):
        if file.is_file():
            with file.open(encoding="utf-8", errors="replace") as lines:
                if not any(sign in line for line in lines):
                    raise FileExistsError(
                        f"{file} is no prediction and would be lost; choose another folder"
                    )
    return table, document


def write(table: Path, document: Path, columns: Columns, made: Mapping[str, Any]) -> None:
    """The two files of a prediction."""
    write_table(table, columns, zip(*columns.values(), strict=True))
    head = json.dumps(made, indent=2, ensure_ascii=False).removesuffix("\n}")
    steps = ",\n".join(f"    {json.dumps(n)}: {json.dumps(x)}" for n, x in columns.items())
    write_lines(document, [head + ',\n  "steps": {', steps, "  }", "}"])


def said(run: Chosen, columns: Columns) -> str:
    """A prediction in one line: how much of what it could go by, and where the values lie."""
    steps = len(columns["time"])
    there = ", ".join(f"{m} in {sum(columns[m])}" for m in run.about["widths"])
    values = ", ".join(
        f"{t} {np.mean(columns[t]):+.2f} ({min(columns[t]):+.2f} to {max(columns[t]):+.2f})"
        for t in run.targets
    )
    return f"{steps} steps of {run.about['grid']['step_s']:g} s, {there}; {values}"


def about(run: Chosen, video: Video, faces: Record | None, changed: list[str]) -> dict[str, Any]:
    """What made a prediction, as plain JSON values."""
    weights = [file for folder in run.folders for file in sorted(folder.rglob("*.safetensors"))]
    return {
        "video": {
            "name": video.path.name,
            "sha256": video.sha256,
            "duration_s": video.info.duration,
            "transcript": video.transcript.name if video.transcript else None,
            "tables": {
                stream: {"name": file.name, "sha256": file_sha256(file)}
                for stream, file in video.tables.items()
            },
        },
        "run": {
            "name": run.name,
            "head": run.about["head"],
            "options": run.about["options"],
            "seeds": run.seeds,
            "device": run.where.device,
            "precision": run.where.precision,
            "validation_ccc": round(run.validation, 6),
            "weights": {file.as_posix(): file_sha256(file) for file in weights},
        },
        "targets": {name: [low, high] for name, (low, high) in run.targets.items()},
        **run.about["grid"],
        "synthetic_corpus": bool(run.about.get("synthetic")),  # it says nothing of real emotion
        "changed_since": changed,
        "frames": [] if faces is None else _stretches(faces),
    }


def caution(run: Chosen) -> list[str]:
    """What has to be said of a run's predictions, if anything."""
    return [CAUTION] if run.about.get("synthetic") else []


def _stretches(faces: Record) -> list[dict[str, Any]]:
    """The frames of the video, those in a row of one state together."""
    times, state = (faces.columns[name][:] for name in ("times", "state"))
    edges = np.flatnonzero(np.diff(state, prepend=-1, append=-1)) if len(state) else []
    return [
        {
            "state": State(int(state[a])).name.lower(),
            "from": round(float(times[a]), 6),
            "to": round(float(times[b - 1]), 6),
            "frames": int(b - a),
        }
        for a, b in pairwise(edges)
    ]
