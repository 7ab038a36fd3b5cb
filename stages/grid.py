"""The time grid of every clip, and the labels on it.

reads   data/ingest/clips.jsonl and labels
writes  data/grid/*.h5            for each step: time, and of each target value and State
        data/provenance/grid.json     which labels it was made from

Apart from the streams: a label that changes aligns no stream again, nor a stream the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from features.grid import grid
from features.labels import Labels, read_labels
from features.shards import Record, Shards, write_folder
from features.track import State, nothing
from stages.alignment import aligned
from stages.clips import read_clips
from stages.command import main
from stages.paths import GRID, LABELS
from stages.provenance import write_provenance
from stages.rules import Rule
from stages.targets import targets
from stages.timing import Timing
from stages.work.progress import meter


def run(params: Timing) -> None:
    clips, rows = {clip.id: clip for clip in read_clips()}, Shards(LABELS)
    ranges = targets()
    there = [name for name, *_ in rows.meta["targets"]]  # in the order in which they were stored
    meta = {
        "kind": "grid",
        "step_s": params.step_s,
        "labels": params.labels.model_dump(),
        "targets": [[name, *values] for name, values in ranges.items()],  # in order; JSON has none
        "made_from": rows.meta,
    }

    def read(ids: Iterable[str]) -> Iterator[Record]:
        for clip in ids:
            bar.update(0.5)  # the packer reads every clip twice, for sizes and for rows
            times = grid(clips[clip].info.duration, params.step_s)
            labels = read_labels(rows[clip], there)
            on = labelled(labels, list(ranges), times, params.step_s, params.labels)
            yield Record(clip, clips[clip].source, {"times": times, **on})

    with meter(len(clips), "grid") as bar:
        write_folder(GRID, params.shards, meta, clips, read)
    write_provenance("grid", GRID, {}, {"labels": rows})


def labelled(
    labels: Labels, names: list[str], times: np.ndarray, step_s: float, rule: Rule
) -> dict[str, np.ndarray]:
    """Labels {target: Track (T', 1)} -> on the grid (T,): labels float32 (T, Y), NaN where there is
    none, and labels.state uint8 (T, Y). A target without any is UNLABELLED throughout.
    """
    each = [aligned(labels.get(name, nothing(1)), times, step_s, rule, "labels") for name in names]
    state = np.stack([one.state for one in each], axis=1)  # (T, Y)
    state[state == State.ABSENT] = State.UNLABELLED
    return {"labels": np.concatenate([one.values for one in each], axis=1), "labels.state": state}


if __name__ == "__main__":
    main("grid", Timing, run)
