"""A network that tells where it is loaded and where it runs, for tests of features.forward."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from features.forward import Forward
from features.network import CPU, Place

SAID_BY_TORCH = "CUDA out of memory. Tried to allocate 2.00 GiB.\nmore about it"


class Counted:
    """Adds 1 to what it gets; writes its process down when it is loaded."""

    def __init__(self, where: Place, log: str):
        with Path(log).open("a") as file:
            file.write(f"{os.getpid()}\n")
        self.facts = {"cards": os.environ.get("CUDA_VISIBLE_DEVICES"), "where": where.name}

    def __call__(self, x: Tensor, wish: str = "") -> dict[str, Any]:
        if wish == "full":
            raise torch.cuda.OutOfMemoryError(SAID_BY_TORCH)
        if wish == "long":
            time.sleep(600)
        if wish:
            raise ArithmeticError(wish)
        return {"process": os.getpid(), "x": x + 1}


def counted(log: Path) -> Forward:
    return Forward(Counted, str(log), where=CPU, lower="batch")


def plus_one(log_and_number: tuple[str, int]) -> tuple[int, int, float]:
    """For a pool's processes: its own process, the one that computed, and the number plus 1."""
    log, number = log_and_number
    time.sleep(0.02)  # or the first process would do all of it
    found = counted(Path(log))(torch.tensor(float(number)))
    return os.getpid(), found["process"], float(found["x"])
