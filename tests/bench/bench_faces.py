"""How fast faces are found, and whether they are those that MTCNN finds in every frame.

    python -m tests.bench.bench_faces [--folder DIR] [--demo DIR] [--rounds 3] [--hour]

The whole stage, from a file to its encoded crops, against `MTCNN.detect` of facenet-pytorch alone
on the same frames, decoded before, and against decoding alone. All three take turns within one
run; the quickest turn of each counts. The stage has one thread for its networks, as under
`dvc repro`, the others what their libraries take. Clips that are not there are named and left
out. What misses its target is said, and is no error.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import torch
from facenet_pytorch import MTCNN

from features.crops import keep
from features.extractor import build
from features.media import Frame, frames
from features.shards import Record
from features.track import State
from stages.demo import Params as Demo
from stages.demo import plan, render
from tests.repo import MEDIA, PARAMS, ROOT

TIMES = {"talker_cfr.mp4": 15, "smile_mp3audio.mp4": 8}  # as fast as per-frame MTCNN, at least
CLIPS = (*TIMES, "talker_vfr.mp4", "face_then_none.mov", "no_face.mp4")
DEMO_TIMES = 5
DEMO_CLIPS = 3
SURE = 0.95  # probability of a face that must be found
HOUR_S = 3600


def stage(extractor, shown: Iterable[Frame]) -> Record:
    """What the stage does with a clip."""
    return keep("clip", "source", extractor(shown))


def turns(rounds: int, **works: Callable[[], object]) -> dict[str, tuple[float, float]]:
    """{name: least wall and least processor seconds} of several rounds in which all take turns."""
    walls: dict[str, list[float]] = {}
    processors: dict[str, list[float]] = {}
    for _, (name, work) in ((r, pair) for r in range(rounds) for pair in works.items()):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.setdefault(name, []).append(time.perf_counter() - wall)
        processors.setdefault(name, []).append(time.process_time() - processor)
    return {name: (min(walls[name]), min(processors[name])) for name in works}


def reference(shown: list[Frame], threads: int) -> Callable[[], list]:
    """MTCNN as it comes, on every frame: its boxes and probabilities."""
    whole = MTCNN(keep_all=True).eval()

    def detect() -> list:
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        found = [(None, []) if f.image is None else whole.detect(f.image) for f in shown]
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        return found

    return detect


def agreement(records: list[Record], found: list) -> tuple[int, int, int, float]:
    """Frames with a sure face of the reference's, those of them found, those found elsewhere,
    and the mean intersection over union of the boxes."""
    ok = np.concatenate([record.columns["state"] == State.OK for record in records])
    boxes = np.concatenate([record.columns["box"] for record in records]).astype(float)
    sure = np.array([b is not None and max(p) > SURE for b, p in found])
    shares = [
        max(_overlap(boxes[row], np.array(b, float)) for b in found[row][0])
        for row in np.flatnonzero(ok & sure)
    ]
    mean = float(np.mean(shares)) if shares else float("nan")
    return int(sure.sum()), len(shares), int((ok & ~sure).sum()), mean


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    both = np.prod(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0))
    return float(both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both))


def compare(paths: list[Path], least: float | None, extractor, rounds: int, threads: int) -> None:
    """The ratios, speeds and agreement of some clips taken together."""
    shown = [frame for path in paths for frame in frames(path)]
    detect, kept = reference(shown, threads), {}
    took = turns(
        rounds,
        stage=lambda: kept.update(stage=[stage(extractor, frames(path)) for path in paths]),
        mtcnn=lambda: kept.update(mtcnn=detect()),
        decode=lambda: [sum(1 for _ in frames(path)) for path in paths],
    )
    (wall, used), (theirs, their_used) = took["stage"], took["mtcnn"]
    decode, _ = took["decode"]
    height, width = shown[0].image.shape[:2] if shown[0].image is not None else (0, 0)
    rates = ", ".join(f"{name} {len(shown) / took[name][0]:.0f}/s" for name in took)
    names = ", ".join(path.name for path in paths)
    print(f"{names}, {width}x{height}, {len(shown)} frames: {rates}")
    say("times as fast as MTCNN", theirs / wall, least)
    say("    by processor time", their_used / used)
    say("of decoding's rate", decode / wall, 0.25 if width * height >= 640 * 360 else None)
    sure, seen, more, mean = agreement(kept["stage"], kept["mtcnn"])
    if sure:
        say("of its sure faces found", seen / sure, 0.99)
        say("mean overlap with its boxes", mean, 0.90)
    most = 0.01 if names == "no_face.mp4" else None
    say("of frames: a face where it has no sure one", more / len(shown), most=most)


def say(what: str, value: float, least: float | None = None, most: float | None = None) -> None:
    if least is not None:
        what += f"  (at least {least}: {'yes' if value >= least else 'MISSED'})"
    if most is not None:
        what += f"  (at most {most}: {'yes' if value <= most else 'MISSED'})"
    print(f"    {value:8.3f} {what}", flush=True)


def demo_clips(folder: Path, place: Path) -> list[Path]:
    """Some clips of the drawn corpus, or of one drawn now."""
    found = sorted(folder.glob("media/*.mp4"))
    if not found:
        for one in plan(**Demo(**PARAMS["demo"]).model_dump())[:DEMO_CLIPS]:
            render(one, folder=place)
        found = sorted(place.glob("**/*.mp4"))
    return found[:: max(1, len(found) // DEMO_CLIPS)][:DEMO_CLIPS]


def looped(path: Path, seconds: float) -> Iterator[Frame]:
    """A clip again and again, time going on."""
    begin = 0.0
    for _ in count():
        last = 0.0
        for frame in frames(path):
            if begin + frame.time >= seconds:
                return
            last = frame.time
            yield Frame(begin + last, frame.image)
        begin += last + 0.04


def grow(path: Path, seconds: float) -> None:
    """By how many MiB this process grows over a long clip, once the networks are there."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    extractor = build("faces", "mtcnn", PARAMS["faces"]["options"])
    before = resident("VmRSS")
    rows = len(stage(extractor, looped(path, seconds)))
    print(rows, resident("VmHWM") - before)


