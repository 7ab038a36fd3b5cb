"""One process a card, and what is said where a card is full."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
import torch

from features.card_errors import CardError
from features.extractor import build
from features.forward import Forward
from features.network import Place, place
from stages.work.card import processes
from tests.features import test_extractors as extractors
from tests.features import written
from tests.repo import ROOT

DEVICE = "cuda"


class Hungry:
    """A network that wants more memory than any card has."""

    def __init__(self, where: Place) -> None:
        self._where, self.facts = where, {}

    def __call__(self, size: int) -> int:
        return torch.zeros(size, dtype=torch.uint8, device=self._where.device).numel()


def test_one_process_a_card_has_opened_it_and_no_worker_has():
    done = subprocess.run(
        [sys.executable, "-c", "from tests.gpu.counted import main; main()"],
        env={**os.environ, "WORKERS": "3", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert len({row["worker"] for row in found}) == 4  # the stage's own, which begins, is one
    assert not any(row["here"] for row in found) and all(row["there"] for row in found)
    assert 1 <= len({row["card"] for row in found}) <= torch.cuda.device_count()


def test_a_full_card_is_answered_with_what_to_lower():
    network = Forward(Hungry, where=place(DEVICE), lower="batch")
    said = "no memory left; lower batch of this extractor"
    with pytest.raises(CardError, match=said):
        network(1 << 46)
    with processes(DEVICE, 1):
        with pytest.raises(CardError, match=said):
            network(1 << 46)
        assert network(1 << 10) == 1 << 10  # and goes on


def test_an_extractor_whose_batch_does_not_fit_says_so():
    made = extractors.another("visual", "facenet", device=DEVICE)
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(1e-6)
    try:
        with pytest.raises(CardError, match="lower batch of this extractor"):
            made(extractors.crops([200, 90, 30]))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert made(extractors.crops([200, 90, 30])).mask.all()


def test_an_extractor_is_built_without_a_card_being_opened():
    options = {**extractors.OPTIONS["audio", "vggish"], "weights": str(written.weights("vggish"))}
    before = torch.cuda.memory_allocated()
    build("audio", "vggish", options | {"device": DEVICE})
    assert torch.cuda.memory_allocated() == before
