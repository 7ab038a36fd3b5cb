"""What tests of several folders share."""

from __future__ import annotations

import pytest

from tests.project import Project


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished run of the whole graph on a tiny drawn corpus. Copy it, do not change it."""
    made = Project(tmp_path_factory.mktemp("finished") / "project")
    made.ran = made.repro()
    return made
