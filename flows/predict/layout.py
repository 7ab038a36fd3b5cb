"""How words find room on a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flows.predict.strokes import text_width


def fitted(words: str, height: int, room: int) -> str:
    """Words, or as many of their letters as there is room for, px, and `..` for the others."""
    if text_width(words, height) <= room:
        return words
    for end in range(len(words) - 1, 0, -1):
        if text_width(short := words[:end] + "..", height) <= room:
            return short
    return ""


def wrapped(widths: Mapping[str, int], room: int, gap: int) -> list[list[str]]:
    """Names of things so wide, px, in lines that fit into the room; one at least in each line."""
    lines: list[list[str]] = []
    left = 0
    for name, width in widths.items():
        if not lines or width > left:
            lines.append([])
            left = room
        lines[-1].append(name)
        left -= width + gap
    return lines


def widths(words: Iterable[str], height: int, before: int = 0) -> dict[str, int]:
    """How wide each of some words is, with so much before it, px."""
    return {each: before + text_width(each, height) for each in words}
