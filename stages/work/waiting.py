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
        self._again: deque[Hand] = deque()
        self._back: defaultdict[int | None, deque[Any]] = defaultdict(deque)  # card -> items

    def __len__(self) -> int:
        return len(self._left) + len(self._again) + sum(map(len, self._back.values()))

    @property
    def again(self) -> int:
        """How many are to be tried again, each in a process that has done nothing yet."""
        return len(self._again)

    def next(self, card: int | None, there: Sequence[Hand], fresh: bool) -> Hand | None:
        """The item to begin on a card, or on none, beside those that are in hand there; None: let
        the process wait.

        fresh  the process has done nothing yet
        """
        if any(hand.alone for hand in there):
            return None
        if fresh and self._again:
            return self._again.popleft()
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

    def try_again(self, hand: Hand) -> None:
        """A process died of an item: it comes first in one that has done nothing yet."""
        self._again.append(hand)
