"""What tests of several folders share."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from filelock import FileLock

from tests.gpu.said import pytest_terminal_summary  # noqa: F401 - pytest finds it by its name
from tests.project import Project
from tests.repo import ROOT

# fixture -> the marker of every test that needs it, directly or not
MARKED = {"finished": "graph", "chromium": "browser"}
# files that start processes, servers or networks: `make test-fast` leaves them out
SLOW = {
    "features": (
        *("audio", "audio_segments", "cases", "corpus_suffixes", "extractors", "faces", "media"),
        *("media_clocks", "media_mixing", "media_shown", "text", "visual"),
    ),
    "flows": ("cluster", "pipeline", "server"),
    "models": ("training",),
    "stages": (
        *("cases", "evaluate", "extract", "extract_card", "interruption", "jobs", "pool", "report"),
        *("robustness", "train"),
    ),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the whole graph, a browser or long. Files with the graph go first."""
    slow = {
        Path("tests", name, f"test_{file}.py") for name, files in SLOW.items() for file in files
    }
    for item in items:
        if item.path.relative_to(ROOT) in slow:
            item.add_marker("slow")
        for fixture, marker in MARKED.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
    long = {item.path for item in items if item.get_closest_marker("graph")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished run of the whole graph on a tiny synthetic corpus, one for all processes of the
    tests. Copy it, do not change it."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    done = root / "finished.json"
    with FileLock(root / "finished.lock"):
        if not done.is_file():
            made = Project(root / "finished")
            done.write_text(json.dumps(sorted(made.repro())))
    found = Project.at(Path(root / "finished"))
    found.ran = set(json.loads(done.read_text()))
    return found
