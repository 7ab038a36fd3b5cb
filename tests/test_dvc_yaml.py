"""dvc.yaml is typed by hand; these tests keep it telling the truth."""

from __future__ import annotations

from importlib import import_module
from typing import get_type_hints

import pytest

from features.code import choices
from stages.code import CHOICES, KEYS, STAGES, module_of
from stages.params import load
from stages.paths import CODE
from stages.streams import KINDS, READING
from tests.repo import GRAPH as WRITTEN
from tests.repo import PARAMS, ROOT

GRAPH = {name: stage.get("do", stage) for name, stage in WRITTEN.items()}
TEXT = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
OF_CODE = [name for name in GRAPH if name != "code"]
EACH_STREAM = {*KINDS, "align"}  # stages that run for each stream of their section
EVERYBODYS = {"targets", "plane"}  # of params.yaml: no stage's own
KEPT = {"code", "ingest"}  # whose outputs stay where a run fails: DVC's run cache is no loss there


def outs(name: str) -> dict[str, dict]:
    """{output: how DVC keeps it}."""
    listed = GRAPH[name].get("outs", []) + GRAPH[name].get("metrics", [])
    return dict((out, {}) if isinstance(out, str) else next(iter(out.items())) for out in listed)


def code_key(name: str) -> str:
    """The key of data/code.json that a stage depends on."""
    (found,) = (p[str(CODE)] for p in GRAPH[name]["params"] if isinstance(p, dict))
    (key,) = found
    return key


def test_it_is_short_and_lists_no_source_file():
    lines = TEXT.splitlines()
    assert len(lines) <= 220
    assert ".py" not in "\n".join(line.split("#")[0] for line in lines)


def test_one_stage_one_section_one_module():
    assert [*GRAPH] == ["code", *STAGES]
    assert set(STAGES) | EVERYBODYS == set(PARAMS)
    for name in GRAPH:
        assert import_module(module_of(name)).run


def test_written_in_running_order():
    made: set[str] = set()
    for name, stage in GRAPH.items():
        data = {plain(d) for d in stage.get("deps", ()) if d.startswith("data/")}
        assert all(any(o.startswith(d) for o in made) for d in data), name
        made |= set(map(plain, outs(name)))


def plain(path: str) -> str:
    """A path up to where it names a stream or its kind."""
    return path.split("${")[0] if "${item.of}" not in path else "data/visual/"


@pytest.mark.parametrize("name", OF_CODE)
class TestStage:
    def test_command_is_the_module(self, name: str):
        assert GRAPH[name]["cmd"] == f"python -m stages.{name}", "no value reaches a shell"

    def test_runs_for_each_stream_of_its_section_or_each_head(self, name: str):
        each = WRITTEN[name].get("foreach")
        assert each == (f"${{{name}}}" if name in EACH_STREAM else None)
        heads = {"head": "${train.heads}"} if name == "train" else None
        assert WRITTEN[name].get("matrix") == heads

    def test_depends_on_the_code_that_it_was_told_to_use(self, name: str):
        key = KEYS.get(name, "extractor")
        chosen = "${item.head}" if name == "train" else f"${{{name}.{key}}}"
        chosen = "${item.extractor}" if name in KINDS else chosen
        assert code_key(name) == (f"{name}.{chosen}" if name in CHOICES else name)
        if name in CHOICES:
            assert (name if name in KINDS else f"{name}.{key}") in GRAPH["code"]["params"]
            streams = PARAMS[name].values() if name in KINDS else [PARAMS[name]]
            for named in (section[key] for section in streams):
                there = {*choices(CHOICES[name])}
                assert set(named if isinstance(named, list) else [named]) <= there

    def test_reads_its_own_section(self, name: str):
        sections = {p.split(".")[0] for p in GRAPH[name]["params"] if isinstance(p, str)}
        assert name in sections
        module = import_module(module_of(name))
        schema = next(iter(get_type_hints(module.run).values()))
        for section in [f"{name}.{s}" for s in PARAMS[name]] if name in EACH_STREAM else [name]:
            load(section, schema, ROOT / "params.yaml")

    def test_writes_under_its_own_name(self, name: str):
        own = (f"data/{name}", f"data/{name}/", f"data/provenance/{name}.json")
        own += ("data/rejected/${key}.jsonl",) if name in ("audio", "signals") else ()
        own += (f"data/rejected/{name}.jsonl",) if name in READING else ()
        for out in outs(name):
            assert out in own or out.startswith((f"data/{name}/", f"data/provenance/{name}/"))


def test_no_other_stage_reads_the_section_of_another_extractor():
    for name in OF_CODE:
        said = str(GRAPH[name])
        for kind in CHOICES:
            reads = f"${{{kind}.reads}}" in said or f"${{{kind}.extractor}}" in said
            expected = name == kind and kind not in KEYS and kind not in KINDS
            assert reads == expected, (name, kind)
        assert ("${item.reads}" in said) == (name in KINDS)


@pytest.mark.parametrize("out", ["data/demo", "data/faces", "data/transcripts"])
def test_what_people_look_like_and_said_is_not_pushed(out: str):
    (how,) = (outs(name)[out] for name in GRAPH if out in outs(name))
    assert how == {"push": False}


def test_no_output_switches_the_run_cache_off_where_it_saves_work():
    for name in GRAPH:
        for out, how in outs(name).items():
            assert how.get("cache", True) == (name != "code")
            assert how.get("persist", False) == (name in KEPT), out
