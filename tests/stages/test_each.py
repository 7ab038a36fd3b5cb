"""Where the work of a stage runs: here, or in other processes once they are worth their start."""

from __future__ import annotations

import multiprocessing
import os
import time

import pytest

from stages.work import each as each_module
from stages.work.ahead import ahead
from stages.work.each import each
from stages.work.environment import THREADS, cores, processes, workers

several = pytest.mark.skipif(cores() == 1, reason="on one core no process stands by")


def double(x: int) -> int:
    return 2 * x


def slow(x: int) -> int:
    time.sleep(0.05)
    return 2 * x


def whose(_: object) -> tuple[int, str]:
    """The process at work, and how many threads it may use."""
    time.sleep(0.1)
    return os.getpid(), os.environ[THREADS[0]]


def store_of(_: object) -> str | None:
    return os.environ.get("CLIP_STORE")


def hungry(_: object) -> None:
    raise MemoryError("no room")


def test_little_work_stays_in_this_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(each_module, "pooled", None)
    assert list(each(double, range(5), "test")) == [0, 2, 4, 6, 8]


def test_much_work_is_shared_and_nothing_is_lost_or_done_twice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(each_module, "START_S", 0.2)
    monkeypatch.setenv("WORKERS", "2")
    assert sorted(each(slow, range(30), "test")) == list(range(0, 60, 2))


def test_no_work_is_no_error():
    assert list(each(double, [], "test")) == []
    assert list(each(double, [], "test", long=True, cards=1)) == []


def test_two_long_items_are_shared_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORKERS", "2")
    pids = {pid for pid, _ in each(whose, range(2), "test", long=True)}
    assert len(pids) == 2 and os.getpid() not in pids


@pytest.mark.parametrize("count, items", [("2", 1), ("1", 3)])
def test_one_long_item_or_one_process_leaves_the_stage_to_say_how_it_ended(
    monkeypatch, count: str, items: int
):
    monkeypatch.setenv("WORKERS", count)
    pids = {pid for pid, _ in each(whose, range(items), "test", long=True)}
    assert len(pids) == 1 and os.getpid() not in pids


@pytest.mark.parametrize("count, others", [(None, 1), ("1", 1), ("2", 1), ("0", 0)])
def test_items_apart_are_in_one_other_process_or_for_a_debugger_in_none(monkeypatch, count, others):
    if count:
        monkeypatch.setenv("WORKERS", count)
    pids = {pid for pid, _ in each(whose, range(3), "test", apart=True)}
    assert len(pids - {os.getpid()}) == others and len(pids) == 1


def test_items_apart_are_shared_once_another_process_is_worth_its_start(monkeypatch):
    monkeypatch.setattr(each_module, "START_S", 0.5)
    monkeypatch.setenv("WORKERS", "2")
    found = list(each(whose, range(30), "test", apart=True))
    assert len({pid for pid, _ in found}) == 2 and len(found) == 30
    assert os.getpid() not in {pid for pid, _ in found}


@several
def test_a_process_that_stands_by_does_the_items_of_all_maps_of_its_block(monkeypatch):
    monkeypatch.setenv("WORKERS", "2")
    with ahead("json"):
        (child,) = multiprocessing.active_children()
        pids = {pid for _ in range(3) for pid, _ in each(whose, range(2), "test", apart=True)}
        assert pids == {child.pid}
        found = list(each(whose, range(4), "test", long=True))  # one that has begun is no worse
        assert len({pid for pid, _ in found}) == 2
    assert multiprocessing.active_children() == []


def test_a_process_that_stands_by_has_the_environment_of_the_work(monkeypatch):
    with ahead("no_such_module"):
        monkeypatch.setenv("CLIP_STORE", "elsewhere")
        assert list(each(store_of, [0], "test", apart=True)) == ["elsewhere"]


@several
def test_a_process_that_stands_by_for_nothing_ends_with_its_block():
    with ahead("json"):
        assert len(multiprocessing.active_children()) == 1
        with ahead("json"):
            assert len(multiprocessing.active_children()) == 1
    assert multiprocessing.active_children() == []


def test_items_that_use_threads_have_so_many_fewer_processes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORKERS", "5")
    found = list(each(whose, range(6), "test", long=True, threads=2))
    assert len({pid for pid, _ in found}) == 2 and {threads for _, threads in found} == {"2"}
    assert processes(threads=7) == 1


def test_without_memory_in_this_process_the_item_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORKERS", "1")
    with pytest.raises(MemoryError, match="no room") as failure:
        list(each(hungry, ["tone03"], "test"))
    assert failure.value.__notes__ == ["tone03 needs more memory than there is"]


@pytest.mark.parametrize("value", ["-1", "1.5", "many"])
def test_a_number_of_workers_that_cannot_be_is_named(monkeypatch, value: str):
    monkeypatch.setenv("WORKERS", value)
    with pytest.raises(ValueError, match=f"WORKERS must be .*{value}"):
        workers()
