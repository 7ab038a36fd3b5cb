"""Where an interrupted training is taken up again: in the store, so on any machine that sees it."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch

from features.store import Results

EVERY_S = 30.0  # what an interruption costs at most ...
SHARE = 0.02  # ... unless saving would take more than this share of the time
log = logging.getLogger("stages")


class Saved:
    """The state of one training, found again only by one that would come to the same weights.

    key  the digest of all that decides the weights
    """

    def __init__(self, key: str):
        self._key, self._results = key, Results()
        self._last, self._took = time.monotonic(), 0.0

    def load(self) -> dict[str, Any] | None:
        """The state that was saved, or None. A damaged one is worth no more than a warning."""
        content = self._results.checkpoint(self._key)
        return None if content is None else torch.load(io.BytesIO(content), weights_only=True)

    def save(self, state: Callable[[], Mapping[str, Any]], *, now: bool = False) -> None:
        """Save the state if the last one is old enough, or at once."""
        began = time.monotonic()
        if not now and began - self._last < max(EVERY_S, self._took / SHARE):
            return
        content = io.BytesIO()
        torch.save(dict(state()), content)
        self._results.keep_checkpoint(self._key, content.getvalue())
        self._last = time.monotonic()
        self._took = self._last - began
