"""What tests of several folders share."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from filelock import FileLock

from tests.project import Project

# fixture -> the marker of every test that needs it, directly or not
MARKED = {"finished": "graph", "chromium": "browser"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the whole graph or a browser. Files with the graph, the longest, go first."""
    for item in items:
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
