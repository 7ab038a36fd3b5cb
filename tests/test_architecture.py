"""The rules of the house, checked from the source text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.repo import OURS, ROOT, SOURCES, imported, module_of, strings

MAY_IMPORT = {
    "models": {"models"},
    "features": {"features"},
    "stages": {"stages", "features", "models"},
    "flows": {"flows", "stages", "features", "models"},
}
ONLY_HERE = {  # third-party package -> the places that may know it
    "h5py": ("features/shards/", "features/signals/reading/"),  # ours, and other people's
    "pyarrow": ("features/signals/reading/",),
    "av": ("features/media/", "features/demo/"),
    "facenet_pytorch": ("features/faces/", "features/visual/"),
    "prefect": ("flows/",),
    "distributed": ("stages/work/",),
    "httpx": ("flows/",),
    "dvc": ("flows/",),
    "faster_whisper": ("features/transcripts/",),
    "pydantic": ("stages/", "features/manifest.py"),
    "ruamel": ("stages/params.py",),
    "plotly": ("stages/report/page.py",),
}
COMMANDS = re.compile(r"\bflows\b")


def wrong_way(path: Path, root: Path = ROOT) -> set[str]:
    """What a file of ours imports, or names in a string, that it may not know."""
    ours = {m.split(".")[0] for m in imported(path, root)} & set(OURS)
    if path.parts[0] != "flows" and any(COMMANDS.search(text) for text in strings(path, root)):
        ours.add("flows")
    return ours - MAY_IMPORT[path.parts[0]]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_imports_point_the_right_way(path: Path):
    assert wrong_way(path) == set()


@pytest.mark.parametrize(
    "planted",
    [
        'from importlib import import_module\n\nimport_module("flows.x")\n',
        'import importlib\n\nimportlib.import_module(name="flows.x")\n',
        'import importlib\n\nimportlib.import_module(f"flows.{1}")\n',
        'name = "flows" + ".x"\n',
        '__import__("flows.x")\n',
        "def f():\n    from flows import x\n",
        "import flows.x\n",
    ],
)
def test_whatever_names_flows_from_below_is_found(tmp_path: Path, planted: str):
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages/x.py").write_text(planted)
    assert wrong_way(Path("stages/x.py"), tmp_path) == {"flows"}


def test_a_word_that_only_begins_so_is_no_matter(tmp_path: Path):
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages/x.py").write_text('"""What flows sees."""\n\nx = "overflows"\n')
    assert wrong_way(Path("stages/x.py"), tmp_path) == set()


def graph() -> dict[str, set[str]]:
    """{module of ours: the modules of ours that it imports}; where a package is imported for one of
    its modules, that module alone."""
    known = {module_of(path) for path in SOURCES}
    found = {}
    for path in SOURCES:
        names = imported(path) & known
        packages = {n for n in names if any(o.startswith(f"{n}.") for o in names)}
        found[module_of(path)] = names - packages - {module_of(path)}
    return found


def circle(of: Mapping[str, set[str]]) -> list[str]:
    """One circle of modules, if there is any."""
    try:
        list(TopologicalSorter(of).static_order())
    except CycleError as error:
        return error.args[1]
    return []


def test_no_modules_import_each_other_in_a_circle():
    assert circle(graph()) == []
    assert circle({**graph(), "features.track": {"stages.align"}}) != []


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


FOLDERS = [p for p in SOURCES if "data/" in (ROOT / p).read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", FOLDERS, ids=str)
def test_where_stages_read_and_write_is_named_once(path: Path):
    named = {text for text in strings(path) if re.fullmatch(r"data/[\w/.-]+", text)}
    assert not named, f"{path} names {named}; stages/paths.py does"
