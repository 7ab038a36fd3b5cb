"""Items on their way to a cluster, in batches; of a batch that crashes, each item by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from distributed import Future, KilledWorker

from stages.work.blame import blame, lost
from stages.work.crash import TRIES, CrashError, reason
from stages.work.outcome import SPARING, killed, outcome
from stages.work.parcel import Elsewhere


@dataclass(eq=False, frozen=True)
class Batch:
    """Items that are worked on one after the other.

    died  exit codes of the processes that had its only item in hand before
    """

    items: list[Any]
    died: tuple[int, ...] = ()


class Queue:
    """The items that wait, and what comes of those that are done."""

    def __init__(self, items: Iterable[Any], lost: Callable[[Any, str], Any] | None) -> None:
        """`lost`: an item and a reason -> what comes of one that crashes its process, and the next
        one; without it that is a failure."""
        self.item_s: float | None = None  # how long one took in the last batch
        self._left, self._again = deque(items), deque[Batch]()
        self._given_up = lost

    def __len__(self) -> int:
        return len(self._left) + len(self._again)

    def next(self, size: int) -> Batch:
        """The next batch, of so many items, or of one that is tried again."""
        if self._again:
            return self._again.popleft()
        return Batch([self._left.popleft() for _ in range(min(size, len(self._left)))])

    def came(self, taken: Batch, future: Future) -> Iterator[Any]:
        """The results of a batch that has ended. Raises what failed in it, or ClusterError."""
        try:
            seconds, results, failure, told = outcome(future)
        except KilledWorker as error:  # of memory, as a rule: which of them needs so much?
            if self._given_up is None or len(taken.items) == 1:
                raise killed(error, taken.items) from error
            self._again += [Batch([item]) for item in taken.items]
            return
        yield from results
        if isinstance(failure, CrashError):
            yield from self._crashed(taken, failure.code)
        elif failure is not None:
            blame(failure, taken.items[len(results)], SPARING)
            raise failure from Elsewhere(f"\n{told}")
        else:
            self.item_s = seconds / len(results)

    def _crashed(self, taken: Batch, code: int) -> Sequence[Any]:
        """What comes of a batch whose process crashed: nothing yet, if it is tried again."""
        if self._given_up is None:
            raise lost(taken.items[0], code, SPARING)
        died = (*taken.died, code)
        if len(taken.items) > 1:
            self._again += [Batch([item]) for item in taken.items]
        elif len(died) < TRIES:
            self._again.append(Batch(taken.items, died))
        else:
            return [self._given_up(taken.items[0], reason(died))]
        return []
