"""A corpus of Aff-Wild2's size on the time grid, in a folder, as `grid` and `align` leave it.

At size 1: 600 clips of 4,500 steps of 1/30 s, 320 of them train, the others val and test in halves;
streams of 512, 512 and 768 numbers; 19.4 GB. One clip is in memory at a time.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np

from features.manifest import Assignment, Clip, Info, write
from features.shards import Record, write_folder
from stages.paths import CLIPS, GRID, SPLITS, aligned
from stages.provenance import write_provenance
from stages.work.progress import meter
from tests.bench.scale_rows import STEP_S, STREAMS, TARGETS, T, labels, rows
from tests.project import Project
from tests.repo import PARAMS, ROOT

CLIPS_AT_1 = 600
TRAIN_SHARE = 320 / 600
SHARDS = 4
GB = 1e9
SPARE_GB = 0.5  # for weights, stores and predictions
RANGES = {name: [-1, 1] for name in TARGETS}
RECIPE = {"steps": 300, "hop": 200, "batch": 12, "threads": 1}  # the published windows

Columns = Callable[[int], Mapping[str, np.ndarray]]  # a clip's number -> its columns


def build(folder: Path, size: float) -> None:
    """Write data/ and params.yaml into a folder; a corpus that is there already is taken as it is.

    Raises OSError where the disk has no room for it.
    """
    if (folder / "params.yaml").is_file():  # written last
        print(f"{folder}: as it was built before", flush=True)
        return
    splits = split(size)
    folder.mkdir(parents=True, exist_ok=True)
    _check_room(folder, size, len(splits))
    with chdir(folder), meter(len(splits) * (1 + len(STREAMS)), "corpus") as bar:
        _write_manifest(splits)
        _pack("grid", GRID, _grid_meta(), splits, labels, bar.update)
        for name in STREAMS:
            meta = _stream_meta(name)
            _pack(f"align/{name}", aligned(name), meta, splits, _rows_of(name), bar.update)
    shutil.copy(ROOT / "params.yaml", folder)
    Project.at(folder).edit(_published)


def split(size: float) -> dict[str, str]:
    """{clip id: its split} of a corpus of some size, in order of the ids; three clips at least."""
    count = max(3, round(CLIPS_AT_1 * size))
    train = min(count - 2, round(TRAIN_SHARE * count))
    val = (count - train) // 2
    sides = ["train"] * train + ["val"] * val + ["test"] * (count - train - val)
    return {f"clip{number:05d}": side for number, side in enumerate(sides)}


def needed_gb(clips: int) -> float:
    """What the folder takes with what the stages put beside the corpus, GB."""
    row = 8 + 5 * len(TARGETS) + sum(4 * each.width + 1 for each in STREAMS.values())  # bytes
    return clips * T * row / GB + SPARE_GB


def _check_room(folder: Path, size: float, clips: int) -> None:
    need, free = needed_gb(clips), shutil.disk_usage(folder).free / GB
    print(f"size {size:g}: {clips} clips, {need:.1f} GB of {free:.1f} free", flush=True)
    if need > free:
        raise OSError(
            f"a corpus of size {size:g} needs {need:.1f} GB, and {folder} has {free:.1f}: take a "
            "smaller --size, or a --folder on another disk"
        )


def _write_manifest(splits: Mapping[str, str]) -> None:
    info = Info(T * STEP_S, 1 / STEP_S, 112, 112, 16_000, 1)
    write(CLIPS, [Clip(id=c, media=f"{c}.mp4", sha256=_source(c), info=info) for c in splits])
    write(SPLITS, [Assignment(id=c, subject=c, split=side) for c, side in splits.items()])


def _pack(
    stage: str,
    out: Path,
    meta: Mapping[str, Any],
    splits: Iterable[str],
    columns: Columns,
    told: Callable[[float], object],
) -> None:
    """Write the shards of every clip, and their provenance."""
    numbers = {clip: number for number, clip in enumerate(splits)}

    def read(ids: Iterable[str]) -> Iterator[Record]:
        for clip in ids:
            told(0.5)  # the packer reads every clip twice, for sizes and for rows
            yield Record(clip, _source(clip), columns(numbers[clip]))

    write_folder(out, SHARDS, meta, numbers, read)
    write_provenance(stage, out, {}, {})


def _source(clip: str) -> str:
    return hashlib.sha256(clip.encode()).hexdigest()


def _rows_of(stream: str) -> Columns:
    return lambda number: rows(stream, number)


def _grid_meta() -> dict[str, Any]:
    targets = [[name, *map(float, values)] for name, values in RANGES.items()]
    made = {"kind": "labels", "corpus": "planted", "synthetic": True, "targets": targets}
    rule = dict(PARAMS["grid"]["labels"])
    return {"kind": "grid", "step_s": STEP_S, "labels": rule, "targets": targets, "made_from": made}


def _stream_meta(name: str) -> dict[str, Any]:
    kind, chosen = STREAMS[name].kind, PARAMS["align"][name]
    made = {"kind": kind, "extractor": "planted", "options": {}, "weights": {}}
    rule = {key: value for key, value in chosen.items() if key != "of"}
    return {"kind": "aligned", "step_s": STEP_S, "rule": rule, "made_from": made}


def _published(params: Any) -> None:
    """params.yaml of the repository -> the same with the published windows, for this corpus."""
    params["targets"] = RANGES
    params["grid"].update(step_s=STEP_S, shards=SHARDS)
    params["train"]["recipe"].update(RECIPE)
    for section in ("train", "evaluate", "robustness"):
        params[section].update(device="cpu", precision="single")
    params["evaluate"].update(baselines=["concat"], compare=[])
