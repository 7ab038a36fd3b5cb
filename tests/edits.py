"""Edits of a file of a project, and the stages that most of them concern."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

TRAIN = {f"train@{head}" for head in ("single", "concat", "grjca")}
SCORED = {"evaluate", "robustness"}
ALIGNED = {f"align@{stream}" for stream in ("face", "voice", "words")}
AFTER = {*TRAIN, *SCORED, "report"}
Edit = Callable[[Path], object]


def added(file: str, line: str = "UNUSED = 1") -> Edit:
    """A line more at the end of a file, which may be a new one."""

    def edit(root: Path) -> None:
        (root / file).parent.mkdir(exist_ok=True)
        with (root / file).open("a", encoding="utf-8") as text:
            text.write(f"\n{line}\n")

    return edit


def changed(file: str, old: str, new: str) -> Edit:
    """Another word in a file."""

    def edit(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
        (root / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit
