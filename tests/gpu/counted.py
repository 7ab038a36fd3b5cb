"""Which processes have opened a card, asked of the driver, which opens none to answer."""

from __future__ import annotations

import ctypes
import json
import os
import time
from typing import Any

from features.forward import Forward
from features.network import Place, place
from stages.work import each as each_module
from stages.work.card import on_cards

DEVICE = "cuda"


def opened() -> bool:
    """Whether this process has a context on the first card that it sees."""
    driver = ctypes.CDLL("libcuda.so.1")
    flags, active = ctypes.c_uint(), ctypes.c_int()
    if driver.cuInit(0) or driver.cuDevicePrimaryCtxGetState(
        0, ctypes.byref(flags), ctypes.byref(active)
    ):
        raise RuntimeError("the CUDA driver does not answer")
    return bool(active.value)


class Opened:
    """A network that multiplies on its device, and says which process that was."""

    def __init__(self, where: Place) -> None:
        self._where, self.facts = where, {}

    def __call__(self, x: Any) -> list[Any]:
        on_card = x.to(self._where.device)
        (on_card @ on_card).sum().item()
        return [os.getpid(), opened()]


def ask(x: int) -> dict[str, Any]:
    """Who computed an item for which process, and which of the two has opened a card."""
    import torch

    time.sleep(0.05)  # or the first process would do all of it
    process, there = Forward(Opened, where=place(DEVICE), lower="batch")(torch.ones(x + 1, x + 1))
    return {"worker": os.getpid(), "here": opened(), "card": process, "there": there}


def main() -> None:
    """Ask in three processes beside this one, in a stage's way; print what they say."""
    each_module.START_S = 0  # they are used for any amount of work
    with on_cards({"device": DEVICE}):
        print(json.dumps(list(each_module.each(ask, range(60), "test"))))
