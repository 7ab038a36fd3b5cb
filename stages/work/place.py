"""Where a stage runs, and with what: what another machine must share with it, or have the same.

Nothing of this can change a byte: a process that differs is refused before it makes one.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from uuid import uuid4

from features import code
from features.store import Store
from stages.paths import DATA

INSTALLERS = {"pip", "setuptools", "wheel", "uv"}


def made_by() -> dict[str, str]:
    """What decides what this process makes: {file of ours or library: digest or version}."""
    installed = {
        name: metadata.version(name) for name in {d.name for d in metadata.distributions()}
    }
    return {"python": platform.python_version(), **installed, **code.digests(*code.every())}


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What is not the same, in words: a file that one lacks, a library that both have."""
    said = []
    for name in sorted(expected.keys() | found.keys()):
        here, there = expected.get(name), found.get(name)
        if "/" in name and here != there:
            said.append(f"{name} differs")
        elif here and there and here != there and name not in INSTALLERS:
            said.append(f"{name} is {there}, not {here}")
    return said


@contextmanager
def marked() -> Iterator[dict[str, str]]:
    """Two folders, absolute, and the name of a file that is in both for as long as this lasts:
    whoever sees it there sees the same folders, and reads in it what a process here is made by."""
    token, text = f".seen-{uuid4().hex}", json.dumps(made_by())
    place = {"folder": str(Path.cwd()), "store": str(Store().root.resolve()), "token": token}
    try:
        for folder in _folders(place):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / token).write_text(text, encoding="utf-8")
        yield place
    finally:
        for folder in _folders(place):
            (folder / token).unlink(missing_ok=True)


def unlike(place: Mapping[str, str]) -> list[str]:
    """What is not here as it is at a marked place, in words."""
    marks = [folder / place["token"] for folder in _folders(place)]
    away = [
        f"it does not see {mark.parent} of the stage's machine"
        for mark in marks
        if not mark.is_file()
    ]
    return away or differences(json.loads(marks[0].read_text(encoding="utf-8")), made_by())


def processor() -> str:
    """What decides the last bits beside all that."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _folders(place: Mapping[str, str]) -> tuple[Path, Path]:
    return Path(place["folder"]) / DATA, Path(place["store"])
