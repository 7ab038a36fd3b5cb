"""Word: something somebody said, and when."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word; raises ValueError unless 0 <= start <= end, both finite, and text."""

    text: str
    start: float  # s from the start of the clip's media
    end: float  # s; may equal start
    spread: bool  # True: not measured, but shared out from the time of a longer segment

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.strip():
            raise ValueError(f"a word must have text, got {self.text!r}")
        for name, time in (("start", self.start), ("end", self.end)):
            if isinstance(time, bool) or not isinstance(time, int | float):
                raise ValueError(f"{name} of {self.text!r} must be seconds, got {time!r}")
            if not math.isfinite(time) or time < 0:
                raise ValueError(f"{name} of {self.text!r} must be 0 s or later, got {time}")
        if self.end < self.start:
            raise ValueError(f"{self.text!r} ends at {self.end} s, before its start {self.start} s")
        if not isinstance(self.spread, bool):
            raise ValueError(f"spread of {self.text!r} must be true or false, got {self.spread!r}")


Words: TypeAlias = list[Word]  # of one clip, in order of their start


def to_json(words: Iterable[Word]) -> list[dict[str, Any]]:
    """Words -> plain dicts with the keys text, start, end, spread."""
    return [asdict(word) for word in words]


def from_json(rows: Iterable[Mapping[str, Any]]) -> Words:
    """What `to_json` gave -> words; raises ValueError naming the word that is not one."""
    words = []
    for index, row in enumerate(rows):
        try:
            words.append(Word(**row))
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"word {index} must be text, start, end, spread, got {row!r}: {error}"
            ) from error
    return words
