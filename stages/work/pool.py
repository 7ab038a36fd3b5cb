"""Processes of this machine that share the items of a stage.

Each has one item in hand. They end with the stage, see stages.work.process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from stages.work.answers import Answers, Lost
from stages.work.bar import Bar
from stages.work.staff import Staff
from stages.work.waiting import Waiting

T = TypeVar("T")
R = TypeVar("R")


def pooled(
    work: Callable[[T], R],
    items: Sequence[T],
    processes: int,
    bar: Bar,
    threads: int = 1,
    cards: int = 0,
    lost: Lost | None = None,
    start_s: float = 0.0,
) -> Iterator[R]:
    """`work` on every item, results as they come; the first failure once all in hand are done.

    lost     what comes of an item that crashes its process, and the next one; None: it is a failure
    start_s  what other processes than the first must save to be started; 0: all are at once

    Ctrl-C interrupts what is in hand and waits for its end; a second one does not wait. Raises
    WorkerLostError where a process died.
    """
    waiting = Waiting(items)
    answers = Answers(waiting, bar, lost)
    pool = Pool(work, waiting, answers, Staff(processes, threads, cards, start_s))
    try:
        yield from pool.results()
    except KeyboardInterrupt:
        pool.interrupt()
        raise
    finally:
        pool.close()


class Pool:
    """The processes, and what waits for them."""

    def __init__(
        self, work: Callable[[Any], Any], waiting: Waiting, answers: Answers, staff: Staff
    ) -> None:
        self._work, self._waiting, self._answers, self._staff = work, waiting, answers, staff

    def results(self) -> Iterator[Any]:
        """In the order in which they come."""
        came: list[Any] = []
        while self._hand_out():
            yield from came  # once all are at work again: who reads them may take long
            came = self._answers.hear(self._staff.alive)
            self._staff.came(len(came))
        yield from came
        if self._answers.failure is not None:
            raise self._answers.failure

    def interrupt(self) -> None:
        """Pass Ctrl-C on, which does not reach them unless it came from a terminal."""
        for worker in self._staff.alive:
            worker.interrupt()

    def close(self) -> None:
        """Wait for what is in hand, and end all."""
        self._staff.dismiss()

    def _hand_out(self) -> bool:
        """Give items to those that wait for one; whether there is any answer to come."""
        go_on = self._answers.failure is None and bool(self._waiting)
        if go_on:
            self._staff.fill(len(self._waiting), self._waiting.again)
            self._answers.sparing = self._staff.sparing
        for worker in self._staff.alive if go_on else []:
            if worker.idle:
                beside = [w.hand for w in self._staff.alive if w.hand and w.card == worker.card]
                if hand := self._waiting.next(worker.card, beside, worker.fresh):
                    worker.give(self._work, hand)
                    self._staff.begun()
        starting = go_on and bool(self._waiting)
        return any(w.hand or (starting and w.starting) for w in self._staff.alive)
