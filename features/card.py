"""The connection of a process to the one that has a card, if whoever started it says there is one.

A card has one process, which serves many that decode: a network and a context of CUDA each would
fill the card. Its side is in features.serving.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from threading import Lock
from typing import Any

import torch

from features.card_errors import CardError, raised
from features.wire import Channel

CARDS = "EXTRACTION_CARDS"  # environment: the folder in which the sockets of cards' processes lie


class Card:
    """This process's connection to a card's process."""

    def __init__(self, path: Path) -> None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError as error:
            connection.close()
            raise CardError(f"the process of card {path.name} does not answer") from error
        self._channel, self._lock, self._name = Channel(connection), Lock(), path.name

    def ask(self, request: Any, lower: str) -> Any:
        """The answer to a request.

        lower  the option to lower where there is not enough memory

        Raises CardError, or what went wrong in the card's process.
        """
        with self._lock:  # or answers to two threads would be mixed up
            try:
                self._channel.send(request)
                answer = self._channel.receive()
            except (ConnectionError, EOFError) as error:
                raise CardError(
                    f"the process of card {self._name} died while it was computing; if it was "
                    f"killed for its memory, lower {lower} of this extractor"
                ) from error
        return answer["result"] if "result" in answer else raised(answer, lower)

    def close(self) -> None:
        """Leave the card's process alone."""
        self._channel.close()


_connected: dict[tuple[str, str, int], Card] = {}  # a process that is forked has its own


def card(device: torch.device) -> Card | None:
    """The connection to a process that computes on such a device for this one; None: there is none.

    Processes are dealt out over the cards of a machine as they come.
    """
    folder = os.environ.get(CARDS)
    if not folder:
        return None
    key = (folder, device.type, os.getpid())
    if key not in _connected:
        sockets = sorted(Path(folder).glob(f"{device.type}*"))
        if not sockets:
            return None
        _connected[key] = Card(sockets[_turn(Path(folder)) % len(sockets)])
    return _connected[key]


def leave() -> None:
    """Close this process's connections."""
    while _connected:
        _connected.popitem()[1].close()


def _turn(folder: Path) -> int:
    """How many processes came before this one: each leaves a file, under the first free number."""
    number = 0
    while True:
        try:
            (folder / f"turn{number}").touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return number
