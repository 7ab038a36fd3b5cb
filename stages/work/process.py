"""What a process that works for a stage knows of itself."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Process:
    """One process of a pool: it ends with its stage, and on Ctrl-C."""

    busy = False
    stopped = False  # by Ctrl-C, which reaches every process of a terminal

    @classmethod
    def begin(cls) -> None:
        signal.signal(signal.SIGINT, cls.stop)
        Thread(target=cls.end_with_stage, daemon=True).start()

    @classmethod
    def do(cls, work: Callable[[T], R], item: T) -> R:
        cls.busy = True
        try:
            if cls.stopped:  # looked at once it is busy: no moment is left in which it goes unseen
                raise KeyboardInterrupt
            return work(item)
        finally:
            cls.busy = False

    @classmethod
    def stop(cls, *_: object) -> None:
        """Once: its stage passes on what a terminal has sent it already, and work that is being
        interrupted may be keeping what it has."""
        again, cls.stopped = cls.stopped, True
        if cls.busy and not again:  # idle, it waits for work, and the stage says that there is none
            raise KeyboardInterrupt

    @staticmethod
    def end_with_stage() -> None:
        """A stage that is killed cannot tell its workers, which would wait for work for ever."""
        if stage := multiprocessing.parent_process():
            stage.join()
            os._exit(1)
