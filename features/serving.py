"""The side of a connection that has the card: loads each network once, answers one at a time."""

from __future__ import annotations

import json
import socket
from importlib import import_module
from threading import Lock, Thread
from typing import Any

from features.card_errors import told
from features.forward import Model
from features.network import place
from features.wire import Channel


def serve(listening: socket.socket) -> None:
    """Answer everybody who connects; ends with its process."""
    models = Models()
    while True:
        connection, _ = listening.accept()
        Thread(target=_answer, args=(Channel(connection), models), daemon=True).start()


class Models:
    """The networks of a card's process, each loaded when it is first asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, Model] = {}
        self._lock = Lock()  # one batch at a time is on the card, so memory has a bound

    def __call__(self, request: Any) -> Any:
        """The answer of the network that a request names, or what it tells of itself."""
        with self._lock:
            model = self._model(request["network"], request["where"])
            inputs = request["inputs"]
            return dict(model.facts) if inputs is None else model(*inputs)

    def _model(self, network: list[Any], where: str) -> Model:
        key = json.dumps([network, where])
        if key not in self._loaded:
            module, name, args = network
            self._loaded[key] = getattr(import_module(module), name)(place(where), *args)
        return self._loaded[key]


def _answer(channel: Channel, models: Models) -> None:
    """Answer one process until it leaves."""
    while True:
        try:
            channel.send(_answered(models, channel.receive(keep=False)))
        except (EOFError, ConnectionError):  # it has ended, as it should or not: its stage knows
            channel.close()
            return


def _answered(models: Models, request: Any) -> dict[str, Any]:
    try:
        return {"result": models(request)}
    except Exception as error:  # whatever it is, the process that asked is the one to raise it
        return told(error)
