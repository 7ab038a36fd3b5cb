"""What `bench scale` measures with whole stages: their memory, and what a second core is worth."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.bench.scale_rows import STREAMS
from tests.bench.scale_say import say
from tests.bench.scale_stages import Spent, stage, watched
from tests.project import Project
from tests.repo import PARAMS

BOUND_GIB = 1.5
FASTER = 1.8
HEADS = ("concat", "grjca")
SEEDS = 6
JOBS_EPOCHS = 4
TRAINED = "trained"  # the store in which `evaluate` finds what `memory` has trained


def memory(corpus: Path) -> None:
    """The peak of one epoch of each head, in one process that may hold no rows."""
    idle = idle_gib(corpus)
    choose(corpus, HEADS, seeds=1, epochs=1)
    Project.at(corpus).edit(lambda params: params["train"].update(memory_gb=0.0))
    forget(corpus, TRAINED)
    for head in HEADS:
        spent = stage(corpus, "train", head, workers=1, store=TRAINED)
        say(f"{head}: peak above idle", spent.largest - idle, "GiB", at_most=BOUND_GIB)
        print(f"    an epoch and validation: {spent.seconds:.0f} s", flush=True)


def jobs(corpus: Path) -> None:
    """A run under several seeds, on one process and on two."""
    choose(corpus, ["grjca"], SEEDS, JOBS_EPOCHS)

    def train(workers: int, store: str) -> Spent:
        forget(corpus, store)
        return stage(corpus, "train", "grjca", workers=workers, store=store)

    ratio = on_one_and_two(corpus, train, "train")
    say(f"{SEEDS} jobs on two processes, times as fast as on one", ratio, "x", at_least=FASTER)


def evaluate(corpus: Path) -> None:
    """The scores and the curves of two runs, on one process and on two."""
    choose(corpus, HEADS, seeds=1, epochs=1)
    for head in HEADS:
        stage(corpus, "train", head, workers=1, store=TRAINED)
    idle = idle_gib(corpus)
    for name in ("evaluate", "robustness"):

        def run(workers: int, store: str, name: str = name) -> Spent:
            shutil.rmtree(corpus / store, ignore_errors=True)
            spent = stage(corpus, name, workers=workers, store=store)
            above = spent.largest - idle
            say(f"{name}, WORKERS={workers}: peak above idle", above, "GiB", at_most=BOUND_GIB)
            return spent

        ratio = on_one_and_two(corpus, run, name)
        say(f"{name} on two processes, times as fast as on one", ratio, "x")


def on_one_and_two(corpus: Path, run: Callable[[int, str], Spent], made: str) -> float:
    """How many times as fast WORKERS=2 is as 1; says whether data/<made> has the same bytes."""
    seconds, files = [], []
    for workers in (1, 2):
        spent = run(workers, f"workers{workers}")
        taken = f"{spent.seconds:.1f} s, {spent.together:.2f} GiB together"
        print(f"    WORKERS={workers}: {taken}", flush=True)
        seconds.append(spent.seconds)
        files.append(Project.at(corpus).files(f"data/{made}"))
    alone, both = files
    other = sorted(name for name in {*alone, *both} if alone.get(name) != both.get(name))
    same = f"OTHER BYTES in {', '.join(other)}" if other else "the same bytes"
    print(f"    data/{made}: {same}", flush=True)
    return seconds[0] / seconds[1]


def choose(corpus: Path, heads: Iterable[str], seeds: int, epochs: int) -> None:
    """Let params.yaml name one run of each head, of every stream, with the published widths."""
    runs = {head: {head: {"modalities": list(STREAMS), "options": {}}} for head in heads}

    def change(params: Any) -> None:
        params["train"].update(heads=list(runs), seeds=list(range(1, seeds + 1)), runs=runs)
        params["train"]["memory_gb"] = PARAMS["train"]["memory_gb"]
        params["train"]["recipe"].update(epochs=epochs, patience=epochs)

    Project.at(corpus).edit(change)


def forget(corpus: Path, store: str) -> None:
    """Remove what was trained, finished or not."""
    for path in (store, "data/train", "data/.training"):
        shutil.rmtree(corpus / path, ignore_errors=True)


def idle_gib(corpus: Path) -> float:
    """The peak of a process that imports torch and does nothing."""
    command = [sys.executable, "-c", "import torch"]
    idle = watched(command, corpus, os.environ, corpus / "idle.log").largest
    print(f"    a process that imports torch: {idle:.2f} GiB", flush=True)
    return idle