def resident(what: str) -> float:
    """This process's memory in MiB: VmRSS now, VmHWM at its highest."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024


def memory(path: Path, seconds: float) -> None:
    command = [sys.executable, "-m", "tests.bench.bench_faces", "--grow", str(path), str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    rows, mib = done.split()
    print(f"{path.name} looped, {seconds:.0f} s, {rows} frames, over the networks themselves:")
    print(f"    {float(mib):8.0f} MiB  (less than 400: {'yes' if float(mib) < 400 else 'MISSED'})")


def main() -> None:
    ask = argparse.ArgumentParser(
        prog="python -m tests.bench faces",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("--folder", type=Path, default=MEDIA, help="with the real clips")
    ask.add_argument("--demo", type=Path, default=ROOT / "data/demo", help="the drawn corpus")
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of MTCNN's")
    ask.add_argument("--hour", action="store_true", help="memory over an hour, not a minute")
    ask.add_argument("--grow", nargs=2, help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.grow:
        grow(Path(asked.grow[0]), float(asked.grow[1]))
        return
    with tempfile.TemporaryDirectory(prefix="bench_faces_") as place:
        drawn = demo_clips(asked.demo, Path(place))
        real = [asked.folder / name for name in CLIPS]
        for path in (p for p in real if not p.is_file()):
            print(f"left out: no {path.name} in {asked.folder}")
        real = [p for p in real if p.is_file()]
        extractor = build("faces", "mtcnn", PARAMS["faces"]["options"])
        torch.set_num_threads(1)
        sets = [([p], TIMES.get(p.name)) for p in real] + [(drawn, DEMO_TIMES)]
        for paths, least in sets:
            compare(paths, least, extractor, asked.rounds, asked.threads)
        memory((real or drawn)[0], HOUR_S if asked.hour else 60)


if __name__ == "__main__":
    main()
