"""The flow, on a DVC repository of one-line stages."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo import ROOT

# Left and right wait for each other: one after the other they would never end.
MEET = "touch {0}.here && timeout 60 sh -c 'until [ -e {1}.here ]; do sleep 0.1; done'"
GRAPH = f"""
stages:
  last:
    matrix: {{n: [1, 2]}}
    cmd: cat left.txt right.txt > last-${{item.n}}.txt
    deps: [left.txt, right.txt]
    outs: ["last-${{item.n}}.txt"]
  left:
    cmd: {MEET.format("left", "right")} && echo left > left.txt
    deps: [first.txt]
    outs: [left.txt]
  right:
    cmd: {MEET.format("right", "left")} && echo right > right.txt
    deps: [first.txt]
    outs: [right.txt]
  first:
    cmd: echo hello > first.txt
    outs: [first.txt]
  broken:
    cmd: echo out of luck && false
    outs: [never.txt]
  behind:
    cmd: echo never > nowhere.txt
    deps: [never.txt]
    outs: [nowhere.txt]
"""

UNEVEN = """
stages:
  last:
    cmd: cat slow.txt quick.txt > last.txt
    deps: [slow.txt, quick.txt]
    outs: [last.txt]
  slow:
    cmd: sleep 2 && echo slow > slow.txt
    outs: [slow.txt]
  quick:
    cmd: echo quick > quick.txt
    outs: [quick.txt]
"""

# Alone at its work or it fails; and as long as nothing else has been done beside it.
BUSY = "mkdir busy && timeout 30 sh -c 'until [ -e words.txt ]; do sleep 0.1; done' && rmdir busy"
GREEDY = f"""
stages:
  train:
    matrix: {{head: [a, b]}}
    cmd: {BUSY} && echo ${{item.head}} > ${{item.head}}.txt
    outs: ["${{item.head}}.txt"]
  evaluate:
    cmd: {BUSY} && echo 0.5 > scores.txt
    outs: [scores.txt]
  robustness:
    cmd: {BUSY} && echo 0.4 > curves.txt
    outs: [curves.txt]
  words:
    cmd: timeout 30 sh -c 'until [ -e busy ]; do sleep 0.1; done' && echo well > words.txt
    outs: [words.txt]
"""


def repository(folder: Path, graph: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "dvc.yaml").write_text(graph)
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("flow"), GRAPH)


def flow(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(folder.parent / "prefect")}
    env |= more
    return subprocess.run(
        [sys.executable, "-m", "flows.pipeline", *arguments],
        cwd=folder, env=env, text=True, capture_output=True, check=False,
    )  # fmt: skip


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """{stage: what became of it} as the flow's last lines say."""
    rows = (line.split(maxsplit=2) for line in done.stdout.splitlines())
    return {row[0]: "not begun" if row[1] == "not" else row[1] for row in rows if len(row) == 3}


def test_the_plan_puts_each_stage_after_what_it_reads(folder: Path):
    assert flow(folder, "--dry", "last@2").stdout.split() == ["first", "left", "right", "last@2"]
    everything = {"behind", "broken", "first", "last@1", "last@2", "left", "right"}
    assert set(flow(folder, "--dry").stdout.split()) == everything


def test_a_target_that_does_not_exist_is_answered_with_the_nearest(folder: Path):
    done = flow(folder, "frist")
    assert done.returncode == 1 and "did you mean 'first'?" in done.stderr


def test_branches_run_side_by_side_and_a_failure_stops_only_what_needs_it(folder: Path):
    done = flow(folder, "--jobs", "3")
    assert done.returncode == 1
    ran = dict.fromkeys(["first", "left", "right", "last@1", "last@2"], "ran")
    assert summary(done) == {**ran, "broken": "failed", "behind": "not begun"}
    assert "stage 'broken' failed" in done.stderr and "out of luck" in done.stderr
    assert (folder / "last-2.txt").read_text() == "left\nright\n"
    assert {"last@2:", "left:", "right:"} < set((folder / "dvc.lock").read_text().split())

    again = flow(folder, "last")
    assert again.returncode == 0, again.stderr
    assert summary(again) == dict.fromkeys(ran, "fresh")


def test_stages_that_use_all_cores_run_one_at_a_time_and_keep_no_other_from_running(tmp_path: Path):
    made = repository(tmp_path / "greedy", GREEDY)
    done = flow(made, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    names = ["evaluate", "robustness", "train@a", "train@b", "words"]
    assert summary(done) == dict.fromkeys(names, "ran")


def test_the_lock_is_the_one_that_dvc_repro_writes(tmp_path: Path):
    locks = []
    for name, run in (("dvc", repro), ("flow", flow)):
        made = repository(tmp_path / name, UNEVEN)
        assert run(made).returncode == 0
        locks.append((made / "dvc.lock").read_bytes())
    assert locks[0] == locks[1]


def repro(folder: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dvc", "repro", *targets], cwd=folder, check=False, text=True
    )


def test_a_second_flow_on_the_same_clone_is_refused(folder: Path):
    lock = folder / ".dvc/tmp/flow.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = flow(folder, "first")
    assert done.returncode == 1 and "another flow is running on this clone" in done.stderr


def test_a_server_that_is_not_there_is_named(folder: Path):
    done = flow(folder, "first", PREFECT_API_URL="http://127.0.0.1:9/api")
    assert done.returncode == 1
    assert "no Prefect server answers at http://127.0.0.1:9/api" in done.stderr
