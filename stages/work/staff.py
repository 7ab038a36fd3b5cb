"""How many processes a pool has, and when."""

from __future__ import annotations

import time

from stages.work.ahead import Ahead
from stages.work.blame import fewer
from stages.work.worker import Worker


class Staff:
    """The processes of a pool: one until it is clear that others are worth their start, or all."""

    def __init__(self, processes: int, threads: int, cards: int, start_s: float) -> None:
        """Arguments as those of `pooled`."""
        self._most, self._threads, self._cards, self._start_s = processes, threads, cards, start_s
        self._workers: list[Worker] = []
        self._began: float | None = None  # when the first had its first item
        self._came = 0

    @property
    def alive(self) -> list[Worker]:
        """Those that have not died, in the order in which they were started."""
        return [worker for worker in self._workers if not worker.dead]

    @property
    def sparing(self) -> str:
        """What to set so that fewer processes share the memory."""
        return fewer(len(self.alive) * self._threads, self._most * self._threads)

    def begun(self) -> None:
        """A process has an item in hand."""
        self._began = self._began or time.monotonic()

    def came(self, results: int) -> None:
        """So many items are done."""
        self._came += results

    def fill(self, waiting: int, again: int) -> None:
        """Start those that are missing for so many items that nobody has in hand.

        again  how many of them need a process that has done nothing yet
        """
        free = [worker for worker in self.alive if worker.hand is None]
        count = self._most if self._worth(waiting) else 1
        missing = min(count - len(self.alive), waiting - len(free))
        fresh = sum(worker.fresh for worker in free)
        for _ in range(max(missing, again - fresh)):
            self._workers = [*self.alive, self._started()]

    def dismiss(self) -> None:
        """Wait for what is in hand, and end all, but for one that is to stand by."""
        ending = [worker for worker in self.alive if not Ahead.keep(worker)]
        for worker in ending:
            worker.dismiss()
        try:
            for worker in ending:
                worker.process.join()
        except BaseException:
            for worker in ending:
                worker.process.kill()
            raise

    def _worth(self, waiting: int) -> bool:
        """Whether others would save more time than their start takes; what is in hand is taken for
        as quick as what is done, and where nothing is, for what it has taken so far."""
        if not self._start_s:
            return True
        if self._began is None or self._most == 1:
            return False
        item_s = (time.monotonic() - self._began) / max(self._came, 1)
        return item_s * waiting * (1 - 1 / self._most) > self._start_s

    def _started(self) -> Worker:
        if not self._cards:
            return (Ahead.take() if self._threads == 1 else None) or Worker()
        used = [worker.card for worker in self.alive]
        return Worker(min(range(self._cards), key=used.count))
