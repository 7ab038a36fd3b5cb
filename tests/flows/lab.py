"""A Dask cluster on loopback, started with the commands that the README gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from distributed import Client

from tests.repo import ROOT


class Lab:
    """A scheduler and machines that work for it, each a process group."""

    def __init__(self, module: Path, scheduler: str = ""):
        """module     a folder whose modules every process can import
        scheduler  where its scheduler finds modules, if not there and in this checkout
        """
        self.path = f"{module}:{ROOT}"
        self.groups: list[subprocess.Popen[bytes]] = []
        self.file = module / f"{time.monotonic_ns()}.json"
        words = "--host 127.0.0.1 --port 0 --no-dashboard --dashboard-address 127.0.0.1:0"
        self.scheduler = self.start(
            "dask", "scheduler", *words.split(), "--scheduler-file", str(self.file), path=scheduler
        )
        while not self.file.exists():
            time.sleep(0.02)
        self.client = Client(scheduler_file=str(self.file), set_as_default=False)
        self.address = self.client.scheduler.address

    def start(self, *command: str, path: str = "") -> subprocess.Popen[bytes]:
        env = {**os.environ, "PYTHONPATH": path or self.path, "WORKERS": "1"}
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=self.file.parent, env=env,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.groups.append(process)
        return process

    def machine(self, path: str = "") -> subprocess.Popen[bytes]:
        return self.start("flows.worker", self.address, path=path)

    def of(self, machines: int) -> Lab:
        for _ in range(machines):
            self.machine()
        self.client.wait_for_workers(machines, timeout=30)
        return self

    def close(self) -> None:
        self.client.close()
        for process in self.groups:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
