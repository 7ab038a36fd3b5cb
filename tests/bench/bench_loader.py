"""The share of an epoch that batching takes, for every run of params.yaml.

    python -m tests.bench loader [--clips 32] [--steps 80]

Each run is trained for an epoch on clips of noise as wide as the demo's features, with its own
options and the recipe of params.yaml. Target: under 10 % for every run.
"""

from __future__ import annotations

import argparse
import time

import torch

from models.aligned import AlignedClip
from models.dataset import Batch, Dataset
from models.epoch import in_batches, train_batches
from models.fusion import build
from models.recipe import make_optimiser
from models.standardise import Standardised
from models.targets import Ranges
from stages.params import load
from stages.streams import streams
from stages.targets import targets
from stages.train.plans import Plan, plans
from stages.train.stage import Params

WIDTHS = {"face": 576, "voice": 128, "words": 384}
TARGET = 0.10


class Timed(Dataset):
    """A dataset that measures the time its batches take."""

    spent = 0.0

    def batch(self, which: torch.Tensor) -> Batch:
        start = time.perf_counter()
        batch = super().batch(which)
        Timed.spent += time.perf_counter() - start
        return batch


def noise(steps: int, targets: int) -> AlignedClip:
    present = torch.ones(steps, dtype=torch.bool)
    tokens = {m: torch.randn(steps, d) for m, d in WIDTHS.items()}
    labels = torch.randn(steps, targets)
    return AlignedClip(tokens, dict.fromkeys(WIDTHS, present), labels, torch.ones_like(labels) > 0)


def share(
    head: str, plan: Plan, ranges: Ranges, clips: dict[str, AlignedClip]
) -> tuple[float, float]:
    """Seconds of the second epoch, and the share of it that its batches took."""
    recipe, widths = plan.recipe, {m: WIDTHS[m] for m in plan.modalities}
    model = Standardised(build(head, widths, recipe.steps, len(ranges), **plan.options))
    data = Timed.cut(clips, plan.modalities, recipe.steps, recipe.hop)
    optimiser = make_optimiser(recipe, model.parameters())
    for _ in range(2):
        Timed.spent, start = 0.0, time.perf_counter()
        batches = in_batches(torch.randperm(len(data)), recipe.batch)
        list(train_batches(model, data, batches, recipe, optimiser))
        epoch = time.perf_counter() - start
    return epoch, Timed.spent / epoch


def main() -> None:
    parser = argparse.ArgumentParser(description="The loader's share of an epoch.")
    parser.add_argument("--clips", type=int, default=32)
    parser.add_argument("--steps", type=int, default=80, help="of a clip")
    options = parser.parse_args()
    params = load("train", Params)
    torch.set_num_threads(params.recipe.threads)
    torch.manual_seed(0)
    ranges, kinds = targets(), {name: stream.of for name, stream in streams().items()}
    clips = {str(i): noise(options.steps, len(ranges)) for i in range(options.clips)}
    print(f"{'run':<24}{'epoch ms':>10}{'loader':>9}   target: under {TARGET:.0%}")
    for head, runs in params.runs.items():
        for plan in plans(head, runs, params.recipe, ranges, kinds):
            epoch, part = share(head, plan, ranges, clips)
            met = "met" if part < TARGET else "MISSED"
            print(f"{plan.name:<24}{1e3 * epoch:>10.1f}{part:>9.2%}   {met}", flush=True)


if __name__ == "__main__":
    main()
