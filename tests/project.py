"""A copy of this project on a tiny drawn corpus, for tests that run the whole graph under DVC."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.repo import OURS, ROOT
from tests.warm import shim

TINY = {
    "subjects": 6,
    "val_subjects": 2,
    "test_subjects": 2,
    "clips_per_subject": 1,
    "seconds": 3.0,
}


class Project:
    """A repository in a folder of its own, with its own DVC cache and clip store."""

    folder: Path
    ran: set[str]  # the stages of its first run, where a fixture ran it
    warm: bool = True  # stages are forks, see tests.warm
    said: str = ""  # by the last repro

    def __init__(self, folder: Path, change: Callable[[Any], None] = lambda params: None):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*OURS, "dvc.yaml", "params.yaml", ".gitignore", ".dvcignore"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
        self.edit(tiny)
        self.edit(change)
        for command in ("git init -q", "dvc init -q", "dvc config core.analytics false"):
            self.run(*command.split())

    @classmethod
    def at(cls, folder: Path) -> Project:
        """A project that is already there."""
        found = object.__new__(cls)
        found.folder = folder
        return found

    def copy(self, folder: Path) -> Project:
        """The same in another folder, data, DVC cache and clip store included."""
        shutil.copytree(self.folder, folder)
        return self.at(folder)

    def run(self, *command: str, fails: bool = False) -> str:
        """A command's output, both streams; its failure is the test's unless expected."""
        places = [shim()] * self.warm + [Path(sys.executable).parent, os.environ["PATH"]]
        env = {**os.environ, "PATH": ":".join(map(str, places))}
        for name in ("CLIP_STORE", "PYTHONDONTWRITEBYTECODE"):  # without bytecode stages start late
            env.pop(name, None)
        done = subprocess.run(
            command, cwd=self.folder, env=env, text=True, capture_output=True, check=False
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, (
            f"{' '.join(command)} gave {done.returncode}:\n{said}"
        )
        return said

    def repro(self, *targets: str) -> set[str]:
        """`dvc repro`; the stages that ran."""
        self.said = self.run("dvc", "repro", *targets)
        return set(re.findall(r"Running stage '([^']+)'", self.said))

    def stale(self) -> dict[str, Any]:
        return json.loads(self.run("dvc", "status", "--json"))

    def edit(self, change: Callable[[Any], None]) -> None:
        """Change params.yaml."""
        yaml = YAML()
        params = yaml.load(self.folder / "params.yaml")
        change(params)
        yaml.dump(params, self.folder / "params.yaml")

    def files(self, under: str = "data") -> dict[str, bytes]:
        """Every file below a folder: {relative path: bytes}."""
        root = self.folder / under
        files = [p for p in sorted(root.rglob("*")) if p.is_file() and p.name != ".gitignore"]
        return {str(p.relative_to(root)): p.read_bytes() for p in files}


def tiny(params: Any) -> None:
    """Small enough for a test, the same in kind."""
    params["demo"].update(TINY)
    params["train"].update(seeds=[1])
    params["train"]["recipe"].update(epochs=2, steps=20, hop=10)
    params["robustness"].update(kinds=["dropped", "noised"], shares=[0, 0.5])
