"""What the processes of a pool answer, and what comes of those that never will."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from typing import Any, TypeAlias

from stages.work.bar import Bar
from stages.work.blame import WorkerLostError, blame, card_full, ended, lost, name_of
from stages.work.crash import TRIES, crashed, reason
from stages.work.logged import Log
from stages.work.parcel import Elsewhere, unpack
from stages.work.serving import DONE, FAILED, LOGGED, READY, TOLD
from stages.work.waiting import Waiting
from stages.work.worker import Hand, Worker

Lost: TypeAlias = Callable[[Any, str], Any]  # an item, why it is given up -> what comes instead
TICK_S = 0.5  # after which the bar is looked at, and whether a process has died in silence


class Answers:
    """Hears processes; `failure` is the first there was.

    sparing  what to set so that fewer processes share the memory
    """

    def __init__(self, waiting: Waiting, bar: Bar, lost: Lost | None) -> None:
        """`lost`: what comes of an item that processes die of; None: a failure."""
        self.failure: BaseException | None = None
        self.sparing = ""
        self._waiting, self._bar, self._given_up = waiting, bar, lost
        self._log = Log()

    def hear(self, workers: Sequence[Worker]) -> list[Any]:
        """Wait a little for whoever says something; the results among it."""
        there: dict[Any, Worker] = {w.pipe: w for w in workers}
        there |= {w.process.sentinel: w for w in workers}
        heard = {there[one]: None for one in wait(there, TICK_S)}  # in order, each once
        self._bar.tick()
        came: list[Any] = []
        for worker in heard or [w for w in workers if w.process.exitcode is not None]:
            said = worker.said()
            if said is None:
                came += self._lost(worker)
            else:
                kind, *what = unpack(said)
                came += self._understood(worker, kind, what)
        return came

    def _understood(self, worker: Worker, kind: str, what: list[Any]) -> list[Any]:
        if kind == READY:
            worker.ready = True
        elif kind == TOLD:
            self._bar.told(worker, *what)
        elif kind == LOGGED:
            self._log.take(*what)
        elif kind == FAILED:
            self._failed(worker, *what)
        elif kind == DONE:
            worker.take()
            self._bar.done(worker)
            return what
        return []

    def _failed(self, worker: Worker, error: BaseException, told: str) -> None:
        hand = worker.take()
        self._bar.dropped(worker)
        if worker.card is not None and card_full(error) and hand.shared and not hand.alone:
            self._waiting.put_back(worker.card, hand)
            return
        blame(error, hand.item, self.sparing)
        error.__cause__ = Elsewhere(f"\n{told}")
        self._fail(error, name_of(hand.item))

    def _lost(self, worker: Worker) -> list[Any]:
        """A process has died: with an item in its hands, or while it started or waited; what comes
        of the item, if that is clear."""
        code = worker.exit_code()
        self._bar.dropped(worker)
        if worker.hand is not None:
            hand = worker.take()
            if self._given_up is not None and crashed(code):
                return self._died(worker, hand, code, self._given_up)
            self._fail(lost(hand.item, code, self.sparing), name_of(hand.item))
        elif self._waiting:
            doing = "waited for work" if worker.ready else "was starting"
            self._fail(WorkerLostError(f"a process that {doing} {ended(code)}"), "a process")
        return []

    def _died(self, worker: Worker, hand: Hand, code: int | None, given_up: Lost) -> list[Any]:
        """A process crashed: perhaps of what it had done before, so its item has one try more."""
        hand.died += (code,)
        if len(hand.died) < TRIES:
            self._waiting.try_again(hand)
            return []
        self._bar.done(worker)
        return [given_up(hand.item, reason(hand.died))]

    def _fail(self, error: BaseException, name: str) -> None:
        if self.failure is None:
            self.failure = error
            self._bar.failed(name)
