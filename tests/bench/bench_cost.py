"""What video costs, stage by stage: seconds of a core and bytes for each hour of it.

    python -m tests.bench cost [--corpus data/demo] [--clips 8]

Runs the stages as params.yaml has them on the first clips of a corpus, any folder of videos, one
process and one thread, in a folder of its own: once on half of the clips and once on all of them.
What the second run takes longer is the work on the other half; the rest, libraries and models, is
the start. Processor time counts. Hours and terabytes follow for more hours of such video.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from features.media import sound
from features.shards import Shards
from tests.project import Project
from tests.repo import ROOT

STAGES = {  # in order, each with the stream that is measured, where it makes some
    "faces": None,
    "visual": "face",
    "audio": "voice",
    "transcripts": None,
    "text": "words",
}
HOURS = (10, 1_000, 100_000)


def cpu_s(folder: Path, name: str, store: str) -> float:
    """The processor time of one stage, of one stream, with a clip store of its own, s."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = os.environ | {"PYTHONPATH": str(ROOT), "WORKERS": "1", "CLIP_STORE": f"{store}-{name}"}
    stream = STAGES.get(name)
    command = [sys.executable, "-m", f"stages.{name}", *([stream] if stream else [])]
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def lay(corpus: Path, clips: int, folder: Path) -> None:
    """The first clips of a corpus, with their transcripts, ready to ingest."""
    inside = corpus / "media" if (corpus / "media").is_dir() else corpus
    videos = [path for path in sorted(inside.iterdir()) if path.suffix in (".mp4", ".mov", ".mkv")]
    for name in ("media", "transcripts"):
        (folder / "corpus" / name).mkdir(parents=True)
    for video in videos[:clips]:
        shutil.copy(video, folder / "corpus/media")
        for words in corpus.glob(f"transcripts/{video.stem}.*"):
            shutil.copy(words, folder / "corpus/transcripts")
    shutil.copy(ROOT / "params.yaml", folder)
    ours = {"corpus": "folder", "options": {"path": "corpus", "unlabelled": None}}
    Project.at(folder).edit(lambda params: params["ingest"].update(ours))


def measured(folder: Path, name: str, clips: list[str]) -> tuple[float, int, float, int, int]:
    """Work on the second half in s, its rows, start in s, bytes in all shards and in the store."""
    manifest, shards = folder / "data/ingest/clips.jsonl", folder / "data" / name
    if stream := STAGES[name]:
        shards /= stream
    seconds, rows = [], []
    for some, store in ((clips[: len(clips) // 2], "half"), (clips, "all")):
        manifest.write_text("".join(some))
        seconds.append(cpu_s(folder, name, store))
        rows.append(sum(map(len, Shards(shards).values())))
    work_s = max(0.01, seconds[1] - seconds[0])  # of less than that nothing can be said
    sizes = size(shards), size(folder / f"all-{name}")
    return work_s, rows[1] - rows[0], seconds[0] - work_s, *sizes


def decoding_s(folder: Path) -> float:
    """The processor time of decoding every sound once, as each stage that hears it does, s."""
    began = time.process_time()
    for video in sorted((folder / "corpus/media").iterdir()):
        for _ in sound(video, 16_000):
            pass
    return time.process_time() - began


def main() -> None:
    ask = argparse.ArgumentParser(description="What video costs, stage by stage.")
    ask.add_argument("--corpus", type=Path, default=ROOT / "data/demo")
    ask.add_argument("--clips", type=int, default=8)
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lay(asked.corpus, asked.clips, folder)
        cpu_s(folder, "ingest", "all")
        clips = (folder / "data/ingest/clips.jsonl").read_text().splitlines(keepends=True)
        lasting = [json.loads(clip)["info"]["duration"] / 3600 for clip in clips]
        hours, later = sum(lasting), sum(lasting[len(clips) // 2 :])
        media = size(folder / "corpus/media") / hours
        print(f"{len(clips)} clips, {3600 * hours:.1f} s, {media / 1e6:.0f} MB of media an hour")
        print("stage          rows/s  core s/h  shards MB/h  store MB/h  start s")
        work = kept = 0.0
        for name in STAGES:
            work_s, rows, start_s, shards, store = measured(folder, name, clips)
            work, kept = work + work_s / later, kept + (shards + store) / hours
            speed = f"{rows / work_s:>9.0f}{work_s / later:>10.0f}"
            disk = f"{shards / hours / 1e6:>13.1f}{store / hours / 1e6:>12.1f}"
            print(f"{name:<12}{speed}{disk}{start_s:>9.1f}", flush=True)
        print(f"decoding sound, once a stage that hears: {decoding_s(folder) / hours:.1f} core s/h")
        print("   video h      core h  media TB  shards and store TB")
        for many in HOURS:
            disk = f"{many * media / 1e12:>10.3f}{many * kept / 1e12:>21.3f}"
            print(f"{many:>10}{many * work / 3600:>12.1f}{disk}")


if __name__ == "__main__":
    main()
