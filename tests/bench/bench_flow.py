"""What running the graph as a flow gains and costs, against plain `dvc repro`.

    python -m tests.bench flow [--seconds 20] [--rounds 3]

On a repository made for it: two branches that wait, the same once nothing is stale, and a chain.
Targets: two branches 1.6 times faster; otherwise at most 10 % slower, plus the server's start,
which is measured as the time of a flow of one fresh stage.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.repo import ROOT

FLOW = [sys.executable, "-m", "flows.pipeline", "--jobs", "2"]
REPRO = [sys.executable, "-m", "dvc", "repro"]


def stage(name: str, seconds: float, *deps: str) -> str:
    return (
        f"  {name}:\n    cmd: sleep {seconds} && date +%N > {name}.txt\n"
        f"    deps: [{', '.join(deps)}]\n    outs: [{name}.txt]\n"
    )


def repository(folder: Path, stages: list[str]) -> Path:
    folder.mkdir()
    (folder / "dvc.yaml").write_text("stages:\n" + "".join(stages))
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, cwd=folder, check=True)
    return folder


def seconds(folder: Path, command: list[str], *, stale: bool) -> float:
    if stale:
        (folder / "dvc.lock").unlink(missing_ok=True)
        subprocess.run(["rm", "-rf", ".dvc/cache/runs"], cwd=folder, check=True)
    home = {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(folder.parent / "prefect")}
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=os.environ | home, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    ask = argparse.ArgumentParser(description="`python -m flows.pipeline` against `dvc repro`.")
    ask.add_argument("--seconds", type=float, default=20, help="that a stage waits")
    ask.add_argument("--rounds", type=int, default=3)
    asked = ask.parse_args()
    wait = asked.seconds
    with tempfile.TemporaryDirectory() as place:
        one = repository(Path(place, "one"), [stage("a", 0)])
        branches = [
            stage("left", wait),
            stage("right", wait),
            stage("end", 0, "left.txt", "right.txt"),
        ]
        two = repository(Path(place, "two"), branches)
        links = [stage("a", wait), stage("b", 0, "a.txt"), stage("c", 0, "b.txt")]
        chain = repository(Path(place, "chain"), links)
        seconds(one, REPRO, stale=True)
        start = statistics.median(seconds(one, FLOW, stale=False) for _ in range(asked.rounds))
        print(f"a flow with nothing to do, mostly the server's start: {start:.1f} s")
        print(f"{'graph':<28}{'flow s':>8}{'repro s':>9}{'ratio':>7}{'less start':>12}")
        for name, folder, stale in (
            ("two branches", two, True),
            ("two branches, fresh", two, False),
            ("a chain", chain, True),
        ):
            taken = [
                (seconds(folder, FLOW, stale=stale), seconds(folder, REPRO, stale=stale))
                for _ in range(asked.rounds)
            ]
            flow, repro = (statistics.median(times) for times in zip(*taken, strict=True))
            row = f"{flow:>8.1f}{repro:>9.1f}{repro / flow:>7.2f}{flow - start - repro:>+11.1f}s"
            print(f"{name:<28}{row}", flush=True)


if __name__ == "__main__":
    main()
