"""Results of jobs in the store - trainings, evaluations - and checkpoints of those under way.

An entry is looked up under the digest of all that decides the result. A store that fails costs
time, never a result: each method says so in a warning, and goes on.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from features.store.entries import JOBS, Store
from features.store.packing import DamagedError, packed, sealed, unpacked, unsealed

NOTHING = (FileNotFoundError, NotADirectoryError)  # there is no entry
UNKEPT = (
    "a result is not kept in the store: it has to be made again if this stage does not end well, "
    "and wherever else it is needed"
)
UNSAVED = (
    "a checkpoint is not kept in the store: training goes on, but an interruption would cost all "
    "since the last one that is"
)
UNREMOVED = "a checkpoint that is no longer needed stays in the store"
log = logging.getLogger(__name__)
_told: set[tuple[Path, str]] = set()  # what this process has said of which store
T = TypeVar("T")


class Results:
    """The jobs in the store under `root`; by default $CLIP_STORE, else .clip_store.

    Each `key` is 64 hex digits. Every method raises ValueError for others.
    """

    def __init__(self, root: Path | str | None = None):
        self.root = Store(root).root

    def path(self, key: str) -> Path:
        """Where the entry of a key is, if there is one."""
        if not re.fullmatch("[0-9a-f]{64}", key):
            raise ValueError(f"expected a key of 64 hex digits, got {key!r}")
        return self.root / JOBS / key[:2] / f"{key}.zip"

    def has(self, key: str) -> bool:
        """Whether there is an entry; `get` may still find it damaged."""
        path = self.path(key)
        try:
            return path.is_file()
        except OSError as error:
            log.warning("the store cannot be read, a result is made again: %s", error)
            return False

    def get(self, key: str) -> dict[str, bytes] | None:
        """The files of an entry, every byte checked; None if there is none, it was damaged and
        dropped, or the disk fails. Its time becomes now, by which `prune` knows what is in use.
        """
        return self._read(self.path(key), unpacked, "result in", "it is made again")

    def put(self, key: str, about: Mapping[str, str], files: Mapping[str, bytes]) -> bool:
        """Keep a job's files under its key; whether the store takes them.

        about  {"kind": "train", "head": "grjca"}, by which `stats` counts
        """
        path = self.path(key)
        return self._write(path, [packed(key, about, files)], UNKEPT)

    def checkpoint(self, key: str) -> bytes | None:
        """How far a job came before it was interrupted, if that is known."""
        return self._read(self._checkpoint(key), unsealed, "checkpoint in", "training starts anew")

    def keep_checkpoint(self, key: str, content: bytes) -> bool:
        """Keep how far a job has come, in place of what was kept; whether the store takes it."""
        return self._write(self._checkpoint(key), [sealed(content), content], UNSAVED)

    def forget_checkpoint(self, key: str) -> None:
        """Remove what is kept of a job under way, if there is anything."""
        try:
            self._checkpoint(key).unlink()
        except NOTHING:
            return
        except OSError as error:
            self._tell(UNREMOVED, error)

    def _checkpoint(self, key: str) -> Path:
        return self.path(key).with_suffix(".checkpoint")

    def _read(self, path: Path, read: Callable[[Path], T], what: str, then: str) -> T | None:
        try:
            found = read(path)
        except NOTHING:
            return None
        except DamagedError as error:
            log.warning("dropped a damaged %s the store, %s: %s", what, then, error)
            with suppress(OSError):  # a read-only store: it is named again the next time
                path.unlink()
            return None
        except OSError as error:  # a disk that fails: the entry may be as good as ever
            log.warning("a %s the store cannot be read, %s: %s", what, then, error)
            return None
        with suppress(OSError):  # somebody else's entry, or a read-only disk: unmarked, still good
            os.utime(path)
        return found

    def _write(self, path: Path, blocks: list[bytes], lost: str) -> bool:
        part = path.with_name(f".{path.name}.{uuid4().hex}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("xb") as file:
                file.writelines(blocks)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            self._tell(lost, error)
            return False
        finally:
            with suppress(OSError):  # renamed, or never begun; if it stays, `prune` removes it
                part.unlink()
        return True

    def _tell(self, lost: str, error: OSError) -> None:
        """Warn once a process: a full disk refuses every entry."""
        said = (self.root.absolute(), lost)
        if said not in _told:
            _told.add(said)
            log.warning(
                "%s (said once): %s; free space, mend the rights of %s or set CLIP_STORE to "
                "another folder",
                lost,
                error,
                self.root,
                extra={"once": lost},  # of several processes one says it
            )
