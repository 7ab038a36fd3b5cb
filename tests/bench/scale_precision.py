"""A training step in bfloat16 against one in single precision, at published widths, on one thread.

    python -m tests.bench.scale_precision [--rounds 5]

Both models of a head take turns within one run; the medians are compared.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from models.aligned import AlignedClip
from models.dataset import Dataset
from models.epoch import train_batches
from models.fusion import build
from models.placement import PRECISIONS, placement, prepare
from models.recipe import Recipe, make_optimiser
from models.standardise import Standardised
from models.tcn import published
from tests.bench.scale_corpus import RECIPE
from tests.bench.scale_rows import STREAMS, TARGETS
from tests.bench.scale_say import say
from tests.repo import PARAMS

FASTER = 1.7
WIDTHS = {name: stream.width for name, stream in STREAMS.items()}
CHANNELS = published({name: stream.kind for name, stream in STREAMS.items()})
HEADS = {  # with the options of their papers
    "grjca": {"channels": CHANNELS},
    "rjcma": {"channels": CHANNELS},
    "jmt": {"width": 512},
}


def recipe() -> Recipe:
    """That of params.yaml with the published windows."""
    merged = {**PARAMS["train"]["recipe"], **RECIPE}
    return Recipe(**{name: merged[name] for name in Recipe.__dataclass_fields__})


def model(head: str, precision: str, options: dict[str, Any]) -> Standardised:
    """An untrained head in train mode, the same for the same arguments."""
    torch.manual_seed(0)
    built = build(head, WIDTHS, recipe().steps, len(TARGETS), **options)
    return Standardised(built, precision=precision)


def noise(count: int) -> Dataset:
    """So many windows of noise, in memory."""
    steps = recipe().steps
    present = torch.ones(steps, dtype=torch.bool)
    clips = {
        str(number): AlignedClip(
            {m: torch.randn(steps, width) for m, width in WIDTHS.items()},
            dict.fromkeys(WIDTHS, present),
            torch.rand(steps, len(TARGETS)) * 2 - 1,
            torch.ones(steps, len(TARGETS), dtype=torch.bool),
        )
        for number in range(count)
    }
    return Dataset.cut(clips, list(WIDTHS), steps, steps)


def steps(trained: Standardised, data: Dataset) -> Iterator[float]:
    """Training steps on the same windows, for ever -> the seconds of each."""
    optimiser = make_optimiser(recipe(), trained.parameters())
    every = torch.arange(len(data))
    while True:
        started = time.perf_counter()
        list(train_batches(trained, data, [every], recipe(), optimiser))
        yield time.perf_counter() - started


def compared(head: str, rounds: int, data: Dataset) -> dict[str, float]:
    """Median seconds of a training step, {precision: s}; the first of each is not counted."""
    sides = {p: steps(model(head, p, HEADS[head]), data) for p in PRECISIONS}
    taken = [{p: next(side) for p, side in sides.items()} for _ in range(rounds + 1)][1:]
    return {p: statistics.median(each[p] for each in taken) for p in PRECISIONS}


def main() -> None:
    ask = argparse.ArgumentParser(description="Training steps, single and bfloat16.")
    ask.add_argument("--rounds", type=int, default=5)
    asked = ask.parse_args()
    torch.set_num_threads(RECIPE["threads"])
    flags = Path("/proc/cpuinfo").read_text()
    known = [name for name in ("avx512_bf16", "amx_bf16") if name in flags]
    print(f"instructions for bfloat16 here: {', '.join(known) or 'none'}", flush=True)
    try:
        prepare(placement("cpu", "bfloat16"))
    except ValueError as error:
        print(f"not compared: {error}")
        return
    data = noise(RECIPE["batch"])
    for head in HEADS:
        found = compared(head, asked.rounds, data)
        ratio = found["single"] / found["bfloat16"]
        say(f"{head}: bfloat16, times as fast as single", ratio, "x", at_least=FASTER)
        print(f"    a step: {', '.join(f'{p} {s:.2f} s' for p, s in found.items())}", flush=True)


if __name__ == "__main__":
    main()
