"""The stage's side of a process of its pool."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import current_thread, main_thread
from typing import Any

from stages.work.environment import environment, of_card
from stages.work.parcel import pack
from stages.work.serving import serve

SPAWN = multiprocessing.get_context("spawn")  # fork would copy torch's locked threads
END_S = 10.0  # within which a process ends that has nothing more to do


@dataclass(eq=False)
class Hand:
    """An item that a process has in hand."""

    item: Any
    alone: bool = False  # on its card, as long as it lasts
    shared: bool = False  # its card, for some of that time
    died: tuple[int | None, ...] = ()  # exit codes of the processes that had it before


class Worker:
    """A process, which has one item in hand at a time."""

    def __init__(self, card: int | None = None, modules: Sequence[str] = ()) -> None:
        """Start it.

        card     the number of the one it sees
        modules  which it loads at once; then it waits for `enter`
        """
        self.card, self.ready, self.dead, self.fresh = card, False, False, True
        self.entered = not modules
        self.hand: Hand | None = None
        self.pipe, there = SPAWN.Pipe()
        with environment({} if card is None else of_card(card)):
            given = (there, card is not None, tuple(modules))
            self.process = SPAWN.Process(target=serve, args=given)
            with deaf():
                self.process.start()
        there.close()  # so that an end of its process is the end of what it says

    @property
    def starting(self) -> bool:
        """Whether it has not asked for an item yet."""
        return not (self.ready or self.dead)

    @property
    def idle(self) -> bool:
        """Whether it waits for an item."""
        return self.ready and self.hand is None and not self.dead

    def enter(self, load: Callable[[], object] | None = None) -> None:
        """Tell it the environment as it is now, and what else to load; then it asks for items."""
        if not self.entered:
            self.entered = True
            self._send(pack((dict(os.environ), load)))

    def give(self, work: Callable[[Any], Any], hand: Hand) -> None:
        packed, self.hand, self.fresh = pack((work, hand.item)), hand, False
        self._send(packed)

    def _send(self, packed: bytes) -> None:
        with suppress(ConnectionError):  # it has died: that is seen where its answers are read
            self.pipe.send_bytes(packed)

    def take(self) -> Hand:
        """What it has in hand, as it no longer does."""
        hand, self.hand = self.hand, None
        if hand is None:
            raise RuntimeError("a process has answered that was not asked")
        return hand

    def said(self) -> bytes | None:
        """What it has said, if it is heard or has died; None: it will say nothing any more."""
        try:
            return self.pipe.recv_bytes() if self.pipe.poll() else None
        except (EOFError, OSError):  # in the middle of a message, too
            return None

    def exit_code(self) -> int | None:
        """Of a process that will say nothing any more; negative for a signal."""
        self.dead = True
        self.pipe.close()
        self.process.join(END_S)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        code = self.process.exitcode
        self.process.close()
        return code

    def interrupt(self) -> None:
        """Ctrl-C for what it has in hand."""
        if self.hand is not None and self.process.pid and self.process.is_alive():
            os.kill(self.process.pid, signal.SIGINT)

    def dismiss(self) -> None:
        """Let it end: now, or after what it has in hand."""
        self.pipe.close()
        if self.starting:  # it may load libraries for long, and for nothing
            self.process.terminate()


@contextmanager
def deaf() -> Iterator[None]:
    """A block that Ctrl-C does not reach, nor a process that starts inside until it listens itself:
    while it loads libraries it could only say where it was. Its stage, which hears it, ends it."""
    before = signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or before is None:  # no other thread may, nor who
        yield  # cannot restore what Python did not install
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
