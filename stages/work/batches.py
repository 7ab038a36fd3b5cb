"""Batches of clips for a cluster: how large, what comes of each, and what if it is lost.

They take tens of seconds, so that what a batch costs beside its clips is nothing, and the last ones
are small, so that all workers end together. What a lost worker had begun goes to another one; what
fails by itself fails once, and is not tried again; of what crashes, see stages.work.queued.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from distributed import Client, Future

from stages.work.environment import CLUSTER
from stages.work.inside import batch
from stages.work.outcome import LOST, ClusterError
from stages.work.parcel import pack
from stages.work.queued import Batch, Queue

BATCH_S = 20.0
AHEAD = 2  # batches that each worker has: one in hand, one waiting
WORKER_S = 60.0  # within which there is a worker, at the start and when all were lost
T = TypeVar("T")
R = TypeVar("R")


def batches(
    client: Client,
    place: Mapping[str, str],
    work: Callable[[T], R],
    items: Sequence[T],
    long: bool = False,
    lost: Callable[[T, str], R] | None = None,
) -> Iterator[R]:
    """Results as they come; raises the first failure, or ClusterError.

    long  an item takes minutes: it is a batch, and none waits for a worker while another is idle
    lost  an item and a reason -> what comes of one that crashes its process, and the next one
    """
    queue, ended = Queue(items, lost), SimpleQueue()
    running: dict[Future, Batch] = {}
    while queue or running:
        hands = max(1, _workers(client))
        while queue and len(running) < (1 if long else AHEAD) * hands:
            taken = queue.next(size(len(queue), hands, None if long else queue.item_s))
            future = client.submit(batch, place, pack((work, taken.items)), pure=False)
            running[future] = taken
            future.add_done_callback(ended.put)
        future = _ended(client, ended, hands if queue else math.inf)
        if future is not None:
            yield from queue.came(running.pop(future), future)


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
