"""The bytes of an entry that is no shard: a job's files as one zip, and a job's checkpoint.

A zip holds about.json (`key`, `about`, `files`: the sha256 of each file) and the files, stored, in
order of their names, without dates: same files, same bytes. Its comment, at its very end, is
"va-job 1 sha256 <of every byte before the comment>".

A checkpoint begins with the line "va-checkpoint 1 sha256 <of every byte after the line>".
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from features.shards import canonical

ABOUT = "about.json"
JOB, CHECKPOINT = b"va-job 1 sha256 ", b"va-checkpoint 1 sha256 "
SEAL = len(JOB) + 64  # bytes of a zip's comment
LINE = len(CHECKPOINT) + 64 + 1  # bytes of a checkpoint's first line
BROKEN = (BadZipFile, EOFError, LookupError, RuntimeError, ValueError, struct.error, zlib.error)


class DamagedError(ValueError):
    """An entry does not hold what was put into it."""


def packed(key: str, about: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    """A job's files -> the bytes of its entry. Raises ValueError for names that a folder cannot
    hold, and for about.json.
    """
    for name in files:
        if name == ABOUT or not _inside(name):
            raise ValueError(f"{name!r} cannot be the name of a file of a job")
    digests = {name: sha256(files[name]).hexdigest() for name in sorted(files)}
    top = canonical({"key": key, "about": dict(about), "files": digests}).encode()
    into = BytesIO()
    with ZipFile(into, "w") as archive:
        archive.comment = bytes(SEAL)
        for name, content in [(ABOUT, top), *((n, files[n]) for n in digests)]:
            archive.writestr(_header(name), content)
    whole = into.getbuffer()
    whole[-SEAL:] = _line(JOB, whole[:-SEAL])
    return bytes(whole)


def unpacked(path: Path) -> dict[str, bytes]:
    """The files of an entry, {name: content}, every byte checked.

    Raises DamagedError naming the entry, and OSError where it cannot be read at all.
    """
    whole = memoryview(path.read_bytes())
    if bytes(whole[-SEAL:]) != _line(JOB, whole[:-SEAL]):
        raise DamagedError(f"{path}: it is not as it was written, or was cut off")
    try:
        with ZipFile(BytesIO(whole)) as archive:
            top = json.loads(archive.read(ABOUT))
            found = {name: archive.read(name) for name in top["files"]}
    except BROKEN as error:
        raise DamagedError(f"{path}: {str(error) or type(error).__name__}") from error
    for name, content in found.items():
        if not _inside(name) or sha256(content).hexdigest() != top["files"][name]:
            raise DamagedError(f"{path}: its {name!r} is not the one that was put in")
    if top["key"] != path.stem:
        raise DamagedError(f"{path}: it is the entry of {top['key']}")
    return found


def about_of(path: Path) -> dict[str, Any]:
    """What an entry says about its job; no other byte is checked. Raises DamagedError, OSError."""
    try:
        with ZipFile(path) as archive:
            return {**json.loads(archive.read(ABOUT))["about"]}
    except BROKEN as error:
        raise DamagedError(f"{path}: {str(error) or type(error).__name__}") from error


def sealed(content: bytes) -> bytes:
    """The first line of a checkpoint."""
    return _line(CHECKPOINT, content) + b"\n"


def unsealed(path: Path) -> bytes:
    """A checkpoint's content, every byte checked. Raises DamagedError naming it, and OSError."""
    whole = path.read_bytes()
    line, content = whole[:LINE], whole[LINE:]
    if line != sealed(content):
        raise DamagedError(f"{path}: it is not as it was written, or was cut off")
    return content


def _line(form: bytes, content: bytes | memoryview) -> bytes:
    return form + sha256(content).hexdigest().encode()


def _header(name: str) -> ZipInfo:
    """What a zip says of a file: the same on every machine and at any time."""
    header = ZipInfo(name)  # of 1980, stored
    header.create_system, header.external_attr = 3, 0o644 << 16  # Unix, -rw-r--r--
    return header


def _inside(name: str) -> bool:
    """Whether a name stays inside the folder that it is written to."""
    return not {"", ".", ".."} & set(name.split("/")) and not {"\\", "\0"} & set(name)
