"""The flow with a Prefect server of its own, on loopback: what people see there afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.repo import ROOT

SCORE = {"ccc": 0.5, "ccc_std": 0.0}
METRICS = {
    "targets": {"valence": [-1, 1], "arousal": [-1, 1]},
    "runs": {"concat": dict.fromkeys(("valence", "arousal", "mean"), SCORE)},
    "baseline": None,
    "bootstrap": {"level": 0.95},
}
WAIT = """
import sys, time
print("waiting", flush=True)
open("begun.txt", "w").close()
try:
    time.sleep(60)
except KeyboardInterrupt:
    open("ended.txt", "w").close()
    sys.exit("told to end")
"""
GRAPH = f"""
stages:
  evaluate:
    cmd: echo looking at clip seven && cp scores.json data/evaluate/metrics.json
    outs: [data/evaluate/metrics.json]
  report:
    cmd: echo page > data/report/index.html
    deps: [data/evaluate/metrics.json]
    outs: [data/report/index.html]
  broken:
    cmd: echo out of luck && false
    deps: [data/evaluate/metrics.json]
    outs: [never.txt]
  wait:
    cmd: {sys.executable} wait.py
    outs: [nowhere.txt]
  short:
    cmd: touch begun.txt && sleep 2 && touch done.txt
    outs: [done.txt]
"""


class Server:
    """A Prefect server, and a DVC repository of three stages whose flows it sees."""

    def __init__(self, folder: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.api = f"http://127.0.0.1:{port}/api"
        self.folder = folder / "repository"
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }
        for name in ("evaluate", "report"):
            (self.folder / "data" / name).mkdir(parents=True)
        (self.folder / "dvc.yaml").write_text(GRAPH)
        (self.folder / "wait.py").write_text(WAIT)
        (self.folder / "scores.json").write_text(json.dumps(METRICS))
        for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
            subprocess.run(command, cwd=self.folder, check=True)
        where = ["--host", "127.0.0.1", "--port", str(port), "--no-ui"]
        self.command = ["prefect", "server", "start", *where]
        self.start()

    def start(self) -> None:
        self.process = self.begin(*self.command)
        for _ in range(600):
            if self.answers():
                return
            time.sleep(0.1)
        raise TimeoutError("no Prefect server after a minute")

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.api}/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    def begin(self, *command: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=self.folder, env=self.env | more, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()

    def flow(self, *targets: str) -> tuple[int, str]:
        """Exit status and what is said."""
        process = self.begin("flows.pipeline", *targets)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def asked(self, what: str, **where: Any) -> list[dict[str, Any]]:
        """Everything of a kind that the server knows, the oldest first."""
        answer = httpx.post(f"{self.api}/{what}/filter", json=where, timeout=30)
        return sorted(answer.raise_for_status().json(), key=lambda one: one["created"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.end()


def test_runs_stages_logs_and_artifacts_are_there_to_see(server: Server):
    status, said = server.flow("report", "broken")
    assert status == 1 and "stage 'broken' failed" in said, said
    (run,) = server.asked("flow_runs")
    assert run["state_type"] == "FAILED" and run["parameters"]["targets"] == ["report", "broken"]
    stages = {one["name"]: one["state_name"] for one in server.asked("task_runs")}
    assert stages == {"evaluate": "Ran", "report": "Ran", "broken": "Failed"}
    logged = [one["message"] for one in server.asked("logs")]
    assert "looking at clip seven" in logged and "out of luck" in logged
    artifacts = {one["key"]: one["data"] for one in server.asked("artifacts")}
    assert "concat" in artifacts["scores"] and "0.500 ± 0.000" in artifacts["scores"]
    assert (server.folder / "data/report/index.html").as_uri() in artifacts["report"]


def test_a_schedule_is_registered_with_what_it_runs(server: Server):
    process = server.begin(
        "flows.serve", "report", "--cron", "0 2 * * *", "--executor", "tcp://lab:8786"
    )
    while not (found := server.asked("deployments")) and process.poll() is None:
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert len(found) == 1, said
    assert found[0]["parameters"] == {"targets": ["report"], "executor": "tcp://lab:8786"}
    assert found[0]["schedules"][0]["schedule"]["cron"] == "0 2 * * *"
    assert found[0]["entrypoint"] == "flows.branches.pipeline"


@pytest.mark.parametrize("how, status", [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_flow_that_is_told_to_end_ends_its_stages(server: Server, how, status):
    begun, ended = server.folder / "begun.txt", server.folder / "ended.txt"
    for file in (begun, ended):
        file.unlink(missing_ok=True)
    process = server.begin("flows.pipeline", "wait")
    while not begun.exists() and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, how)
    said, _ = process.communicate(timeout=60)  # ends when the last process that writes has ended
    assert process.returncode == status and "every finished clip is kept" in said, said
    assert ended.exists()
    ran = [one for one in server.asked("flow_runs") if one["start_time"]]  # not those of a schedule
    assert ran[-1]["state_type"] == "CRASHED"


def test_a_schedule_without_a_server_says_what_to_start(server: Server):
    env = {key: value for key, value in server.env.items() if key != "PREFECT_API_URL"}
    command = [sys.executable, "-m", "flows.serve", "report"]
    done = subprocess.run(command, cwd=server.folder, env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "a schedule needs a server: start it with" in done.stderr


def test_a_server_that_comes_back_hears_how_it_went_on(server: Server):
    (server.folder / "begun.txt").unlink(missing_ok=True)
    process = server.begin("flows.pipeline", "short")
    while not (server.folder / "begun.txt").exists() and process.poll() is None:
        time.sleep(0.05)
    server.end()
    server.start()
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert server.asked("flow_runs")[-1]["state_type"] == "COMPLETED"
    assert server.asked("task_runs")[-1]["state_name"] == "Ran"


def test_a_server_that_goes_away_is_named_and_the_stages_go_on(server: Server):
    (server.folder / "begun.txt").unlink(missing_ok=True)
    (server.folder / "dvc.lock").unlink()  # it ran already
    process = server.begin("flows.pipeline", "short", PREFECT_CLIENT_MAX_RETRIES="0")
    while not (server.folder / "begun.txt").exists() and process.poll() is None:
        time.sleep(0.05)
    server.end()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and f"{server.api} does not answer any more" in said, said
    assert (server.folder / "done.txt").exists()
    assert "no Prefect server answers at" in server.flow("short")[1]
