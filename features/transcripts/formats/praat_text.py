"""Praat's text files: a row of numbers, texts and flags, in any layout.

Each stands free, between spaces or line ends. A text is in double quotes, which are doubled inside
it, and may go over lines; everything else, and what follows a `!` up to the end of its line, is a
comment. So the long, the short and the chronological form are one:
https://praat.org/manual/TextGrid_file_formats.html
"""

from __future__ import annotations

import re
from pathlib import Path

from features.transcripts.formats.text import TranscriptError

PART = re.compile(
    r'\s*(?:(?P<comment>![^\n\r]*)|"(?P<text>[^"]*(?:""[^"]*)*)"(?!\S)|<(?P<flag>[^<>\n\r]*)>(?!\S)'
    r'|(?P<number>[-+\d]\S*)|(?P<broken>["<]\S*)|(?P<free>\S+))'
)
SHOWN = {
    "text": "the text",
    "flag": "the flag",
    "number": "the number",
    "broken": "what has no end",
}


class PraatText:
    """A Praat text file from its beginning on; raises TranscriptError naming the line."""

    def __init__(self, file: Path, text: str) -> None:
        self._file, self._text, self._place = file, text, 0
        self._next: re.Match[str] | None = None
        self._step()

    @property
    def following(self) -> str:
        """The kind of what comes next: number, text or flag; "" at the end."""
        return str(self._next.lastgroup) if self._next else ""

    def number(self) -> float:
        """The next value, which must be a number."""
        written = self._take("number")
        try:
            return float(written)
        except ValueError as error:
            raise self.flaw(f"expected a number, got {written!r:.80}") from error

    def count(self) -> int:
        """The next value, which must be a whole number of at least 0."""
        found = self.number()
        if not found.is_integer() or found < 0:
            raise self.flaw(f"expected how many follow, got {found}")
        return int(found)

    def text(self) -> str:
        """The next value, which must be a text."""
        return self._take("text").replace('""', '"')

    def flag(self) -> str:
        """The next value, which must be a flag such as <exists>."""
        return self._take("flag")

    def flaw(self, reason: str) -> TranscriptError:
        """An error about what was read last."""
        line = len(re.findall(r"\r\n|\r|\n", self._text[: self._place])) + 1
        return TranscriptError(
            f"{self._file}: not a TextGrid Praat would write: line {line}: {reason}"
        )

    def _take(self, kind: str) -> str:
        found = self._next
        if found is None:
            raise self.flaw(f"expected a {kind}, but the file ends here; was it cut off?")
        self._place = found.end()
        got = found.lastgroup
        if got != kind:
            raise self.flaw(f"expected a {kind}, got {SHOWN[str(got)]} {found[0].strip()!r:.80}")
        self._step()
        return found[kind]

    def _step(self) -> None:
        place = self._place
        while found := PART.match(self._text, place):
            place = found.end()
            if found.lastgroup not in ("comment", "free"):
                break
        self._next = found
