"""dvc.lock in the order in which `dvc repro` writes it, whichever stage ended first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dvc.dvcfile import LOCK_FILE, PROJECT_FILE
from dvc.repo import Repo
from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro
from dvc.utils.serialize import load_yaml, modify_yaml


@contextmanager
def in_order(targets: list[str]) -> Iterator[None]:
    """What is added to dvc.lock inside comes out in the order of `dvc repro targets`.

    DVC changes entries where they stand and appends new ones as stages end, which side by side is
    not always in the same order. Where a stage failed, those that did not are put in order too.
    """
    before = _entries()
    try:
        yield
    finally:
        added = [entry for entry in _entries() if entry not in before]
        if wanted := [name for name in _order(targets) if name in added]:
            _append(wanted)


def _entries() -> list[str]:
    return list(load_yaml(LOCK_FILE).get("stages", {})) if Path(LOCK_FILE).is_file() else []


def _order(targets: list[str]) -> list[str]:
    """The stages as one `dvc repro` would take them."""
    with Repo() as repo:
        stages = collect_stages(repo, targets or [PROJECT_FILE])
        return [str(s.addressing) for s in plan_repro(get_active_graph(repo.index.graph), stages)]


def _append(names: list[str]) -> None:
    """Move entries behind all others, in this order."""
    with Repo() as repo, repo.lock, modify_yaml(LOCK_FILE) as document:
        stages = document["stages"]
        for name in names:
            stages[name] = stages.pop(name)
