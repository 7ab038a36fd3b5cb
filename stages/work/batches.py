"""Batches of clips for a cluster: how large, what comes of each, and what if it is lost.

They take tens of seconds, so that what a batch costs beside its clips is nothing, and the last ones
are small, so that all workers end together. What a lost worker had begun goes to another one; what
fails by itself fails once, and is not tried again.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from distributed import CancelledError, Client, Future, KilledWorker
from distributed.comm.core import CommClosedError

from stages.work.blame import blame, lower, name_of
from stages.work.environment import CLUSTER
from stages.work.inside import batch
from stages.work.parcel import Elsewhere, pack, unpack

SCHEDULER = "python -m dask scheduler"  # so, it finds our modules in the folder where it starts
BATCH_S = 20.0
AHEAD = 2  # batches that each worker has: one in hand, one waiting
WORKER_S = 60.0  # within which there is a worker, at the start and when all were lost
RESULT_S = 300.0  # within which a batch that is done is fetched, or done again if it was lost
SPARING = "fewer workers on a machine need less: start them with a smaller WORKERS"
LOST = (
    f"the scheduler that {CLUSTER} names is lost; every finished clip is kept: run again to go on, "
    f"or unset {CLUSTER} to use this machine alone"
)
T = TypeVar("T")
R = TypeVar("R")


class ClusterError(OSError):
    """The cluster cannot be used, or is lost."""


def batches(
    client: Client,
    place: Mapping[str, str],
    work: Callable[[T], R],
    items: Sequence[T],
    long: bool = False,
) -> Iterator[R]:
    """Results as they come; raises the first failure, or ClusterError.

    long  an item takes minutes: it is a batch, and none waits for a worker while another is idle
    """
    left, ended, item_s = deque(items), SimpleQueue(), None
    running: dict[Future, list[T]] = {}
    while left or running:
        hands = max(1, _workers(client))
        while left and len(running) < (1 if long else AHEAD) * hands:
            taken = [left.popleft() for _ in range(size(len(left), hands, item_s))]
            packed = pack((work, taken))
            future = client.submit(batch, place, packed, pure=False)
            running[future] = taken
            future.add_done_callback(ended.put)
        future = _ended(client, ended, hands if left else math.inf)
        if future is None:
            continue
        taken = running.pop(future)
        seconds, results, failure, told = _outcome(future, taken)
        yield from results
        if failure is not None:
            blame(failure, taken[len(results)], SPARING)
            raise failure from Elsewhere(f"\n{told}")
        item_s = None if long else seconds / len(results)


def size(left: int, hands: int, item_s: float | None) -> int:
    """Items in the next batch: BATCH_S of work, less towards the end, one while that is unknown."""
    if item_s is None:
        return 1
    return max(1, min(math.ceil(left / (AHEAD * hands)), round(BATCH_S / max(item_s, 1e-6))))


def _ended(client: Client, ended: SimpleQueue[Future], hands: float) -> Future | None:
    """The next batch that has ended, or None if there are more workers meanwhile than `hands`;
    raises ClusterError if none can end."""
    alone_s = 0.0
    while True:
        try:
            return ended.get(timeout=1)
        except Empty:
            if client.status != "running":
                raise ClusterError(LOST) from None
            if (there := _workers(client)) > hands:
                return None
            alone_s = 0.0 if there else alone_s + 1
            if alone_s > WORKER_S:
                raise ClusterError(no_worker()) from None


def _outcome(future: Future, items: Sequence[T]) -> tuple[float, list[Any], Exception | None, str]:
    try:
        return unpack(future.result(timeout=RESULT_S))
    except KilledWorker as error:
        names = [name_of(item) for item in items]
        raise ClusterError(
            f"{error.allowed_failures + 1} workers died, one after the other, at the same batch: "
            f"{', '.join(names[:5])}{' ...' if len(names) > 5 else ''}; is there memory enough?"
            f"{lower(items[0], SPARING)}"
        ) from error
    except (CancelledError, TimeoutError, CommClosedError) as error:
        raise ClusterError(LOST) from error
    except RuntimeError as error:
        if not isinstance(error.__cause__, ModuleNotFoundError):
            raise
        raise ClusterError(
            f"the scheduler at {os.environ[CLUSTER]} is not in a checkout: {error.__cause__}; "
            f"start it in one, with `{SCHEDULER}`"
        ) from error


def _workers(client: Client) -> int:
    try:
        threads: Any = client.nthreads()
    except (OSError, ValueError) as error:
        raise ClusterError(LOST) from error
    return len(threads)


def no_worker() -> str:
    return (
        f"the cluster at {os.environ[CLUSTER]} has no worker for {WORKER_S:.0f} s; start one with "
        f"the project's worker command and that address"
    )
