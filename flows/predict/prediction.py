"""What a trained run says about a video, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from features.track import State, Track, track
from flows.predict.chosen import Chosen
from models.targets import TARGETS
from models.trained import gates
from stages.alignment import Rule, aligned
from stages.grid import aligned_clip

Columns = dict[str, list[Any]]  # {name: a value for each step}


def predict(run: Chosen, tracks: Mapping[str, Track], duration_s: float, name: str) -> Columns:
    """Tracks -> what is known and predicted at each step of the run's grid, mean over seeds.

    Raises ValueError, naming the video, where no step has a row of any modality.
    """
    torch.set_num_threads(1)  # as evaluate does: their number decides the last bits
    kept = run.about["grid"]["rules"]
    rules = {m: Rule(**kept[m]) for m in (*tracks, "labels")}
    none = track(np.zeros((0, len(TARGETS))), np.zeros(0))
    rows = aligned({**tracks, "labels": none}, duration_s, kept["step_s"], rules)
    states = {m: [State(s).name.lower() for s in rows[f"{m}.state"].tolist()] for m in tracks}
    if not any("ok" in each for each in states.values()):
        raise ValueError(f"{name} has nothing that {run.name!r} could go by: {_lack(states)}")
    clip = aligned_clip(rows, tracks)
    each = [trained.each_of({name: clip})[name] for trained in run.models]
    predicted = np.mean(each, axis=0)  # (T, 2)
    columns = {"time": rows["times"], **dict(zip(TARGETS, predicted.T, strict=True))}
    known: Columns = {}
    for m, each in states.items():
        known |= {m: [int(state == "ok") for state in each], f"{m}_state": each}
    weights = {f"gate_{m}": x for m, x in gates(run.models, clip).items()}
    return {**_rounded(columns), **known, **_rounded(weights)}


def _rounded(columns: Mapping[str, np.ndarray]) -> Columns:
    return {name: [round(float(x), 6) for x in column] for name, column in columns.items()}


def _lack(states: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{m} is {' or '.join(sorted(set(each)))}" for m, each in states.items())
