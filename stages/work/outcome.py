"""What has come of a batch that a cluster has done, or lost."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from distributed import CancelledError, Future, KilledWorker
from distributed.comm.core import CommClosedError

from stages.work.blame import lower, name_of
from stages.work.environment import CLUSTER
from stages.work.parcel import unpack

SCHEDULER = "python -m dask scheduler"  # so, it finds our modules in the folder where it starts
RESULT_S = 300.0  # within which a batch that is done is fetched, or done again if it was lost
SPARING = "fewer workers on a machine need less: start them with a smaller WORKERS"
LOST = (
    f"the scheduler that {CLUSTER} names is lost; every finished clip is kept: run again to go on, "
    f"or unset {CLUSTER} to use this machine alone"
)


class ClusterError(OSError):
    """The cluster cannot be used, or is lost."""


def outcome(future: Future) -> tuple[float, list[Any], Exception | None, str]:
    """(seconds, results, the error of the item after them, its traceback) of a batch.

    Raises KilledWorker if several workers died of it, or ClusterError.
    """
    try:
        return unpack(future.result(timeout=RESULT_S))
    except (CancelledError, TimeoutError, CommClosedError) as error:
        raise ClusterError(LOST) from error
    except KilledWorker:
        raise
    except RuntimeError as error:
        if not isinstance(error.__cause__, ModuleNotFoundError):
            raise
        raise ClusterError(
            f"the scheduler at {os.environ[CLUSTER]} is not in a checkout: {error.__cause__}; "
            f"start it in one, with `{SCHEDULER}`"
        ) from error


def killed(error: KilledWorker, items: Sequence[Any]) -> ClusterError:
    """What is said of a batch that workers died of, as they do where there is no memory left."""
    names = [name_of(item) for item in items]
    return ClusterError(
        f"{error.allowed_failures + 1} workers died, one after the other, at the same batch: "
        f"{', '.join(names[:5])}{' ...' if len(names) > 5 else ''}; is there memory enough?"
        f"{lower(items[0], SPARING)}"
    )
