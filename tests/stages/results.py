"""Results that nobody trained for, of any streams and targets, as the report reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from features.manifest import Assignment, Clip, Info, write
from features.shards import Record, write_folder
from features.track import State
from models.targets import measured
from stages import paths
from stages.atomic import write_lines, write_table

STEPS, STEP_S = 83, 0.1
CLIPS = ("d", "e")
RULE = {"how": "mean", "largest_gap_s": 0.2}


@dataclass
class Results:
    """What was measured of some runs.

    targets  {target: [low, high]}; kinds  {stream: its kind}; runs  {run: its streams}
    gated    the runs that have gates
    """

    targets: Mapping[str, Sequence[float]]
    kinds: Mapping[str, str]
    runs: Mapping[str, Sequence[str]]
    gated: Sequence[str] = ()
    plane: Sequence[str] | None = None
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def lay(self) -> None:
        """All of it in the working folder, with params.yaml."""
        align = {stream: {"of": kind, **RULE} for stream, kind in self.kinds.items()}
        named = {"targets": dict(self.targets), "plane": self.plane, "align": align}
        YAML().dump(named, Path("params.yaml"))
        info = Info(STEPS * STEP_S, 25.0, 112, 112, 16_000, 1)
        write(paths.CLIPS, [Clip(id=c, media="x.wav", sha256="0", info=info) for c in CLIPS])
        write(paths.SPLITS, [Assignment(id=c, subject=c, split="test") for c in CLIPS])
        self._grid()
        for run, streams in self.runs.items():
            self._run(run, streams)
        self._scores()

    def _grid(self) -> None:
        labels = {c: {"times": times(), **self._labels()} for c in CLIPS}
        ranges = [[name, *limits] for name, limits in self.targets.items()]
        about = {"kind": "grid", "step_s": STEP_S, "labels": RULE, "targets": ranges}
        lay_shards(paths.GRID, {**about, "made_from": {}}, labels)
        for number, (stream, kind) in enumerate(self.kinds.items()):
            state = np.zeros(STEPS, np.uint8)
            state[10 * number : 10 * number + 20] = list(State)[1 + (3 * number) % (len(State) - 1)]
            values = np.where(state[:, None] == State.OK, 0.5, np.nan).astype(np.float32)
            made = {"kind": kind, "extractor": f"of_{kind}"}
            about = {"kind": "aligned", "step_s": STEP_S, "rule": RULE, "made_from": made}
            lay_shards(paths.aligned(stream), about, {c: columns(values, state) for c in CLIPS})

    def _labels(self) -> dict[str, np.ndarray]:
        shape = (STEPS, len(self.targets))
        return {"labels": np.zeros(shape, np.float32), "labels.state": np.zeros(shape, np.uint8)}

    def _walk(self, low: float, high: float) -> np.ndarray:
        """A smooth way through a range, (T,)."""
        way = np.sin(np.cumsum(self.rng.normal(0, 0.15, STEPS)))
        return (low + high) / 2 + (high - low) / 2 * way

    def _run(self, run: str, streams: Sequence[str]) -> None:
        names = [*self.targets, *(f"{t}_true" for t in self.targets)]
        for clip in CLIPS:
            walks = [self._walk(*limits) for _ in range(2) for limits in self.targets.values()]
            table = np.column_stack([times(), *walks]).round(6).tolist()
            write_table(predictions(run, clip), ["time", *names], table)
            if run in self.gated:
                gates = {
                    f"{s}_{n}": np.full(STEPS, (0.5, 0.3, 0.2)[n])
                    for s in streams
                    for n in range(3)
                }
                table = np.column_stack([times(), *gates.values()]).tolist()
                file = paths.EVALUATE / "gates" / run / f"{clip}.csv"
                write_table(file, ["time", *gates], table)
        about = {"head": "concat", "widths": dict.fromkeys(streams, 3), "targets": self.targets}
        about |= {"recipe": {"lr": 0.1}, "options": {"width": len(run)}}
        for seed in (1, 2):
            file = paths.TRAIN / f"concat/{seed}" / run / "run.json"
            write_lines(file, [json.dumps(about)])

    def _scores(self) -> None:
        table = {
            run: self._scored(n, streams) for n, (run, streams) in enumerate(self.runs.items())
        }
        features = {
            s: {"kind": k, "extractor": f"of_{k}", "digest": "0" * 12}
            for s, k in self.kinds.items()
        }
        metrics = {"runs": table, "targets": self.targets, "baseline": next(iter(table))}
        metrics |= {"bootstrap": {"level": 0.95, "used": 1000}, "split": "test"}
        metrics |= {"clips": len(CLIPS), "features": features}
        write_lines(paths.METRICS, [json.dumps(metrics)])
        score = measured(self.targets)
        curves = [
            [run, stream, kind, share, target, 0.8 - 0.6 * share - 0.05 * n, 0.01]
            for n, (run, streams) in enumerate(self.runs.items())
            for stream in (streams if len(streams) > 1 else ())
            for kind in ("dropped", "frozen")
            for share in (0, 0.5)
            for target in score
        ]
        titles = ["run", "modality", "kind", "share", "target", "ccc", "ccc_std"]
        write_table(paths.CURVES, titles, curves)
        titles = ["run", "trained", "epoch", "lr", "loss", *(f"val_ccc_{t}" for t in self.targets)]
        epochs = [
            [run, f"concat-{seed}", epoch, 0.1, 1.0, *(0.1 * epoch for _ in self.targets)]
            for run in self.runs
            for seed in (1, 2)
            for epoch in range(5)
        ]
        write_table(paths.EVALUATE / "plots/history.csv", titles, epochs)

    def _scored(self, number: int, streams: Sequence[str]) -> dict[str, Any]:
        ccc = 0.5 + 0.1 * number
        score = {"ccc": ccc, "ccc_std": 0.01, "ccc_low": ccc - 0.1, "ccc_high": ccc + 0.1}
        found: dict[str, Any] = {target: score for target in measured(self.targets)}
        if len(streams) > 1:
            left = dict.fromkeys(self.targets, ccc - 0.25)
            found["ccc_without"] = dict.fromkeys(streams, left)
        if number:
            better = {"difference": 0.1, "low": 0.05, "high": 0.15, "above_zero": 0.99}
            found["against"] = {next(iter(self.runs)): {"mean": better}}
        return found


def predictions(run: str, clip: str) -> Path:
    """Where the predictions of a run for a clip lie."""
    return paths.EVALUATE / "predictions" / run / f"{clip}.csv"


def times() -> np.ndarray:
    """The times of the steps of each clip, (T,)."""
    return ((np.arange(STEPS) + 0.5) * STEP_S).round(6)


def columns(values: np.ndarray, state: np.ndarray) -> dict[str, np.ndarray]:
    """Those of a stream's record."""
    return {"values": values, "state": state}


def lay_shards(folder: Path, meta: dict[str, Any], each: Mapping[str, Any]) -> None:
    """A folder of records, {clip: columns}."""
    records = {clip: Record(clip, "0", of) for clip, of in each.items()}
    write_folder(folder, 1, meta, records, lambda ids: (records[i] for i in ids))


PAIR = Results(
    {"valence": [-1, 1], "arousal": [-1, 1]},
    {"face": "visual", "voice": "audio", "words": "text"},
    {"words": ["words"], "both": ["voice", "words"], "gated": ["face", "voice", "words"]},
    gated=["gated"],
    plane=["valence", "arousal"],
)
SENTIMENT = Results(
    {"sentiment": [-3, 3]},
    {"face": "visual", "voice": "audio", "words": "text"},
    {"words": ["words"], "gated": ["voice", "words"]},
    gated=["gated"],
)
THREE = Results(
    {"valence": [-1, 1], "arousal": [0, 1], "dominance": [1, 5]},
    {"face": "visual", "face_coarse": "visual", "voice": "audio", "action_units": "signals"},
    {"voice": ["voice"], "four": ["face", "face_coarse", "voice", "action_units"]},
    gated=["four"],
    plane=["valence", "arousal"],
)
