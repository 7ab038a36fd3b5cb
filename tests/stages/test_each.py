from __future__ import annotations

import time

import pytest

from stages.work import each as each_module


def double(x: int) -> int:
    return 2 * x


def slow(x: int) -> int:
    time.sleep(0.05)
    return 2 * x


def test_little_work_stays_in_this_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(each_module, "_elsewhere", None)
    assert list(each_module.each(double, range(5), "test")) == [0, 2, 4, 6, 8]


def test_much_work_is_shared_and_nothing_is_lost_or_done_twice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(each_module, "START_S", 0.2)
    monkeypatch.setenv("WORKERS", "2")
    assert sorted(each_module.each(slow, range(30), "test")) == list(range(0, 60, 2))


def test_no_work_is_no_error():
    assert list(each_module.each(double, [], "test")) == []


@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_a_number_of_workers_that_cannot_be_is_named(monkeypatch, value: str):
    monkeypatch.setenv("WORKERS", value)
    with pytest.raises(ValueError, match=f"WORKERS must be .*{value}"):
        each_module.workers()
