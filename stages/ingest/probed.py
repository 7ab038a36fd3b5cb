"""What each media file of a corpus holds, found out once and remembered under its digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

from features import code
from features.manifest import Info
from features.media.choosing import Choice
from features.media.container import MediaError
from features.media.probing import probe
from stages.remembered import recalled, remember
from stages.work.each import each

Known = TypeAdapter(dict[str, Info])  # by what it was found out of: bytes, choice, code
Found = Info | MediaError
START_S = 0.5  # what a process takes to start that only looks at files
COST = "every file is looked at"


def probed(
    media: Iterable[Path], sha256: Mapping[Path, str | OSError], choice: Choice, memory: Path
) -> dict[Path, Found]:
    """The Info of each file, or why it cannot be used: one that ends the process that looks at it
    cannot.

    sha256  of each file; memory  the file in which what was found is kept until next time
    """
    known, how = recalled(memory, Known, COST), _how(choice)
    keys = {file: f"{sha256[file]} {how}" for file in media}
    found: dict[Path, Found] = {f: known[key] for f, key in keys.items() if key in known}
    unknown = [file for file in keys if file not in found]
    work = partial(look, choice=choice)
    found |= dict(each(work, unknown, "probe", "file", apart=True, lost=lost, start_s=START_S))
    keep = {keys[file]: info for file, info in found.items() if isinstance(info, Info)}
    if keep != known:
        remember(memory, Known, keep, COST)
    return found


def look(media: Path, choice: Choice) -> tuple[Path, Found]:
    """A media file and what it holds; what is wrong with it is an answer, not a failure."""
    try:
        return media, probe(media, choice)
    except MediaError as error:
        return media, error
    except OSError as error:
        return media, MediaError(f"cannot be read: {error.strerror or error}")


def lost(media: Path, reason: str) -> tuple[Path, Found]:
    """As `look`, of a file that crashes every process that looks at it."""
    return media, MediaError(reason)


def _how(choice: Choice) -> str:
    """What else decides what is found: the streams that are wanted, and what looks at files."""
    return f"{choice.video} {choice.audio} {code.digest('features.media.probing')} {version('av')}"
