"""Finished trainings in the store: none is done twice, whoever did it.

A training is found again under the digest of all that decides its weights; its entry is the run's
folder as one zip file, whose parts have checksums.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

from features.store import RUNS, Store
from stages.atomic import atomic_folder
from stages.checkpoint.load import WEIGHTS

FILES = (WEIGHTS, "run.json", "history.csv")
log = logging.getLogger("stages")


class DamagedError(ValueError):
    """An entry does not hold what was put into it."""


# What reading a zip file raises, by which of its bytes is another.
DAMAGED = (
    BadZipFile,
    DamagedError,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    ValueError,
    zlib.error,
)


class Kept:
    """One training in the store; `key` is a digest in hex."""

    def __init__(self, key: str):
        self.path = Store().root / RUNS / key[:2] / f"{key}.zip"

    def unpack(self, folder: Path) -> dict[str, Any] | None:
        """Write the run's folder as it was -> its run.json; None where it is not in the store.

        A damaged entry is worth no more than a warning, and dropped.
        """
        if not self.path.is_file():
            return None
        try:
            found = self._read()
        except DAMAGED as error:
            why = str(error) or type(error).__name__
            log.warning(
                "dropped a training from the store, it is done again: %s: %s", self.path, why
            )
            with suppress(OSError):
                self.path.unlink()
            return None
        with atomic_folder(folder) as part:
            for name, content in found.items():
                (part / name).write_bytes(content)
        with suppress(OSError):  # by which `prune` knows what is in use
            os.utime(self.path)
        return json.loads(found["run.json"])

    def pack(self, folder: Path) -> None:
        """Keep a run's folder. A store that cannot be written costs the next training, not this."""
        part = self.path.with_name(f".{self.path.name}.{uuid4().hex}.part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            with ZipFile(part, "w") as archive:
                for name in FILES:
                    archive.write(folder / name, name)
            part.replace(self.path)
        except OSError as error:
            log.warning("the training is not kept in the store: %s", error)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _read(self) -> dict[str, bytes]:
        with ZipFile(self.path) as archive:
            found = {name: archive.read(name) for name in FILES}  # which compares checksums
        if sha256(found[WEIGHTS]).hexdigest() != json.loads(found["run.json"])["weights_sha256"]:
            raise DamagedError("its weights are not those that were put in")
        return found
