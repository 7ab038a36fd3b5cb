"""The map over clips on a Dask cluster, if DASK_SCHEDULER_ADDRESS says where its scheduler is."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from distributed import Client

from stages.work.batches import WORKER_S, batches, no_worker
from stages.work.environment import CLUSTER
from stages.work.inside import forget, ready
from stages.work.outcome import SCHEDULER, ClusterError
from stages.work.place import marked

log = logging.getLogger("stages")
ANSWER_S = 10.0  # within which a scheduler answers
T = TypeVar("T")
R = TypeVar("R")


def spread(
    work: Callable[[T], R],
    items: Sequence[T],
    long: bool = False,
    lost: Callable[[T, str], R] | None = None,
) -> Iterator[R]:
    """`work` on every item, results as they come; raises the first failure, or ClusterError.

    long  an item takes minutes; lost  what comes of one that crashes: see stages.work.batches
    """
    with _client(os.environ[CLUSTER]) as client, marked() as place:
        _check(client, place)
        try:
            yield from batches(client, place, work, items, long, lost)
        finally:
            with suppress(OSError, ValueError):  # a cluster that is lost has forgotten already
                if client.status == "running":
                    client.run(forget, place["token"], on_error="ignore")


@contextmanager
def _client(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {CLUSTER}={address!r}, expected an address such as "
            f"tcp://host:8786; start one with `{SCHEDULER}`, or unset {CLUSTER} to use this "
            f"machine alone"
        ) from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a loss is said here, once
    try:
        yield client
    finally:
        client.close(timeout=ANSWER_S)


def _check(client: Client, place: Mapping[str, str]) -> None:
    """Every worker that is there now; one that comes later is checked by its first batch."""
    try:
        client.wait_for_workers(1, timeout=WORKER_S)
    except TimeoutError as error:
        raise ClusterError(no_worker()) from error
    answers: Any = client.run(ready, place, on_error="return")
    for worker, answer in answers.items():
        if isinstance(answer, ModuleNotFoundError):
            raise ClusterError(f"the worker {worker} is not in a checkout: {answer}") from answer
        if isinstance(answer, BaseException):
            answer.add_note(f"at {worker}")
            raise answer
    log.info("%d workers of %s", len(answers), os.environ[CLUSTER])
    if len(kinds := sorted(set(answers.values()))) > 1:
        log.warning("the workers' processors differ, so last bits may: %s", ", ".join(kinds))
