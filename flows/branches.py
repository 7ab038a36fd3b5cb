"""The graph as a Prefect flow: each stage as soon as what it needs is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from graphlib import TopologicalSorter
from queue import SimpleQueue
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import publish
from flows.graph import plan
from flows.lockfile import in_order
from flows.ready import alone
from flows.reproduce import Outcome, reproduce, stop

CORES = os.cpu_count() or 1
# Each has a process for every core, all with a corpus of their own: side by side they would need
# the memory of several, and be no sooner done. Extraction overlaps with them.
ONE_AT_A_TIME = {"train", "evaluate", "robustness"}
SIDE_BY_SIDE: Any = ThreadPoolTaskRunner(max_workers=CORES)


@task(task_run_name="{stage}")
def bring_up_to_date(stage: str, executor: str | None) -> State[Outcome]:
    """One stage; its outcome is data of the state, failed or not."""
    outcome = reproduce(stage, executor, get_run_logger().info)
    if outcome.what == "failed":
        return Failed(message=outcome.said, data=outcome)
    publish(stage)
    return Completed(message=outcome.what, data=outcome, name=outcome.what.capitalize())


@flow(name="valence-arousal-fusion", task_runner=SIDE_BY_SIDE)
def pipeline(targets: list[str], executor: str | None = None) -> State[list[Outcome]]:
    """Every stage once what it needs is done -> what became of each that was begun, as data.

    targets   stages; all if none is given
    executor  where the clips and trainings of a stage go: local, or the address of a Dask
              scheduler; if none is given, as the environment says
    """
    with alone(), in_order(targets):
        try:
            outcomes = list(_run(TopologicalSorter(plan(targets)), executor))
        except BaseException:  # Ctrl-C and termination too: no stage outlives its flow
            get_run_logger().warning(
                "stages are told to end; every finished clip is kept, and every run"
            )
            stop()
            raise
    failed = [outcome.stage for outcome in outcomes if outcome.what == "failed"]
    if failed:
        return Failed(message=f"failed: {', '.join(failed)}", data=outcomes)
    return Completed(data=outcomes)


def _run(sorter: TopologicalSorter[str], executor: str | None) -> Iterator[Outcome]:
    ended: SimpleQueue[Any] = SimpleQueue()
    ready: list[str] = []
    running: set[str] = set()
    sorter.prepare()
    while True:
        ready += sorter.get_ready()
        for stage in list(ready):  # one that has to wait takes no place from those that need not
            if _may_begin(stage, running):
                ready.remove(stage)
                running.add(stage)
                bring_up_to_date.submit(stage, executor).add_done_callback(ended.put)
        if not running:
            return
        outcome = ended.get().result(raise_on_failure=False)
        if isinstance(outcome, BaseException):  # not the stage's failure but one of this code
            raise outcome
        running.remove(outcome.stage)
        yield outcome
        if outcome.what != "failed":
            sorter.done(outcome.stage)


def _may_begin(stage: str, running: set[str]) -> bool:
    """Whether a stage may run beside those that do."""
    kinds = {one.split("@")[0] for one in running}
    return stage.split("@")[0] not in ONE_AT_A_TIME or not kinds & ONE_AT_A_TIME
