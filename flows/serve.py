"""Run the pipeline on a schedule: `python -m flows.serve align --cron "0 2 * * *"`.

Registers a deployment with the Prefect server that PREFECT_API_URL names and waits, in this
checkout, for its runs: those of the schedule, and those that somebody starts on the server's page.
One run at a time; the next one waits.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from dvc.exceptions import DvcException
from prefect.types.entrypoint import EntrypointType

from flows.branches import pipeline
from flows.graph import plan
from flows.ready import CannotStart, check_server


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m flows.serve",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="target", help="stages; all if none is given")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--cron", help='times as cron writes them: "0 2 * * *" is two at night')
    when.add_argument("--every", type=float, metavar="HOURS", help="hours from run to run")
    parser.add_argument(
        "--executor", help="where clips and trainings go: local, or a Dask scheduler's address"
    )
    parser.add_argument("--name", default="scheduled", help="of the deployment (%(default)s)")
    given = parser.parse_args()
    try:
        plan(given.targets)
        check_server(needed=True)
        pipeline.serve(
            given.name,
            cron=given.cron,
            interval=timedelta(hours=given.every) if given.every else None,
            parameters={"targets": given.targets, "executor": given.executor},
            entrypoint_type=EntrypointType.MODULE_PATH,
            limit=1,
            print_starting_message=False,
        )
    except (LookupError, ValueError, DvcException, CannotStart) as error:
        sys.exit(f"flows.serve: {error}")


if __name__ == "__main__":
    main()
