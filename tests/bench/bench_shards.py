"""How fast shards are read and packed, against plain files of the same numbers.

    python -m tests.bench.bench_shards [--size 2] [--rounds 5] [--folder DIR]

Both sides of a ratio take turns within one run, everything in the page cache, and their medians are
compared; times on one machine say nothing of another. What misses its target is said, and is no
error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from features.shards import Record, Shards, write_folder
from features.store import Store

META = {"kind": "bench", "extractor": "random", "options": {}}
T, D = 1500, 512  # rows of a clip, a minute at 25 a second; values of a row
WINDOW = 300  # rows
FILES = 4  # shards
SMALL_GB = 0.2  # the smaller set whose reader's memory is compared
FRAME_CLIPS = 16  # clips whose every frame is kept as a file of its own
CLIP_BYTES = T * (4 * D + 8 + 1)
COLUMNS = ("values", "times", "state")


def clip_id(number: int) -> str:
    return f"clip{number:05d}"


def made(number: int) -> Record:
    """A clip of random rows, the same for the same number."""
    rng = np.random.default_rng(number)
    columns = {
        "values": rng.random((T, D), dtype=np.float32),
        "times": np.arange(T) / 25,
        "state": np.zeros(T, np.uint8),
    }
    return Record(clip_id(number), f"source {number}", columns)


def fill(store: Store, count: int) -> dict[str, str]:
    """Put `count` clips into a store; {clip id: key}."""
    keys = {}
    for number in range(count):
        record = made(number)
        keys[record.clip] = store.key(record.source, META)
        store.put(keys[record.clip], META, record)
    return keys


def pack(store: Store, keys: dict[str, str], folder: Path) -> None:
    """What an extracting stage does once every clip is in the store."""

    checked: dict[str, Record] = {}

    def read(ids: Iterable[str]) -> Iterator[Record]:
        for clip in ids:
            if clip in checked:
                yield checked.pop(clip)
                continue
            record = store.get(keys[clip])
            if record is None:
                raise OSError(f"no entry of clip {clip}")
            checked[clip] = replace(record, clip=clip)
            yield checked[clip]

    write_folder(folder, FILES, META, keys, read)


def copy(store: Store, keys: dict[str, str], path: Path) -> None:
    """The least that packing has to do: every entry's bytes once from one file into another."""
    part = path.with_suffix(".part")  # beside the old one, as packing keeps that to the end
    with part.open("wb") as file:
        for key in keys.values():
            file.write(store.path(key).read_bytes())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def turns(rounds: int, **sides: Callable[[], object]) -> dict[str, float]:
    """Median seconds of each side; they take turns, the first round is not counted."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds + 1):
        for name, side in sides.items():
            started = time.perf_counter()
            side()
            if turn:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in times.items()}


def say(what: str, found: float, unit: str, at_least: float | None = None) -> None:
    """One line; without a target it is there to explain the others."""
    met = at_least is None or found >= at_least
    target = "" if at_least is None else f"target {at_least:g}: {'met' if met else 'MISSED'}"
    print(f"{what:<58}{found:>9.2f} {unit:<5} {target}".rstrip(), flush=True)


def sequential(folder: Path, rounds: int) -> None:
    """All rows of all clips, against the same files read in pieces of a clip's size."""
    shards = Shards(folder, check=False)

    def ours() -> None:
        for record in shards.values():
            for column in COLUMNS:
                record.columns[column][:]

    def plain() -> None:
        for file in shards.files:
            with file.path.open("rb") as stream:
                while np.fromfile(stream, np.float32, CLIP_BYTES // 4).size:
                    pass

    def whole() -> None:
        for file in shards.files:
            np.fromfile(file.path, np.uint8)

    found = turns(rounds, ours=ours, plain=plain, whole=whole)
    size = sum(file.path.stat().st_size for file in shards.files) / 1e9
    say("read all, of numpy.fromfile a clip at a time", found["plain"] / found["ours"], "x", 0.7)
    say("read all, of numpy.fromfile a file at a time", found["whole"] / found["ours"], "x", 0.7)
    print(f"    {', '.join(f'{name} {size / s:.2f} GB/s' for name, s in found.items())}")


def unpack(place: Path) -> None:
    """The first clips once more as a folder of .npy files each, and as one .npy a frame."""
    for number in range(FRAME_CLIPS):
        record = made(number)
        frames = place / "frames" / record.clip
        frames.mkdir(parents=True)
        (place / "clips").mkdir(exist_ok=True)
        for column in COLUMNS:
            np.save(place / "clips" / f"{record.clip}.{column}.npy", record.columns[column])
        for row, value in enumerate(record.columns["values"]):
            np.save(frames / f"{row:05d}.npy", value)


def windows(folder: Path, place: Path, rounds: int, count: int = 40) -> None:
    """Windows at the same random positions, from shards and from .npy files."""
    unpack(place)
    shards = Shards(folder, check=False)
    rng = np.random.default_rng(1)
    asked = [
        (clip_id(int(c)), int(a))
        for c, a in zip(
            rng.integers(0, FRAME_CLIPS, count), rng.integers(0, T - WINDOW, count), strict=True
        )
    ]

    def ours() -> None:
        for clip, a in asked:
            window = shards.window(clip, a, a + WINDOW)
            for column in COLUMNS:
                window.columns[column][:]

    def frames() -> None:
        for clip, a in asked:
            rows = [np.load(place / "frames" / clip / f"{r:05d}.npy") for r in range(a, a + WINDOW)]
            np.stack(rows)

    def mapped() -> None:
        for clip, a in asked:
            files = [place / "clips" / f"{clip}.{column}.npy" for column in COLUMNS]
            held = [np.array(np.load(x, mmap_mode="r")[a : a + WINDOW]) for x in files]
            del held  # all columns of a window are there at once, on every side

    def mapped_values() -> None:
        for clip, a in asked:
            np.array(np.load(place / "clips" / f"{clip}.values.npy", "r")[a : a + WINDOW])

    kept = {
        (clip, column): np.load(place / "clips" / f"{clip}.{column}.npy", mmap_mode="r")
        for clip in map(clip_id, range(FRAME_CLIPS))
        for column in COLUMNS
    }

    def kept_open() -> None:
        for clip, a in asked:
            held = [np.array(kept[clip, column][a : a + WINDOW]) for column in COLUMNS]
            del held  # all columns of a window are there at once, on every side

    found = turns(
        rounds,
        ours=ours,
        frames=frames,
        mapped=mapped,
        mapped_values=mapped_values,
        kept_open=kept_open,
    )
    what = f"{WINDOW}-row windows, times as fast as"
    say(f"{what} a .npy a frame", found["frames"] / found["ours"], "x", 5)
    say(f"{what} mapped .npy a clip", found["mapped"] / found["ours"], "x", 1)
    say("    the same, values only on their side", found["mapped_values"] / found["ours"], "x", 1)
    say("    the same, every map kept open", found["kept_open"] / found["ours"], "x", 1)
    print(f"    {', '.join(f'{name} {1e3 * s / count:.3f} ms' for name, s in found.items())}")


def memory(folder: Path) -> float:
    """How many MB a process of its own grows by as it opens shards and reads 2000 windows."""
    command = [sys.executable, "-m", "tests.bench.bench_shards", "--grow", str(folder)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def resident() -> dict[str, float]:
    """This process's memory in MB: all of it, and what is its own, not the page cache's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) / 1e3 for line in lines if " kB" in line}


def grow(folder: Path) -> None:
    before = resident()["VmHWM"]
    shards = Shards(folder)
    rng = np.random.default_rng(2)
    clips = list(shards)
    for _ in range(2000):
        a = int(rng.integers(0, T - WINDOW))
        shards.window(clips[rng.integers(len(clips))], a, a + WINDOW)
    print(resident()["VmHWM"] - before)


def run(size_gb: float, rounds: int, place: Path) -> None:
    count = max(FRAME_CLIPS, round(size_gb * 1e9 / CLIP_BYTES))
    mb = count * CLIP_BYTES / 1e6
    print(f"{mb / 1e3:.2f} GB: {count} clips of {T} x {D} float32 in {FILES} shards", flush=True)
    store = Store(place / "store")
    keys = fill(store, count)
    shards = place / "shards"
    few = dict(list(keys.items())[: round(SMALL_GB * 1e9 / CLIP_BYTES)])
    pack(store, few, place / "few")
    found = turns(
        2 if size_gb > 1 else rounds,
        pack=lambda: pack(store, keys, shards),
        copy=lambda: copy(store, keys, place / "copy"),
    )
    say("packing from store entries", mb / found["pack"], "MB/s", 200)
    say("    copying their bytes, unchecked, into one file", mb / found["copy"], "MB/s")
    sequential(shards, rounds)
    windows(shards, place, rounds)
    small, large = (memory(p) for p in (place / "few", shards))
    sizes = f"{small:.1f} MB for {len(few) * CLIP_BYTES / 1e9:.1f} GB, {large:.1f} MB for"
    say("reader's memory, small set / large set", small / large, "x", 0.9)
    print(f"    the reader grew by {sizes} {mb / 1e3:.1f} GB")


def main() -> None:
    ask = argparse.ArgumentParser(
        prog="python -m tests.bench shards",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("--size", type=float, default=2.0, metavar="GB", help="of the shards")
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--folder", type=Path, help="where there is room for twice that and a bit")
    ask.add_argument("--grow", type=Path, help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.grow:
        grow(asked.grow)
        return
    place = Path(tempfile.mkdtemp(prefix="bench_shards_", dir=asked.folder))
    try:
        run(asked.size, asked.rounds, place)
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
