"""What the pages of `audit` and `report` have in common: how they look."""

from __future__ import annotations

from pathlib import Path


def style(own: Path) -> str:
    """The style sheet of a page: what all pages have, then its own."""
    files = (Path(__file__).with_name("style.css"), own)
    return "".join(file.read_text(encoding="utf-8") for file in files)
