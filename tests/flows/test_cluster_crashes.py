"""A clip that crashes its process on a cluster: it is given up, and no worker with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from stages.work.blame import WorkerLostError
from stages.work.crash import CrashError
from stages.work.each import each
from stages.work.outcome import ClusterError
from stages.work.queued import Queue
from tests.flows.lab import Lab

PLANTED = """
import os, signal

def double(name):
    with open(f"{name}.begun", "a") as file:
        file.write("once\\n")
    if name.startswith("bad"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "vast":
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * name

def given_up(name, reason):
    return f"{name}: {reason}"
"""
SEGV = "the process that read it died of SIGSEGV, twice"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Two machines."""
    folder = tmp_path_factory.mktemp("crashing")
    (folder / "crashing.py").write_text(PLANTED)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        made = Lab(folder)
        patch.setenv("DASK_SCHEDULER_ADDRESS", made.address)
        yield made.of(2)
        made.close()


def run(folder: Path, patch: pytest.MonkeyPatch, *names: str, spared: bool = True) -> list[str]:
    import crashing

    patch.chdir(folder)
    patch.setenv("CLIP_STORE", "store")
    lost = crashing.given_up if spared else None
    return sorted(each(crashing.double, names, "test", apart=True, lost=lost))


def test_items_that_crash_their_process_are_given_up_and_the_others_are_done(
    lab, tmp_path, monkeypatch
):
    workers = lab.client.run(os.getpid)
    found = run(tmp_path, monkeypatch, "bad0", *"abcdefgh", "bad1", "bad2")
    bad = [f"bad{n}: {SEGV}" for n in range(3)]
    assert found == sorted([*bad, *(2 * name for name in "abcdefgh")])
    assert lab.client.run(os.getpid) == workers, "no worker has died"
    assert Path("bad0.begun").read_text() == "once\n" * 2


def test_without_a_way_to_go_on_it_is_a_failure_that_names_its_item(lab, tmp_path, monkeypatch):
    with pytest.raises(WorkerLostError, match=r"^the process at work on bad was killed by SIGSEGV"):
        run(tmp_path, monkeypatch, "a", "bad", spared=False)


def test_an_item_that_is_killed_kills_its_workers_and_is_no_fault_of_its_own(
    lab, tmp_path, monkeypatch
):
    with pytest.raises(ClusterError, match=r"4 workers died, .*: vast; is there memory enough"):
        run(tmp_path, monkeypatch, "vast")
    lab.client.wait_for_workers(2, timeout=30)


class Crashed:
    """What stands for a future of a batch whose process has crashed."""

    def result(self, timeout: float) -> bytes:
        from stages.work.parcel import pack

        return pack((0.0, [], CrashError(-signal.SIGSEGV), ""))


def test_each_item_of_a_batch_that_crashes_is_tried_by_itself():
    queue = Queue("abc", lambda item, reason: f"{item}: {reason}")
    future: object = Crashed()
    assert list(queue.came(queue.next(3), future)) == []  # pyright: ignore[reportArgumentType]
    singles = [queue.next(3) for _ in "abc"]
    assert [batch.items for batch in singles] == [["a"], ["b"], ["c"]] and len(queue) == 0
    assert list(queue.came(singles[1], future)) == []  # pyright: ignore[reportArgumentType]
    again = queue.next(3)
    assert again.items == ["b"]
    assert list(queue.came(again, future)) == [f"b: {SEGV}"]  # pyright: ignore[reportArgumentType]
