"""The items that wait for a process: those not begun, and those that need a card for themselves."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any

from stages.work.worker import Hand


class Waiting:
    """What comes next, of items in their order."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._left = deque(items)
        self._back: defaultdict[int | None, deque[Any]] = defaultdict(deque)  # card -> items

    def __bool__(self) -> bool:
        return bool(self._left) or any(self._back.values())

    def next(self, card: int | None, there: Sequence[Hand]) -> Hand | None:
        """The item to begin on a card, or on none, beside those that are in hand there; None: let
        the process wait."""
        if any(hand.alone for hand in there):
            return None
        back = self._back[card]
        if not back and not self._left:  # nothing else keeps this card: let it help another one
            back = next((items for items in self._back.values() if items), back)
        if back:
            return None if there else Hand(back.popleft(), alone=True)
        if not self._left:
            return None
        for hand in there:
            hand.shared = True
        return Hand(self._left.popleft(), shared=bool(there))

    def put_back(self, card: int | None, hand: Hand) -> None:
        """An item was too large beside others: it has a card alone, before others begin there."""
        self._back[card].append(hand.item)
