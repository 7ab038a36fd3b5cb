"""The share of a training step that reading its windows takes, in the folder of a corpus.

    python -m tests.bench.scale_loader [--batches 8]

Of `concat` and `grjca`: windows read from the disk, from the system's copy of it (both as with
train.memory_gb 0), and from rows that are held in memory. Reading is timed by itself; in training
the next batch is read while one is learnt, so that a step waits for less than this.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from models.dataset import Dataset
from models.epoch import train_batches
from models.placement import placement, prepare
from models.recipe import make_optimiser
from stages.clips import read_assignments
from stages.on_grid import Grid
from stages.stored import within
from tests.bench.scale_corpus import RECIPE
from tests.bench.scale_precision import CHANNELS, WIDTHS, model, recipe
from tests.bench.scale_say import say

MOST = 10  # % of a step
HEADS = ("concat", "grjca")


def windows(held_bytes: float) -> Dataset:
    """The windows of the training clips, held or read as stages.train does."""
    clips, _ = within(Grid(read_assignments(), WIDTHS).split("train", WIDTHS), held_bytes)
    return Dataset.cut(clips, list(WIDTHS), recipe().steps, recipe().hop).labelled()


def reading(batches: list[Tensor]) -> dict[str, float]:
    """Median seconds of reading a batch, from each place."""
    streamed = windows(0)
    disk, copied = [], []
    for batch in batches:
        forget_pages()
        disk.append(seconds(lambda b=batch: streamed.batch(b)))
        copied.append(seconds(lambda b=batch: streamed.batch(b)))
    held = windows(math.inf)  # last: the system keeps pages that are in use
    memory = [seconds(lambda b=batch: held.batch(b)) for batch in batches]
    places = {"from the disk": disk, "from the system's copy": copied, "held": memory}
    return {place: statistics.median(taken) for place, taken in places.items()}


def step_s(head: str, batches: list[Tensor]) -> float:
    """Median seconds of a training step on held windows; the first is not counted."""
    data, trained = windows(math.inf), model(head, "single", {"channels": CHANNELS})
    optimiser = make_optimiser(recipe(), trained.parameters())

    def step(batch: Tensor) -> None:
        list(train_batches(trained, data, [batch], recipe(), optimiser))

    return statistics.median([seconds(lambda b=batch: step(b)) for batch in batches][1:])


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def forget_pages() -> None:
    """Let the system drop its copy of the shards."""
    for path in Path("data").rglob("*.h5"):
        with path.open("rb") as file:
            os.fsync(file.fileno())  # what is not on the disk yet cannot be dropped
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> None:
    ask = argparse.ArgumentParser(description="The share of a step that reading takes.")
    ask.add_argument("--batches", type=int, default=8)
    asked = ask.parse_args()
    torch.set_num_threads(RECIPE["threads"])
    prepare(placement("cpu", "single"))
    order = torch.randperm(len(windows(0)), generator=torch.Generator().manual_seed(1))
    batches = list(order.split(RECIPE["batch"]))[: asked.batches]
    read = reading(batches)
    for head in HEADS:
        step = step_s(head, batches)
        print(f"    a step of {head}: {step:.2f} s", flush=True)
        for place, taken in read.items():
            share = 100 * taken / (taken + step)
            say(f"{head}: reading {place}, of a step", share, "%", at_most=MOST)
    taken = ", ".join(f"{place} {1e3 * s:.1f} ms" for place, s in read.items())
    print(f"    a batch {taken}", flush=True)


if __name__ == "__main__":
    main()
