"""A process of a stage's pool, from the inside."""

from __future__ import annotations

import gc
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from threading import Lock

from stages.work.logged import Passing
from stages.work.parcel import pack, portable, unpack
from stages.work.process import Process
from stages.work.progress import listening

READY, TOLD, LOGGED, DONE, FAILED = "ready", "told", "logged", "done", "failed"  # what it says


def serve(pipe: Connection, on_card: bool, modules: Sequence[str] = ()) -> None:
    """Be a process of a pool, until there is nothing more to do; does not return.

    modules  what to load before the stage says in which environment it works
    """
    Process.begin()
    if not modules or prepared(pipe, modules):
        answer_all(pipe, on_card)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # its stage waits for it, and to take large libraries down takes a second


def answer_all(pipe: Connection, on_card: bool) -> None:
    """Do what the stage asks for."""
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


def prepared(pipe: Connection, modules: Sequence[str]) -> bool:
    """Load modules, take over the stage's environment, and load what it says; whether it has any
    use for this."""
    # whoever needs what fails here will fail at it, and say so where it is heard
    for module in modules:
        with suppress(Exception):
            import_module(module)
    try:
        environment, load = unpack(pipe.recv_bytes())
    except (EOFError, ConnectionError):
        return False
    os.environ.update(environment)
    with suppress(Exception):
        if load:
            load()
    return True


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
