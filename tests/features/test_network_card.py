"""A card has one process, which serves many; here the processor stands for a card."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path
from threading import Thread

import pytest
import torch

from features.card import CARDS, leave
from features.card_errors import CardError
from stages.work import each as each_module
from stages.work.card import on_cards, processes
from tests.features.counted import counted, plus_one

pytestmark = pytest.mark.slow  # it starts processes


def test_a_network_is_loaded_once_in_no_worker_and_serves_them_all(tmp_path, monkeypatch):
    log = tmp_path / "loaded.txt"
    monkeypatch.setattr(each_module, "START_S", 0)
    monkeypatch.setenv("WORKERS", "2")
    with processes("cpu", 1):
        items = [(str(log), number) for number in range(60)]
        found = list(each_module.each(plus_one, items, "test"))
    workers, computing, answers = map(set, zip(*found, strict=True))
    assert answers == {float(number + 1) for number in range(60)}
    assert len(workers) == 3 and os.getpid() in workers  # it begins alone
    assert len(computing) == 1 and not workers & computing
    assert log.read_text().split() == [str(*computing)]


def test_processes_are_dealt_out_over_the_cards(tmp_path, monkeypatch):
    monkeypatch.setattr(each_module, "START_S", 0)
    monkeypatch.setenv("WORKERS", "3")
    with processes("cpu", 2):
        items = [(str(tmp_path / "loaded.txt"), number) for number in range(60)]
        found = list(each_module.each(plus_one, items, "test"))
    served = {worker: computing for worker, computing, _ in found}  # one card for each, always
    assert len(served) == 4 and {(worker, served[worker]) for worker, _, _ in found} == {
        (worker, computing) for worker, computing, _ in found
    }
    assert sorted(list(served.values()).count(c) for c in set(served.values())) == [2, 2]


@pytest.mark.parametrize("visible, seen", [(None, {"0", "1"}), ("5, MIG-7", {"5", "MIG-7"})])
def test_each_process_sees_one_card_of_those_there_are(tmp_path, monkeypatch, visible, seen):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = set()
    with processes("cpu", 2):
        for _ in range(2):
            found.add(counted(tmp_path / "loaded.txt").facts["cards"])
            leave()  # and come back as another
    assert found == seen and os.environ.get("CUDA_VISIBLE_DEVICES") == visible


def test_where_its_process_has_ended_a_network_is_loaded_here(tmp_path):
    log = tmp_path / "loaded.txt"
    with processes("cpu", 1):
        network = counted(log)
        elsewhere = network(torch.ones(3))["process"]
    assert CARDS not in os.environ and multiprocessing.active_children() == []
    assert network(torch.ones(3))["process"] == os.getpid() != elsewhere


def test_one_that_was_loaded_here_before_there_was_a_card_goes_to_the_card(tmp_path):
    network = counted(tmp_path / "loaded.txt")
    with processes("cpu", 1):
        assert network(torch.ones(3))["process"] != os.getpid()


# ------------------------------------------------------------------- who has one --


@pytest.mark.parametrize("options", [{}, {"device": "cpu"}, {"device": "auto"}, {"device": 3}])
def test_without_a_card_there_is_no_process(monkeypatch, options):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with on_cards(options):
        assert CARDS not in os.environ and multiprocessing.active_children() == []


@pytest.mark.parametrize("device, count", [("cuda", 2), ("auto", 1), ("cuda_half", 1), ("cpu", 0)])
def test_each_card_of_this_machine_has_a_process(monkeypatch, device, count):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with on_cards({"device": device}):
        assert len(multiprocessing.active_children()) == count
    assert multiprocessing.active_children() == []


def test_workers_of_a_cluster_keep_their_own(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://somewhere:8786")
    with on_cards({"device": "cuda"}):
        assert multiprocessing.active_children() == []


# ------------------------------------------------------------------- what goes wrong --


def test_a_full_card_is_answered_with_what_to_lower_there_and_here(tmp_path):
    said = (
        r"no memory left; lower batch of this extractor, .*\(CUDA out of memory\. Tried .* GiB\.\)$"
    )
    network = counted(tmp_path / "loaded.txt")
    with pytest.raises(CardError, match=said):
        network(torch.ones(3), "full")
    with processes("cpu", 1):
        with pytest.raises(CardError, match=said):
            network(torch.ones(3), "full")
        assert network(torch.ones(3))["x"].tolist() == [2, 2, 2]  # and goes on


def test_an_error_of_a_kind_that_nobody_foresaw_is_not_hidden(tmp_path):
    with processes("cpu", 1), pytest.raises(RuntimeError, match=r"^ArithmeticError: by zero$"):
        counted(tmp_path / "loaded.txt")(torch.ones(3), "by zero")


def dying(process: str) -> None:
    """Kill the one process of a card, once it computes."""
    while not Path(process).exists():
        time.sleep(0.01)
    (child,) = multiprocessing.active_children()
    time.sleep(0.2)
    child.kill()


def test_a_process_that_dies_at_work_is_named_with_what_to_lower(tmp_path):
    log = tmp_path / "loaded.txt"
    with processes("cpu", 1):
        network = counted(log)
        killer = Thread(target=dying, args=(str(log),))
        killer.start()
        with pytest.raises(CardError, match=r"cpu0 died while .* lower batch of this extractor"):
            network(torch.ones(3), "long")
        killer.join()
        with pytest.raises(CardError, match="cpu0 died"):
            network(torch.ones(3))
        leave()
        with pytest.raises(CardError, match="cpu0 does not answer"):
            network(torch.ones(3))
