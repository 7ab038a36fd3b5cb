"""What a cluster costs beside the work: per batch, in all, and its scheduler alone.

    python -m tests.bench cluster [--batches 10000] [--tasks 300]

A scheduler and two workers on loopback, clips that sleep, so that two cores are enough. Targets: a
stage takes at most 5 % longer than its clips do on two workers, once these have started; 10,000
batches go through. Last, what a batch costs as a task of Prefect's over Dask (prefect-dask), with a
server on this machine, and as one of Dask's own: why the map over clips uses these.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path

os.environ["PREFECT_LOGGING_LEVEL"] = "ERROR"

from distributed import Client

from stages.work import batches, cluster
from stages.work.inside import ready
from stages.work.place import marked
from tests.flows.lab import Lab


def through(client: Client, items: list[float], batch_s: float) -> tuple[float, float]:
    """Sleep for all of these on started workers, in batches of so much: s taken, s ideal."""
    batches.BATCH_S = batch_s
    with marked() as place:
        client.run(ready, place)
        started = time.perf_counter()
        for _ in batches.batches(client, place, time.sleep, items):
            pass
        return time.perf_counter() - started, sum(items) / 2


def with_prefect(address: str, tasks: int) -> tuple[float, float]:
    """A batch in ms, as a task of Prefect's over Dask and as one of Dask's alone."""
    from prefect import flow, task
    from prefect_dask import DaskTaskRunner

    @task
    def nap(seconds: float) -> None:
        time.sleep(seconds)

    @flow(task_runner=DaskTaskRunner(address=address))
    def naps(count: int) -> float:
        nap.submit(0.0).result()
        started = time.perf_counter()
        for future in [nap.submit(0.0) for _ in range(count)]:
            future.result()
        return time.perf_counter() - started

    prefect_s = naps(tasks)
    with Client(address, set_as_default=False) as client:
        started = time.perf_counter()
        client.gather([client.submit(time.sleep, 0.0, pure=False) for _ in range(tasks)])
        return 1000 * prefect_s / tasks, 1000 * (time.perf_counter() - started) / tasks


def main() -> None:
    ask = argparse.ArgumentParser(description="What a cluster costs beside the work.")
    ask.add_argument("--batches", type=int, default=10_000)
    ask.add_argument("--tasks", type=int, default=300, help="for the comparison with Prefect")
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"PREFECT_HOME": f"{place}/prefect", "CLIP_STORE": f"{place}/store"}
        os.chdir(place)
        with closing(Lab(Path(place)).of(2)) as lab:
            os.environ[cluster.CLUSTER] = lab.address
            started = time.perf_counter()
            list(cluster.spread(time.sleep, [0.0]))
            print(f"a stage of one clip that takes no time: {time.perf_counter() - started:.1f} s")
            for clips, clip_s in ((400, 0.1), (20, 2.0)):
                taken, ideal = through(lab.client, [clip_s] * clips, batches.BATCH_S)
                over = 100 * (taken / ideal - 1)
                print(
                    f"{clips} clips of {clip_s} s: {taken:.1f} s, {over:+.1f} % over {ideal:.1f} s"
                )
            taken, ideal = through(lab.client, [0.001] * asked.batches, 0.001)
            each_ms = 1000 * 2 * (taken - ideal) / asked.batches
            print(
                f"{asked.batches} batches of 1 ms: {taken:.1f} s, {each_ms:.1f} ms each beside it"
            )
            share = each_ms / (10 * 20)
            print(f"of a batch of 20 s that is {share:.3f} %")
            prefect_ms, dask_ms = with_prefect(lab.address, asked.tasks)
            print(f"a task of Prefect's over Dask {prefect_ms:.1f} ms, of Dask's {dask_ms:.1f} ms")


if __name__ == "__main__":
    main()
