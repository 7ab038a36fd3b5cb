"""The processes that have cards: one for each card of this machine, while a stage extracts.

The processes that decode, see stages.work.each, send their batches to them, see features.forward.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from threading import Thread
from typing import Any

from stages.work.environment import CLUSTER, environment, of_card, threads_each
from stages.work.process import Process
from stages.work.worker import deaf


def on_cards(options: Mapping[str, Any]) -> AbstractContextManager[None]:
    """A block in which each card here has one process, if an extractor of these options uses it.

    A Dask cluster's workers keep their own networks: one is started for each card.
    """
    device = options.get("device")
    if device is None or os.environ.get(CLUSTER):
        return nullcontext()
    import torch  # nothing here loads what it does not need

    from features.network import DEVICES, HALF

    known = device in DEVICES + HALF and not device.startswith("cpu")  # others `build` refuses
    if not (known and torch.cuda.is_available()):
        return nullcontext()
    return processes("cuda", torch.cuda.device_count())


@contextmanager
def processes(device: str, count: int) -> Iterator[None]:
    """A block in which `count` processes compute on a kind of device, cuda or cpu, for this one and
    those that it starts; it sees none of the cards itself."""
    from features.card import CARDS, leave

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cards")))
        for number in range(count):
            stack.enter_context(_process(folder / f"{device}{number}", number))
        stack.callback(leave)
        stack.enter_context(environment({CARDS: str(folder)}))
        yield


@contextmanager
def _process(path: Path, number: int) -> Iterator[None]:
    """A block in which a process that sees one card answers at a socket."""
    context = multiprocessing.get_context("spawn")
    with socket.socket(socket.AF_UNIX) as listening:  # here only until the process has it, too
        listening.bind(str(path))
        listening.listen()
        process = context.Process(target=_serve, args=(listening,), daemon=True)
        with environment(of_card(number)), threads_each(), deaf():
            process.start()
    try:
        yield
    finally:
        process.kill()  # it has nothing to lose
        process.join()
        process.close()


def _serve(listening: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: its stage ends it, after its work
    Thread(target=Process.end_with_stage, daemon=True).start()
    from features.serving import serve

    serve(listening)
