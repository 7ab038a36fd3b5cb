"""Processes of this machine that share the items of a stage.

Each has one item in hand. They end with the stage, see stages.work.process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from stages.work.answers import Answers
from stages.work.bar import Bar
from stages.work.blame import fewer
from stages.work.waiting import Waiting
from stages.work.worker import Worker

T = TypeVar("T")
R = TypeVar("R")


def pooled(
    work: Callable[[T], R],
    items: Sequence[T],
    processes: int,
    bar: Bar,
    threads: int = 1,
    cards: int = 0,
) -> Iterator[R]:
    """`work` on every item, results as they come; the first failure once all in hand are done.

    Ctrl-C interrupts what is in hand and waits for its end; a second one does not wait. Raises
    WorkerLostError where a process died.
    """
    used, waiting = min(processes, len(items)), Waiting(items)
    answers = Answers(waiting, bar, fewer(used * threads, processes * threads))
    pool = Pool(work, waiting, answers)
    try:
        pool.start(used, cards)
        yield from pool.results()
    except KeyboardInterrupt:
        pool.interrupt()
        raise
    finally:
        pool.close()


class Pool:
    """The processes, and what waits for them."""

    def __init__(self, work: Callable[[Any], Any], waiting: Waiting, answers: Answers) -> None:
        self._work, self._waiting, self._answers = work, waiting, answers
        self._workers: list[Worker] = []

    def start(self, processes: int, cards: int) -> None:
        for number in range(processes):
            self._workers.append(Worker(number % cards if cards else None))

    def results(self) -> Iterator[Any]:
        """In the order in which they come."""
        came: list[Any] = []
        while self._hand_out():
            yield from came  # once all are at work again: who reads them may take long
            came = self._answers.hear([w for w in self._workers if not w.dead])
        yield from came
        if self._answers.failure is not None:
            raise self._answers.failure

    def interrupt(self) -> None:
        """Pass Ctrl-C on, which does not reach them unless it came from a terminal."""
        for worker in self._workers:
            worker.interrupt()

    def close(self) -> None:
        """Wait for what is in hand, and end all."""
        for worker in self._workers:
            worker.dismiss()
        try:
            for worker in self._workers:
                worker.process.join()
        except BaseException:
            for worker in self._workers:
                worker.process.kill()
            raise

    def _hand_out(self) -> bool:
        """Give items to those that wait for one; whether there is any answer to come."""
        go_on = self._answers.failure is None
        for worker in self._workers if go_on and self._waiting else []:
            if worker.idle:
                beside = [w.hand for w in self._workers if w.hand and w.card == worker.card]
                if hand := self._waiting.next(worker.card, beside):
                    worker.give(self._work, hand)
        starting = go_on and bool(self._waiting)
        return any(w.hand or (starting and w.starting) for w in self._workers)
