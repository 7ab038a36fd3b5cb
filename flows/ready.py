"""Whether a flow can start: nobody else runs one here, and the server answers, if one is set."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import get_client
from prefect.settings import PREFECT_API_URL

LOCK = Path(".dvc/tmp/flow.lock")


class CannotStart(RuntimeError):
    """Another flow runs on this clone, or the configured server does not answer."""


@contextmanager
def alone() -> Iterator[None]:
    """One flow at a time on a clone: two would each find the other's stages stale."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                "another flow is running on this clone; wait for it to end"
            ) from error
        yield


def check_server(*, needed: bool = False) -> None:
    """Raise CannotStart if Prefect is told of a server that does not answer, or needs one."""
    url = PREFECT_API_URL.value()
    if not url:
        if needed:
            raise CannotStart(
                "a schedule needs a server: start it with `prefect server start`, and say where it "
                "is with PREFECT_API_URL=http://127.0.0.1:4200/api"
            )
        return
    with get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None:
            raise CannotStart(
                f"no Prefect server answers at {url}; start it with `prefect server start`, or "
                f"unset PREFECT_API_URL for a temporary one"
            )
