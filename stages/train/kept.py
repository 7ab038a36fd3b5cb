"""Finished trainings in the store: none is done twice, whoever did it.

A training is found again under the digest of all that decides its weights; its entry is the run's
folder in one file, the weights with the two others as text in its header.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from features.fingerprint import file_sha256
from features.store import Store
from stages.atomic import atomic_folder
from stages.checkpoint.load import WEIGHTS

TEXTS = ("run.json", "history.csv")
log = logging.getLogger("stages")


class DamagedError(ValueError):
    """An entry does not hold what was put into it."""


class Kept:
    """One training in the store; `key` as by `features.shards.canonical` and sha256, hex."""

    def __init__(self, key: str):
        self.path = Store().root / "runs" / key[:2] / f"{key}.safetensors"

    def unpack(self, folder: Path) -> dict[str, Any] | None:
        """Write the run's folder as it was -> its run.json; None where it is not in the store.

        A damaged entry is worth no more than a warning, and dropped.
        """
        if not self.path.is_file():
            return None
        try:
            about = self._unpack(folder)
        except (SafetensorError, DamagedError, KeyError, ValueError) as error:
            log.warning(
                "dropped a training from the store, it is done again: %s: %s", self.path, error
            )
            with suppress(FileNotFoundError):
                self.path.unlink()
            return None
        with suppress(OSError):  # by which `prune` knows what is in use
            os.utime(self.path)
        return about

    def pack(self, folder: Path) -> None:
        """Keep a run's folder. A store that cannot be written costs the next training, not this."""
        texts = {name: (folder / name).read_text(encoding="utf-8") for name in TEXTS}
        texts["sha256"] = _digest(texts)
        part = self.path.with_name(f".{self.path.name}.{uuid4().hex}.part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            save_file(load_file(folder / WEIGHTS), part, texts)
            part.replace(self.path)
        except (OSError, SafetensorError) as error:
            log.warning("the training is not kept in the store: %s", error)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _unpack(self, folder: Path) -> dict[str, Any]:
        with safe_open(self.path, "pt") as file:
            texts = {name: text for name, text in (file.metadata() or {}).items()}
        if texts.pop("sha256", None) != _digest(texts):
            raise DamagedError("its texts are not those that were put in")
        about = json.loads(texts["run.json"])
        with atomic_folder(folder) as part:
            save_file(load_file(self.path), part / WEIGHTS)
            if file_sha256(part / WEIGHTS) != about["weights_sha256"]:
                raise DamagedError("its weights are not those that were put in")
            for name in TEXTS:
                (part / name).write_text(texts[name], encoding="utf-8")
        return about


def _digest(texts: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(texts[name] for name in TEXTS).encode()).hexdigest()
