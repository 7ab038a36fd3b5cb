"""Where an interrupted training is taken up again. Outside DVC's outs, which it clears first."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch

from features.shards import canonical
from stages.paths import TRAINING

EVERY_S = 30  # what an interruption costs at most, and the epoch in progress
log = logging.getLogger("stages")


class Saved:
    """The state of one training, found again only by one that would come to the same weights.

    group  what `forget` removes together; key  of all that decides the weights, see `key_of`
    """

    def __init__(self, group: str, key: str):
        self.path = TRAINING / f"{group}@{key[:32]}.pt"
        self._last = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """The state that was saved, or None. A damaged one is worth no more than a warning."""
        if not self.path.is_file():
            return None
        try:
            return torch.load(self.path, weights_only=True)
        except Exception as error:  # of half a dozen types, by where the file ends
            log.warning("%s cannot be read, training starts anew: %s", self.path, error)
            return None

    def save(self, state: Callable[[], Mapping[str, Any]], *, now: bool = False) -> None:
        """Save the state if the last one is `EVERY_S` old, or at once."""
        if not now and time.monotonic() - self._last < EVERY_S:
            return
        TRAINING.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        torch.save(dict(state()), part)
        part.replace(self.path)
        self._last = time.monotonic()


def forget(group: str) -> None:
    """Remove every state of a group."""
    for path in TRAINING.glob(f"{group}@*"):
        path.unlink(missing_ok=True)


def key_of(decides: Mapping[str, Any]) -> str:
    """The digest of all that decides the weights, as JSON values, and of torch's version: hex."""
    return hashlib.sha256(canonical({**decides, "torch": torch.__version__}).encode()).hexdigest()
