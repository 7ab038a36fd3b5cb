"""A process of a stage's pool, from the inside."""

from __future__ import annotations

import gc
import logging
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Lock

from stages.work.logged import Passing
from stages.work.parcel import pack, portable, unpack
from stages.work.process import Process
from stages.work.progress import listening

READY, TOLD, LOGGED, DONE, FAILED = "ready", "told", "logged", "done", "failed"  # what it says


def serve(pipe: Connection, on_card: bool) -> None:
    """Be a process of a pool, until there is nothing more to do."""
    Process.begin()
    lock = Lock()  # work may tell from threads of its own

    def say(packed: bytes) -> None:
        with lock, suppress(ConnectionError):  # nobody listens: the stage ends, its items need not
            pipe.send_bytes(packed)

    logging.getLogger().addHandler(Passing(lambda said: say(pack((LOGGED, *said)))))
    say(pack((READY,)))
    with listening(lambda share, text: say(pack((TOLD, share, text)))):
        while True:
            try:
                asked = pipe.recv_bytes()
            except (EOFError, ConnectionError):
                return
            answered = answer(asked)
            if on_card:
                free()
            say(answered)


def answer(asked: bytes) -> bytes:
    """(work, item) -> (DONE, its result), or (FAILED, its error, the traceback)."""
    try:
        work, item = unpack(asked)
        return pack((DONE, Process.do(work, item)))
    except BaseException as error:  # Ctrl-C, too: the stage raises it
        told = "".join(traceback.format_exception(error))
        return pack((FAILED, portable(error), told))


def free() -> None:
    """Leave the card's memory to others: torch would keep what an item no longer needs."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        gc.collect()
        torch.cuda.empty_cache()
