"""Run the pipeline under Prefect: `python -m flows.pipeline [target ...]`.

DVC decides what is stale and keeps every result; Prefect shows how it goes. A task is one
`dvc repro --single-item`, and a stage never knows that it is being orchestrated. Without a
configured server Prefect starts a temporary one, which takes some seconds; plain `dvc repro`
starts none.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")  # nothing here calls home
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")  # cold disks

from dvc.exceptions import DvcException
from dvc.repo import Repo
from networkx import DiGraph, descendants, lexicographical_topological_sort
from prefect import flow, get_run_logger, task


class StageFailed(RuntimeError):
    """`dvc repro` of one stage ended with an error."""


def plan(targets: list[str]) -> list[str]:
    """The stages behind the targets, or all, each after what it needs.

    A target is a stage or, for a matrix, its name without the part after the `@`. Raises
    LookupError with the nearest name for one that does not exist.
    """
    with Repo() as repo:
        graph: DiGraph = repo.index.graph  # from each stage to the stages that it reads
    name = {stage: str(stage.addressing) for stage in graph}
    for target in targets:
        if not any(_is(target, n) for n in name.values()):
            near = difflib.get_close_matches(target, name.values(), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise LookupError(f"no stage {target!r} in dvc.yaml{hint}")
    wanted = [s for s in graph if not targets or any(_is(t, name[s]) for t in targets)]
    needed = {*wanted, *(d for s in wanted for d in descendants(graph, s))}
    order = lexicographical_topological_sort(graph.subgraph(needed).reverse(), key=name.__getitem__)
    return [name[stage] for stage in order]


def _is(target: str, stage: str) -> bool:
    return target in (stage, stage.split("@")[0])


@task(task_run_name="{stage}")
def reproduce(stage: str) -> None:
    """Bring one stage up to date; do nothing if it already is."""
    command = [sys.executable, "-m", "dvc", "repro", "--single-item", stage]
    log, tail = get_run_logger(), []
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            log.info(line.rstrip())
            tail = [*tail[-9:], line]
    if process.returncode:
        raise StageFailed(f"stage {stage!r} failed:\n{''.join(tail)}")


@flow(name="valence-arousal-fusion")
def pipeline(stages: list[str]) -> None:
    """Every stage in order; the first that fails ends the run."""
    for stage in stages:
        reproduce(stage)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m flows.pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="target", help="stages; all if none is given")
    parser.add_argument("--dry", action="store_true", help="print the stages in order, run none")
    given = parser.parse_args()
    try:
        stages = plan(given.targets)
        if given.dry:
            print("\n".join(stages))
        else:
            pipeline(stages)
    except (LookupError, DvcException, StageFailed) as error:
        sys.exit(f"flows.pipeline: {error}")


if __name__ == "__main__":
    main()
