"""One limit, held against what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NAMED = 8  # in a message; the page has more


@dataclass(frozen=True, slots=True)
class Check:
    """One limit: its key, what it is about, what was found, who made it so.

    found    None: there is nothing of the kind in this corpus
    allowed  None: not checked
    """

    key: str
    about: str
    found: float | None
    allowed: float | None
    who: list[str]

    @property
    def broken(self) -> bool:
        """Whether the corpus does not keep to it."""
        if self.found is None or self.allowed is None:
            return False
        return self.found < self.allowed if self._least else self.found > self.allowed

    @property
    def bound(self) -> str:
        """The limit in words."""
        if self.allowed is None:
            return "not checked"
        return f"{'at least' if self._least else 'at most'} {self.allowed:.3g}"

    @property
    def measured(self) -> str:
        """What was found, in words."""
        return "none to look at" if self.found is None else f"{self.found:.3g}"

    def sentence(self) -> str:
        """What, how much, the limit and its key, who."""
        who = f": {first(self.who, NAMED)}" if self.who else ""
        return f"{self.about}: {self.measured}, {self.bound} (audit.{self.key}){who}"

    @property
    def _least(self) -> bool:
        return self.key.startswith("min")


def first(names: Sequence[str], most: int) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
