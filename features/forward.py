"""The forward pass of a frozen network, the one thing in extraction that wants a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from features.card import card
from features.card_errors import enough_memory
from features.network import Place


class Model(Protocol):
    """A network with its weights: a forward pass, and what it tells of itself in JSON values.

    It takes and gives what JSON has, and tensors on the processor. It goes to its device when it is
    first called: until then it opens no card.
    """

    @property
    def facts(self) -> Mapping[str, Any]: ...

    def __call__(self, *inputs: Any, **named: Any) -> Any: ...  # spelled so, it takes any inputs


class Forward:
    """The forward pass of a network: here, or in the process of a card if there is one for us.

    make   loads it: (where, *args) -> Model; an importable function, with args that JSON has
    lower  the option of the extractor to lower where the card is full

    In the process of a card it is loaded once, whoever asks, and not here. Raises CardError, and
    what `make` raises.
    """

    def __init__(self, make: Callable[..., Model], *args: Any, where: Place, lower: str) -> None:
        self._make, self._args, self._where, self._lower = make, args, where, lower
        self._model: Model | None = None
        there = card(where.device)
        self.facts = there.ask(self._request(None), lower) if there else self._here().facts

    def __call__(self, *inputs: Any) -> Any:
        """The network's answer; tensors in it are on the processor."""
        if there := card(self._where.device):
            return there.ask(self._request(inputs), self._lower)
        with enough_memory(self._lower):
            return self._here()(*inputs)

    def _here(self) -> Model:
        if self._model is None:
            with enough_memory(self._lower):
                self._model = self._make(self._where, *self._args)
        return self._model

    def _request(self, inputs: tuple[Any, ...] | None) -> dict[str, Any]:
        return {
            "network": [self._make.__module__, self._make.__qualname__, list(self._args)],
            "where": self._where.name,
            "inputs": inputs,
        }
