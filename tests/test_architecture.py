"""The rules of the house, checked from the source text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.repo import OURS, ROOT, imported

MAY_IMPORT = {
    "models": {"models"},
    "features": {"features"},
    "stages": {"stages", "features", "models"},
    "flows": {"flows", "stages"},
}
ONLY_HERE = {  # third-party package -> the places that may know it
    "h5py": ("features/shards/",),
    "av": ("features/media/", "features/demo/"),
    "facenet_pytorch": ("features/faces/", "features/visual/"),
    "prefect": ("flows/",),
    "distributed": ("flows/",),
    "httpx": ("flows/",),
    "faster_whisper": ("features/transcripts/",),
    "pydantic": ("stages/",),
    "ruamel": ("stages/_params.py", "flows/"),
    "plotly": ("stages/_report/page.py",),
}
SOURCES = sorted(p.relative_to(ROOT) for name in OURS for p in (ROOT / name).rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_imports_point_the_right_way(path: Path):
    ours = {m.split(".")[0] for m in imported(path)} & set(OURS)
    assert ours <= MAY_IMPORT[path.parts[0]]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_each_outside_world_has_one_door(path: Path):
    for package in {m.split(".")[0] for m in imported(path)} & set(ONLY_HERE):
        assert str(path).startswith(ONLY_HERE[package]), f"{path} imports {package}"


def test_every_package_is_named_in_pyproject():
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {".".join(p.parent.parts) for p in SOURCES if p.name == "__init__.py"}
    assert sorted(named) == sorted(found)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_nothing_is_unpickled(path: Path):
    assert not {m.split(".")[0] for m in imported(path)} & {"pickle", "joblib", "shelve", "dill"}
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text.count("torch.load(") == text.count("weights_only=True")
