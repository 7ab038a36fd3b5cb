"""An entry that is a finished training: the files of its folder as one zip, with checksums."""

from __future__ import annotations

import errno
import json
import zlib
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile, ZipFile

WEIGHTS, ABOUT = "weights.safetensors", "run.json"
FILES = (WEIGHTS, ABOUT, "history.csv")
# What zipfile raises, by which byte of a file is another. NotImplementedError is a RuntimeError.
BROKEN = (BadZipFile, EOFError, KeyError, RuntimeError, ValueError, zlib.error)


class DamagedError(ValueError):
    """An entry does not hold what was put into it."""


def read_training(path: Path) -> dict[str, bytes]:
    """The files of an entry, {name: content}, every byte checked.

    Raises DamagedError naming the entry, and OSError where it cannot be read at all.
    """
    try:
        with ZipFile(path) as archive:
            found = {name: archive.read(name) for name in FILES}  # which compares checksums
        about = json.loads(found[ABOUT])
        if sha256(found[WEIGHTS]).hexdigest() != about["weights_sha256"]:
            raise DamagedError("its weights are not those that were put in")
    except BROKEN as error:
        raise DamagedError(f"{path}: {str(error) or type(error).__name__}") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's beginning: it says so itself
            raise
        raise DamagedError(f"{path}: {error}") from error
    return found


def write_training(path: Path, folder: Path) -> None:
    """Put the files of a folder into one."""
    with ZipFile(path, "w") as archive:
        for name in FILES:
            archive.write(folder / name, name)
