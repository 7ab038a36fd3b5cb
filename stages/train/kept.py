"""Finished trainings in the store: none is done twice, whoever did it.

A training is found again under the digest of all that decides its weights; its entry is the run's
folder as one zip file, whose parts have checksums.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from features.store import RUNS, Store
from features.store.trainings import ABOUT, DamagedError, read_training, write_training
from stages.atomic import atomic_folder

log = logging.getLogger("stages")


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
            found = read_training(self.path)
        except DamagedError as error:
            log.warning("dropped a training from the store, it is done again: %s", error)
            with suppress(OSError):
                self.path.unlink()
            return None
        except OSError as error:  # a disk that fails: the entry may be as good as ever
            log.warning("a training in the store cannot be read, it is done again: %s", error)
            return None
        with atomic_folder(folder) as part:
            for name, content in found.items():
                (part / name).write_bytes(content)
        with suppress(OSError):  # by which `prune` knows what is in use
            os.utime(self.path)
        return json.loads(found[ABOUT])

    def pack(self, folder: Path) -> None:
        """Keep a run's folder. A store that cannot be written costs the next training, not this."""
        part = self.path.with_name(f".{self.path.name}.{uuid4().hex}.part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            write_training(part, folder)
            part.replace(self.path)
        except OSError as error:
            log.warning("the training is not kept in the store: %s", error)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
