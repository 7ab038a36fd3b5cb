"""Text as it is shown: without tags, override blocks and entities.

Each pattern finds its end where it begins to match, so that the time is linear in the text.
"""

from __future__ import annotations

import html
import re

TAG = re.compile(r"</?[a-zA-Z][^>]*>|< {0,3}/? {0,3}[ibus] {0,3}>", re.IGNORECASE)
OVERRIDE = re.compile(r"\{\\[^}]*\}")  # of SubStation, in other subtitles as well
BREAK = re.compile(r"\\[Nn]")
NO_CHARACTER = re.compile(
    r"&#(?:\d{8,}|[xX][0-9a-fA-F]{8,});?"
)  # html.unescape fails on very long ones


def untagged(text: str) -> str:
    """The lines of a subtitle without what only tells how they look."""
    text = _removed(OVERRIDE, _removed(TAG, text, ">"), "}")
    return html.unescape(NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", broken(text)))


def broken(text: str) -> str:
    """A text with SubStation's breaks of lines and hard spaces as such."""
    return BREAK.sub("\n", text).replace(r"\h", " ")


def _removed(pattern: re.Pattern[str], text: str, closing: str) -> str:
    """A text without the matches of a pattern, which end in `closing`."""
    head, found, tail = text.rpartition(closing)  # behind the last one every match would fail
    return pattern.sub("", head + found) + tail
