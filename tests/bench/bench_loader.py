"""What share of an epoch goes into putting batches together, for every head of params.yaml.

    python -m tests.bench loader [--clips 32] [--steps 80]

Each head is trained for an epoch on clips of noise as wide as the demo's features, with its own
options and the recipe of params.yaml. Target: under 10 % for every head.
"""

from __future__ import annotations

import argparse
import time

import torch

from models.dataset import Batch, Dataset
from models.descent import descend
from models.fusion import build
from models.recipe import optimiser
from models.sequence import Sequence
from models.standardise import Standardised
from stages._params import load
from stages._plans import Plan, plans
from stages.train import Params

WIDTHS = {"visual": 576, "audio": 128, "text": 384}
TARGET = 0.10


class Timed(Dataset):
    """A dataset that knows how long its batches took."""

    spent = 0.0

    def batch(self, which: torch.Tensor) -> Batch:
        start = time.perf_counter()
        batch = super().batch(which)
        Timed.spent += time.perf_counter() - start
        return batch


def noise(steps: int) -> Sequence:
    present = torch.ones(steps, dtype=torch.bool)
    tokens = {m: torch.randn(steps, d) for m, d in WIDTHS.items()}
    return Sequence(tokens, dict.fromkeys(WIDTHS, present), torch.randn(steps, 2), present)


def share(kind: str, plan: Plan, clips: dict[str, Sequence]) -> tuple[float, float]:
    """Seconds of the second epoch, and the share of it that its batches took."""
    recipe, widths = plan.recipe, {m: WIDTHS[m] for m in plan.modalities}
    model = Standardised(build(kind, widths, recipe.steps, 2, **plan.options))
    data = Timed.cut(clips, plan.modalities, recipe.steps, recipe.hop)
    steered = optimiser(recipe, model.parameters())
    for _ in range(2):
        Timed.spent, start = 0.0, time.perf_counter()
        descend(model, data, torch.randperm(len(data)), recipe, steered)
        whole = time.perf_counter() - start
    return whole, Timed.spent / whole


def main() -> None:
    ask = argparse.ArgumentParser(description="The loader's share of an epoch.")
    ask.add_argument("--clips", type=int, default=32)
    ask.add_argument("--steps", type=int, default=80, help="of a clip")
    asked = ask.parse_args()
    params = load("train", Params)
    torch.set_num_threads(params.recipe.threads)
    torch.manual_seed(0)
    clips = {str(i): noise(asked.steps) for i in range(asked.clips)}
    print(f"{'run':<24}{'epoch ms':>10}{'loader':>9}   target: under {TARGET:.0%}")
    for kind, runs in params.heads.items():
        for plan in plans(runs, params.recipe, f"train.heads.{kind}"):
            whole, part = share(kind, plan, clips)
            met = "met" if part < TARGET else "MISSED"
            print(f"{plan.name:<24}{1e3 * whole:>10.1f}{part:>9.2%}   {met}", flush=True)


if __name__ == "__main__":
    main()
