"""The time of one training step of each head, against the same equations coded plainly.

    python -m tests.bench.bench_heads [head ...] [--threads 1] [--rounds 9] [--steps 16 300]

A step is forward, loss and backward in train mode, batch 8, at the published sizes. The two sides
alternate within one run, and their medians are compared; times on one machine hold there only.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from models.fusion import build
from models.losses import ccc_flat
from tests.bench import plain_heads as plain

BATCH = 8
CLIPS = {"visual": 512, "audio": 512}
WIDE = {"audio": 1024, "visual": 1024}
MAPS = {"visual": 25088, "audio": 512}
FRAMES = {"visual": 512, "audio": 128, "text": 768}
TWO_OF_FRAMES = {"visual": 512, "audio": 128}


@dataclass(frozen=True)
class Case:
    """One head, the widths it is built for, and its plain twin, which may read more of `tokens`."""

    name: str
    widths: dict[str, int]
    plain: Callable[[int], nn.Module]
    targets: int = 2
    options: dict[str, object] = field(default_factory=dict)
    tokens: dict[str, int] | None = None

    @property
    def label(self) -> str:
        return " ".join([self.name, *(f"{k}={v}" for k, v in self.options.items())])


CASES = [
    Case("cross_attention", WIDE, plain.CrossAttention, targets=1),
    Case("jca", CLIPS, plain.JCA, targets=1),
    Case("jca_dcn", CLIPS, lambda t: plain.Clips(t, 1, False, False, False)),
    Case("jca_dcn", MAPS, lambda t: plain.Clips(t, 1, False, False, True), 2, {"spatial": True}),
    Case("rjca", CLIPS, lambda t: plain.Clips(t, 2, True, False, False)),
    Case("dca", CLIPS, lambda t: plain.Clips(t, 2, True, True, False)),
    Case("rjcma", FRAMES, plain.RJCMA, 1, {"project_joint": False}),
    Case("grjca", TWO_OF_FRAMES, lambda t: plain.GRJCA(t, False), 1, tokens=FRAMES),
    Case("hgrjca", TWO_OF_FRAMES, lambda t: plain.GRJCA(t, True), 1, tokens=FRAMES),
    Case("jmt", CLIPS, lambda t: plain.JMT(t, True, True)),
    Case("jmt", CLIPS, lambda t: plain.JMT(t, True, False), 2, {"fusion": "fc"}),
    Case("jmt", CLIPS, lambda t: plain.JMT(t, False, False), 2, {"joint": False}),
]


def compare(case: Case, steps: int, rounds: int) -> tuple[float, float]:
    """Median seconds of a training step: ours, plain."""
    torch.manual_seed(0)
    widths = case.tokens or case.widths
    tokens = {m: torch.randn(BATCH, steps, d) for m, d in widths.items()}
    masks = {m: torch.ones(BATCH, steps, dtype=torch.bool) for m in widths}
    labels = torch.randn(BATCH, steps, case.targets)
    labelled = torch.ones_like(labels, dtype=torch.bool)
    head = build(case.name, case.widths, steps, case.targets, **case.options)
    twin = case.plain(steps)

    def step(module: nn.Module, forward: Callable[[], Tensor]) -> float:
        module.zero_grad()
        start = time.perf_counter()
        ccc_flat(forward(), labels, labelled).backward()
        return time.perf_counter() - start

    taken = [
        (step(head, lambda: head(tokens, masks)), step(twin, lambda: twin(*tokens.values())))
        for _ in range(rounds + 2)
    ][2:]  # two to warm up
    ours, theirs = (statistics.median(times) for times in zip(*taken, strict=True))
    return ours, theirs


def main() -> None:
    parser = argparse.ArgumentParser(description="Training steps of the heads, ours and plain.")
    parser.add_argument("heads", nargs="*", help="only these")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, nargs="+", default=[16, 300])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{'head':<32}{'T':>5}{'ours ms':>10}{'plain ms':>10}{'ratio':>8}")
    for case in CASES:
        for steps in options.steps if not options.heads or case.name in options.heads else []:
            ours, theirs = compare(case, steps, options.rounds)
            row = f"{1e3 * ours:>10.1f}{1e3 * theirs:>10.1f}{theirs / ours:>8.2f}"
            print(f"{case.label:<32}{steps:>5}{row}", flush=True)


if __name__ == "__main__":
    main()
