"""The bar of a map: finished items, the shares of those in hand, and what these tell."""

from __future__ import annotations

from collections.abc import Hashable
from types import TracebackType
from typing import Self

from stages.work.progress import meter

HERE = "here"  # who has an item in hand that is in no other process
# The bar is narrow, so that there is room for texts. Shares have one digit: more would flicker.
TOLD = "{l_bar}{bar:10}| {n:.1f}/{total_fmt} {unit} [{elapsed}<{remaining}] "


class Bar:
    """Counts what is done, in whole items and in shares; time left is that of all items."""

    def __init__(self, total: int, label: str, unit: str) -> None:
        # no item is like the next: the mean of all, not of the last ones; looked at with each tick
        self._bar = meter(total, label, unit, smoothing=0, miniters=0, dynamic_ncols=True)
        self._finished = 0
        self._told: dict[Hashable, tuple[float, str]] = {}
        self._failed = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def told(self, who: Hashable, share: float, text: str) -> None:
        """How far the item in somebody's hand is."""
        self._told[who] = share, text
        self.tick()

    def done(self, who: Hashable = HERE) -> None:
        """Somebody has finished an item."""
        self._finished += 1
        self.dropped(who)

    def dropped(self, who: Hashable) -> None:
        """Somebody has an item in hand no more."""
        if self._told.pop(who, None) is not None:
            self._write()
        self._count()

    def failed(self, name: str) -> None:
        """An item has failed, and what is in hand is the last."""
        self._failed = f"{name} has failed, to be finished: "
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        self._write()
        self._count()

    def _count(self) -> None:
        shares = sum(share for share, _ in self._told.values())
        self._bar.n = self._finished + shares if self._told else self._finished
        self._bar.last_print_n = min(self._bar.last_print_n, self._bar.n)  # it may go back
        self._bar.update(0)

    def _write(self) -> None:
        texts = "; ".join(text for _, text in self._told.values())
        behind = f"{self._failed}{texts}".replace("{", "{{").replace("}", "}}")
        self._bar.bar_format = TOLD + behind if texts else None
