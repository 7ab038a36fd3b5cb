"""Rows per second of each extractor, against its library called for one item after another.

    python -m tests.bench extractors [extractor ...] [--cores 2] [--rounds 3]

As the stages use a machine: a process with one thread for each core. The plain loop is one process
that gets as many threads as there are cores. Each side runs in processes of its own, one side after
the other, and the best time counts. `half` is the same extractor on cpu_half: bfloat16, which is
quick on processors that have instructions for it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec

from stages.work.environment import THREADS
from tests.bench.plain_extractors import PAIRS

TOGETHER = multiprocessing.get_context("spawn")


def ours(name: str, device: str, rounds: int, together) -> float:
    """Rows/s of one process, while the others do the same."""
    run = PAIRS[name].ours(device)
    return len(run().times) / best(run, rounds, together)


def plain(name: str, threads: int, rounds: int, together) -> float:
    """Calls/s of the plain loop."""
    import torch

    torch.set_num_threads(threads)
    run = PAIRS[name].plain()
    return len(run()) / best(run, rounds, together)


def best(run: Callable[[], object], rounds: int, together) -> float:
    """The shortest of some runs, s."""
    together.wait()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def measured(side: Callable[..., float], processes: int, *arguments: object) -> float:
    """The rates of some processes that work at the same time, added up."""
    with TOGETHER.Manager() as manager, ProcessPoolExecutor(processes, TOGETHER) as pool:
        together = manager.Barrier(processes)
        futures = [pool.submit(side, *arguments, together) for _ in range(processes)]
        return sum(future.result() for future in futures)


def main() -> None:
    ask = argparse.ArgumentParser(
        prog="python -m tests.bench extractors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("extractors", nargs="*", choices=[[], *PAIRS], metavar="extractor")
    ask.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    ask.add_argument("--rounds", type=int, default=3)
    asked = ask.parse_args()
    os.environ |= dict.fromkeys(THREADS, "1")
    print(f"{asked.cores} cores; networks of published size with noise for weights")
    print(f"{'extractor':<12}{'plain rows/s':>14}{'ours':>10}{'ratio':>7}{'half':>10}{'ratio':>7}")
    for name in asked.extractors or PAIRS:
        if name == "egemaps" and not find_spec("opensmile"):
            print(f"{name:<12}  not installed: make egemaps")
            continue
        # BERT reads ten words a call, everything else a row
        per_call = 10 if name == "bert_words" else 1
        before = per_call * measured(plain, 1, name, asked.cores, asked.rounds)
        row = f"{name:<12}{before:>14.1f}"
        for device in ("cpu", "cpu_half") if PAIRS[name].neural else ("cpu",):
            rate = measured(ours, asked.cores, name, device, asked.rounds)
            row += f"{rate:>10.1f}{rate / before:>7.2f}"
        print(row, flush=True)


if __name__ == "__main__":
    main()
