"""Training and evaluation at the size of Aff-Wild2: memory, cores, reading, precision.

    python -m tests.bench scale [--size 0.1] [--what memory,jobs,...] [--folder DIR]

On a corpus made for it (tests.bench.scale_corpus; size 1 has 1.44 million training steps and takes
19.4 GB of disk, 0.1 a tenth of it), with the real stages, published windows and published widths:

    memory     peak of one epoch of concat and of grjca, less that of `import torch`; memory_gb 0
    jobs       6 seeds of grjca on three clips with WORKERS=1 and 2: speed, and the same bytes
    loader     share of a training step that reading takes, streamed and held
    precision  a training step in bfloat16 and in single
    evaluate   `evaluate` and `robustness` of two runs with WORKERS=1 and 2: speed and memory

Each in processes of its own, ratios within one run; what misses its target is said, and is no
error. The corpus is removed at the end, on Ctrl-C too, unless it is given a --folder: there it
stays and is used again.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import scale_checks
from tests.bench.scale_corpus import build
from tests.repo import ROOT

JOBS_SIZE = 0.005  # three clips: what counts is how jobs share the cores


def measure(what: str, folder: Path, size: float) -> None:
    """One of WHAT, on a corpus in the folder where it needs one."""
    if what == "precision":
        apart(what, folder)
        return
    chosen = JOBS_SIZE if what == "jobs" else size
    corpus = folder / f"size-{chosen:g}"
    build(corpus, chosen)
    if what == "loader":
        apart(what, corpus)
    else:
        STAGES[what](corpus)


def apart(what: str, folder: Path) -> None:
    """A module of this benchmark in a process of its own, which works in some folder."""
    command = [sys.executable, "-m", f"tests.bench.scale_{what}"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=folder, env=env, check=True)


STAGES: dict[str, Callable[[Path], None]] = {
    "memory": scale_checks.memory,
    "jobs": scale_checks.jobs,
    "evaluate": scale_checks.evaluate,
}
WHAT = ("memory", "jobs", "loader", "precision", "evaluate")


@contextmanager
def place(chosen: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or one that is removed."""
    if chosen:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="bench_scale_") as made:
        yield Path(made)


def main() -> None:
    ask = argparse.ArgumentParser(
        prog="python -m tests.bench scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("--size", type=float, default=0.1, help="1: that of Aff-Wild2")
    ask.add_argument("--what", default=",".join(WHAT), help="some of them, with commas between")
    ask.add_argument("--folder", type=Path, help="where the corpus is built, and stays")
    asked = ask.parse_args()
    chosen = asked.what.split(",")
    if unknown := [name for name in chosen if name not in WHAT]:
        ask.error(f"nothing to measure is called {unknown[0]!r}; there are: {', '.join(WHAT)}")
    if not asked.size > 0:
        ask.error(f"--size must be above 0, got {asked.size:g}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the folder is removed
    try:
        with place(asked.folder) as folder:
            for what in chosen:
                print(f"-- {what}", flush=True)
                measure(what, folder, asked.size)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench scale: {error}")
    except KeyboardInterrupt:
        sys.exit("bench scale: interrupted")


if __name__ == "__main__":
    main()
