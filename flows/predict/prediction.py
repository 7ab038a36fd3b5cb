"""What a trained run says about a video, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

from features.grid import grid
from features.track import State, Track
from flows.predict.chosen import Chosen
from models.aligned import AlignedClip
from models.placement import prepare
from models.trained import gates
from stages.alignment import aligned
from stages.grid import labelled
from stages.on_grid import aligned_clip
from stages.rules import Rule

Columns = dict[str, list[Any]]  # {name: a value for each step}


def predict(run: Chosen, tracks: Mapping[str, Track], duration_s: float, name: str) -> Columns:
    """Tracks -> what is known and predicted at each step of the run's grid, mean over seeds.

    Raises ValueError, naming the video, where no step has a row of any stream.
    """
    torch.set_num_threads(1)  # as evaluate does: their number decides the last bits
    prepare(run.where)
    times = grid(duration_s, run.about["grid"]["step_s"])
    rows = _rows(run, tracks, times)
    states = {s: [State(x).name.lower() for x in row.state.tolist()] for s, row in rows.items()}
    if not any("ok" in each for each in states.values()):
        raise ValueError(f"{name} has nothing that {run.name!r} could go by: {_lack(states)}")
    clip = _clip(run, rows, times)
    each = [trained.each_of({name: clip})[name] for trained in run.models]
    predicted = np.mean(each, axis=0)  # (T, Y)
    known = [
        column
        for stream, each in states.items()
        for column in ((stream, [int(x == "ok") for x in each]), (f"{stream}_state", each))
    ]
    weights = {f"gate_{m}": x for m, x in gates(run.models, clip).items()}
    values = {"time": times, **dict(zip(run.targets, predicted.T, strict=True))}
    return _columns([*_rounded(values), *known, *_rounded(weights)])


def _rows(run: Chosen, tracks: Mapping[str, Track], times: np.ndarray) -> dict[str, Track]:
    """Each stream on the grid, by the rule and the kind that it had then."""
    kept, step = run.about["grid"]["streams"], run.about["grid"]["step_s"]
    return {
        stream: aligned(
            track, times, step, Rule(**kept[stream]["rule"]), kept[stream]["made_from"]["kind"]
        )
        for stream, track in tracks.items()
    }


def _clip(run: Chosen, rows: Mapping[str, Track], times: np.ndarray) -> AlignedClip:
    """The clip as a head reads it, without labels."""
    kept = run.about["grid"]
    rule = Rule(**kept["labels"]["rule"])
    none = labelled({}, list(run.targets), times, kept["step_s"], rule)
    streams = {s: {"values": row.values, "state": row.state} for s, row in rows.items()}
    return aligned_clip(streams, none)


def _columns(named: list[tuple[str, list[Any]]]) -> Columns:
    """Columns by their names. Raises ValueError where two have the same."""
    columns = dict(named)
    if len(columns) < len(named):
        names = [name for name, _ in named]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two columns of the prediction would be called {twice!r}")
    return columns


def _rounded(columns: Mapping[str, Iterable[float]]) -> list[tuple[str, list[float]]]:
    return [(name, [round(float(x), 6) for x in column]) for name, column in columns.items()]


def _lack(states: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{m} is {' or '.join(sorted(set(each)))}" for m, each in states.items())
