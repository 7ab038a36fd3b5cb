"""Run the pipeline under Prefect: `python -m flows.pipeline [target ...]`.

DVC decides what is stale and keeps every result; Prefect shows how it goes. A task is one
`dvc repro --single-item`, begun as soon as what it needs is done, so that branches run side by
side; a stage never knows that it is being orchestrated. What does not need a stage that failed
goes on. Without a configured server Prefect starts a temporary one, which takes some seconds;
plain `dvc repro` starts none.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from queue import SimpleQueue
from typing import Any

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")  # nothing here calls home
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")  # cold disks

from dvc.exceptions import DvcException
from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import publish
from flows.graph import plan
from flows.ready import CannotStart, alone, check_server
from flows.reproduce import Outcome, reproduce


@task(task_run_name="{stage}")
def bring_up_to_date(stage: str) -> State[Outcome]:
    """One stage; its outcome is data of the state, failed or not."""
    outcome = reproduce(stage, get_run_logger().info)
    if outcome.what == "failed":
        return Failed(message=outcome.said, data=outcome)
    publish(stage)
    return Completed(message=outcome.what, data=outcome, name=outcome.what.capitalize())


@flow(name="valence-arousal-fusion")
def pipeline(needs: Mapping[str, list[str]]) -> State[list[Outcome]]:
    """Every stage once what it needs is done -> what became of each that was begun, as data."""
    sorter, ended, outcomes = TopologicalSorter(needs), SimpleQueue(), []
    sorter.prepare()
    running = 0
    while True:
        for stage in sorter.get_ready():
            bring_up_to_date.submit(stage).add_done_callback(ended.put)
            running += 1
        if not running:
            break
        outcome = ended.get().result(raise_on_failure=False)
        if isinstance(outcome, BaseException):  # not the stage's failure but one of this code
            raise outcome
        running -= 1
        outcomes.append(outcome)
        if outcome.what != "failed":
            sorter.done(outcome.stage)
    failed = [outcome.stage for outcome in outcomes if outcome.what == "failed"]
    if failed:
        return Failed(message=f"failed: {', '.join(failed)}", data=outcomes)
    return Completed(data=outcomes)


def report(needs: Mapping[str, list[str]], outcomes: list[Outcome]) -> Iterator[str]:
    """A line for each stage: what became of it, and how long it took."""
    known = {outcome.stage: outcome for outcome in outcomes}
    width = max(map(len, needs), default=0)
    for stage in needs:
        one = known.get(stage)
        yield f"{stage:<{width}}  " + (
            f"{one.what:<8}{one.seconds:>8.1f} s" if one else "not begun"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m flows.pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="target", help="stages; all if none is given")
    parser.add_argument("--dry", action="store_true", help="print the stages in order, run none")
    jobs = {"type": int, "default": os.cpu_count() or 1}
    parser.add_argument("--jobs", **jobs, help="stages side by side, at most (%(default)s)")
    given = parser.parse_args()
    try:
        needs = plan(given.targets)
        if given.dry:
            print("\n".join(needs))
            return
        check_server()
        with alone():
            side_by_side: Any = ThreadPoolTaskRunner(max_workers=max(1, given.jobs))
            state = pipeline.with_options(task_runner=side_by_side)(needs, return_state=True)
            outcomes: Any = state.result(raise_on_failure=False)
        if isinstance(outcomes, BaseException):
            raise outcomes
    except (LookupError, DvcException, CannotStart) as error:
        sys.exit(f"flows.pipeline: {error}")
    print("\n".join(report(needs, outcomes)))
    failed = [outcome for outcome in outcomes if outcome.what == "failed"]
    if failed:
        sys.exit("\n".join(f"flows.pipeline: stage {o.stage!r} failed:\n{o.said}" for o in failed))


if __name__ == "__main__":
    main()
