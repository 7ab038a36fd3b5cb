"""dvc.yaml is typed by hand; these tests keep it telling the truth.

DVC does not follow imports: a module missing from `deps` means stale features served as fresh.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from stages._params import load
from tests.repo import GRAPH, PARAMS, ROOT, files_behind

# They cannot change a byte of any output: how a stage is started, where its work runs.
HARMLESS = {Path("stages/_main.py"), Path("stages/_params.py"), Path("stages/_each.py")}
SWAPS = {"ingest": "corpora", "faces": "faces", "visual": "visual", "audio": "audio"}
SWAPS |= {"transcripts": "transcripts", "text": "text", "sync": "sync", "train": "fusion"}


def python_deps(name: str) -> set[str]:
    return {d for d in GRAPH[name].get("deps", ()) if d.endswith(".py")}


def outs(name: str) -> set[str]:
    listed = GRAPH[name].get("outs", []) + GRAPH[name].get("metrics", [])
    return {out if isinstance(out, str) else next(iter(out)) for out in listed}


def test_one_file_one_section_per_stage():
    assert set(GRAPH) == {p.stem for p in (ROOT / "stages").glob("[!_]*.py")} == set(PARAMS)


def test_written_in_running_order():
    made: set[str] = set()
    for name, stage in GRAPH.items():
        data = {d for d in stage.get("deps", ()) if d.startswith("data/")}
        assert all(any(o.startswith(d) for o in made) for d in data), name
        made |= outs(name)


@pytest.mark.parametrize("name", GRAPH)
class TestStage:
    def test_command_is_the_module(self, name: str):
        words = GRAPH[name]["cmd"].split()
        assert words[:3] == ["python", "-m", f"stages.{name}"]

    def test_depends_on_every_file_it_imports(self, name: str):
        deps = python_deps(name)
        chosen = {d for d in deps if "${" in d}  # the extractor or head, named by params.yaml
        needed = files_behind(Path("stages", f"{name}.py"), HARMLESS)
        for swap in chosen:
            for file in (ROOT / Path(swap).parent).glob("[!_]*.py"):
                needed |= files_behind(file.relative_to(ROOT), HARMLESS) - {file.relative_to(ROOT)}
        assert {Path(d) for d in deps - chosen} == needed

    def test_names_its_swap_point(self, name: str):
        chosen = [d for d in python_deps(name) if "${" in d]
        assert len(chosen) == (name in SWAPS)
        assert all(Path(d).parent.name == SWAPS[name] for d in chosen)

    def test_reads_its_own_section(self, name: str):
        sections = {p.split(".")[0] for p in GRAPH[name]["params"]}
        assert name in sections
        load(name, import_module(f"stages.{name}").Params, ROOT / "params.yaml")

    def test_writes_under_its_own_name(self, name: str):
        assert all(out == f"data/{name}" or out.startswith(f"data/{name}/") for out in outs(name))


@pytest.mark.parametrize("name", ["demo", "faces", "transcripts"])
def test_what_people_look_like_and_said_is_not_pushed(name: str):
    assert all(next(iter(out.values())) == {"push": False} for out in GRAPH[name]["outs"])


def test_no_output_switches_the_run_cache_off():
    flags = [
        next(iter(o.values())) for s in GRAPH.values() for o in s["outs"] if not isinstance(o, str)
    ]
    assert not any("persist" in f or f.get("cache") is False for f in flags)
