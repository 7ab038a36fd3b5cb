"""What a run of the tests says of those that need a card, where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

FOLDER = Path("tests/gpu").as_posix() + "/"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line, at the end; also where other processes have run the tests."""
    skipped = [r for r in terminalreporter.stats.get("skipped", ()) if r.nodeid.startswith(FOLDER)]
    if skipped:
        terminalreporter.write_line(
            f"no CUDA card here: {len(skipped)} tests of {FOLDER.rstrip('/')} not run", yellow=True
        )
