"""Run the pipeline under Prefect: `python -m flows.pipeline [target ...]`.

DVC decides what is stale and keeps every result; Prefect shows how it goes. A task is one
`dvc repro --single-item`, begun as soon as what it needs is done, so that branches run side by
side; train, evaluate and robustness, which each use all cores, run one at a time. A stage never
knows that it is being orchestrated. What does not need a stage that failed goes on. Without a
configured server Prefect starts a temporary one, which takes some seconds; plain `dvc repro` starts
none.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from dvc.exceptions import DvcException
from httpx import TransportError
from prefect.settings import PREFECT_API_URL
from prefect.task_runners import ThreadPoolTaskRunner

from flows.branches import CORES, pipeline
from flows.graph import plan
from flows.ready import CannotStart, alone, check_server
from flows.reproduce import Outcome


def report(needs: Iterable[str], outcomes: list[Outcome]) -> Iterator[str]:
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
    parser.add_argument("--jobs", type=int, default=CORES, help="stages side by side (%(default)s)")
    parser.add_argument(
        "--executor", help="where clips and trainings go: local, or a Dask scheduler's address"
    )
    given = parser.parse_args()
    try:
        needs = list(plan(given.targets))
        if given.dry:
            print("\n".join(needs))
            return
        check_server()
        with alone():
            pass  # said at once, before a temporary server is started
        side_by_side: Any = ThreadPoolTaskRunner(max_workers=max(1, given.jobs))
        run = pipeline.with_options(task_runner=side_by_side)
        state = run(given.targets, given.executor, return_state=True)
        outcomes: Any = state.result(raise_on_failure=False)
        if isinstance(outcomes, BaseException):
            raise outcomes
    except (LookupError, DvcException, CannotStart) as error:
        sys.exit(f"flows.pipeline: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except TransportError:
        print(
            f"flows.pipeline: the Prefect server at {PREFECT_API_URL.value()} does not answer any "
            f"more; what stages have finished is kept: run again, with a server or without",
            file=sys.stderr,
            flush=True,
        )
        os._exit(1)  # Prefect would try for minutes to tell the server what happened
    print("\n".join(report(needs, outcomes)))
    failed = [outcome for outcome in outcomes if outcome.what == "failed"]
    if failed:
        sys.exit("\n".join(f"flows.pipeline: stage {o.stage!r} failed:\n{o.said}" for o in failed))


if __name__ == "__main__":
    main()
