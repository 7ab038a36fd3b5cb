"""Tests that need a CUDA card: skipped where torch sees none, which tests/gpu/said.py says.

They were written where there was no card, and rehearsed with the processor for one; tolerances are
those of the mathematics, not of measurements. Whoever has a card: `pytest tests/gpu -rA`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.features.conftest import film, real  # noqa: F401 - fixtures, found by their names

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are marked, and skipped without a card."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("gpu")
            if not torch.cuda.is_available():
                item.add_marker(pytest.mark.skip(reason="no CUDA card here"))


@pytest.fixture(autouse=True)
def _card_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test computes in the process of a card unless it starts one."""
    monkeypatch.delenv("EXTRACTION_CARDS", raising=False)
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
