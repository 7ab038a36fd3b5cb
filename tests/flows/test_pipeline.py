"""The flow, on a DVC repository of three one-line stages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo import ROOT

GRAPH = """
stages:
  last:
    matrix: {n: [1, 2]}
    cmd: cat first.txt > last-${item.n}.txt
    deps: [first.txt]
    outs: ["last-${item.n}.txt"]
  first:
    cmd: echo hello > first.txt
    outs: [first.txt]
  broken:
    cmd: echo out of luck && false
    outs: [never.txt]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("flow")
    (made / "dvc.yaml").write_text(GRAPH)
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, cwd=made, check=True)
    return made


def flow(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(folder.parent / "prefect")}
    return subprocess.run(
        [sys.executable, "-m", "flows.pipeline", *arguments],
        cwd=folder, env=env, text=True, capture_output=True, check=False,
    )  # fmt: skip


def test_the_plan_puts_each_stage_after_what_it_reads(folder: Path):
    assert flow(folder, "--dry", "last").stdout.split() == ["first", "last@1", "last@2"]
    assert set(flow(folder, "--dry").stdout.split()) == {"broken", "first", "last@1", "last@2"}


def test_a_target_that_does_not_exist_is_answered_with_the_nearest(folder: Path):
    done = flow(folder, "frist")
    assert done.returncode == 1 and "did you mean 'first'?" in done.stderr


def test_the_stages_run_under_prefect_and_dvc_keeps_the_results(folder: Path):
    done = flow(folder, "last@2")
    assert done.returncode == 0, done.stderr
    assert (folder / "last-2.txt").read_text() == "hello\n"
    assert not (folder / "last-1.txt").exists()
    assert "last@2" in (folder / "dvc.lock").read_text()


def test_a_stage_that_fails_is_named_with_what_it_said(folder: Path):
    done = flow(folder, "broken")
    assert done.returncode == 1
    assert "stage 'broken' failed" in done.stderr and "out of luck" in done.stderr
