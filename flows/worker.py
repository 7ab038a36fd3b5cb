"""Lend this machine to a cluster: `python -m flows.worker tcp://scheduler:8786`, in a checkout.

Starts as many Dask workers as WORKERS says, or as there are cores.
"""

from __future__ import annotations

import argparse
import os
import sys

from stages.work.environment import THREADS, workers


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m flows.worker", description=__doc__)
    parser.add_argument("scheduler", help="its address, as it says itself")
    given, more = parser.parse_known_args()
    os.environ |= dict.fromkeys(THREADS, "1") | {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    options = f"--nworkers {workers()} --nthreads 1 --memory-limit 0 --no-dashboard".split()
    command = ["-m", "distributed.cli.dask_worker", given.scheduler, *options, *more]
    os.execv(sys.executable, [sys.executable, *command])


if __name__ == "__main__":
    main()
