"""Sizes and ages as people write them on a command line."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

UNITS = ("B", "KB", "MB", "GB", "TB")  # of 1000 each


def size_text(size: float) -> str:
    """A number of bytes as text: 1536000 -> 1.5 MB."""
    step = 0
    while size >= 999.95 and step < len(UNITS) - 1:
        size, step = size / 1000, step + 1
    return f"{size:.1f} {UNITS[step]}" if step else f"{size:.0f} B"


def byte_count(text: str) -> int:
    """The bytes of 20GB, 1.5 TB or 1000; raises ArgumentTypeError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?B?)", text.strip().upper())
    if not found:
        raise ArgumentTypeError(f"expected a size such as 20GB, got {text!r}")
    return int(float(found[1]) * 1000 ** UNITS.index(found[2].removesuffix("B") + "B"))


def day_count(text: str) -> float:
    """A number of days, 0 or more; raises ArgumentTypeError."""
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise ArgumentTypeError(f"expected a number of days, got {text!r}")
    return float(text)
