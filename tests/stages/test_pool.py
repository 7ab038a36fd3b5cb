"""Processes that share a stage's items: what each has in hand, and what becomes of it."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import resource_tracker, spawn
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from stages.work import each as each_module
from stages.work.bar import Bar
from stages.work.blame import WorkerLostError, card_full, name_of
from stages.work.each import each
from stages.work.environment import VISIBLE, processes
from stages.work.parcel import Elsewhere
from stages.work.pool import pooled
from stages.work.progress import GAP_S, tell
from tests.repo import ROOT


@dataclass(frozen=True)
class Item:
    """Something to do, in the working folder, where it says when it has begun and ended."""

    called: str
    act: str = "rest"  # the function below
    for_s: float = 0.0
    advice: str = ""


class OutOfMemoryError(RuntimeError):
    """As torch's is called."""


class Odd(Exception):
    """Cannot be packed: made of two texts, remembered as one."""

    def __init__(self, one: str, other: str):
        super().__init__(f"{one} {other}")


def do(item: Item) -> str:
    with Path(f"{item.called}.begun").open("a") as file:
        file.write("once\n")
    Path(f"in.{os.getpid()}.{item.called}").touch()
    time.sleep(item.for_s)
    ACTS[item.act]()
    Path(f"{item.called}.ended").touch()
    return item.called


def crash(code: int = signal.SIGSEGV) -> None:
    os.kill(os.getpid(), code)


def crash_once() -> None:
    if times_begun() == 1:
        crash()


def crash_after_others() -> None:
    """As where an item before it has left damage in its process."""
    if len(list(Path().glob(f"in.{os.getpid()}.*"))) > 1:
        crash()


def fail() -> None:
    error = ValueError("wrong")
    error.add_note("in clip 'x'")
    raise error


def fail_oddly() -> None:
    raise Odd("very", "odd")


def starve() -> None:
    raise MemoryError("no room")


def overflow() -> None:
    raise OutOfMemoryError("CUDA out of memory")


def fill() -> None:
    """Use a card that has room for one, on which each leaves a file that names it."""
    mine = Path(f"on.{os.environ[VISIBLE]}.{os.getpid()}")
    mine.touch()
    until = time.monotonic() + (0.3 if times_begun() > 2 else 10)  # the first two meet for sure
    try:
        while time.monotonic() < until:
            if len(list(Path().glob(f"on.{os.environ[VISIBLE]}.*"))) > 1:
                overflow()
            time.sleep(0.02)
    finally:
        time.sleep(0.1)  # the other one must see it, too
        mine.unlink()


def times_begun() -> int:
    return sum(len(path.read_text().split()) for path in Path().glob("*.begun"))


def wait_for_ctrl_c() -> None:
    try:
        Path(f"{os.getpid()}.waiting").touch()
        time.sleep(60)
    except KeyboardInterrupt:
        Path("kept").touch()
        raise


def hold_out() -> None:
    try:
        Path(f"{os.getpid()}.waiting").touch()
        time.sleep(60)
    except KeyboardInterrupt:
        Path("kept").touch()
        time.sleep(60)


def press(when: Callable[[], bool]) -> None:
    """Ctrl-C for this process alone, once something is so."""

    def later() -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if when():
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(0.01)

    Thread(target=later, daemon=True).start()


ACTS: dict[str, Callable[[], object]] = {
    "rest": lambda: None,
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "crash": crash,
    "crash once": crash_once,
    "crash after others": crash_after_others,
    "abort": lambda: crash(signal.SIGABRT),
    "end": lambda: crash(signal.SIGTERM),
    "leave": lambda: os._exit(3),
    "fail": fail,
    "fail oddly": fail_oddly,
    "starve": starve,
    "overflow": overflow,
    "fill": fill,
    "wait for Ctrl-C": wait_for_ctrl_c,
    "hold out": hold_out,
    "warn": lambda: warn(),
}


@pytest.fixture(autouse=True)
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, and a working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "2")
    monkeypatch.delenv(VISIBLE, raising=False)


def run(*items: Item, cards: int = 0) -> list[str]:
    return list(each(do, items, "test", "run", long=True, cards=cards))


def seen(suffix: str) -> set[str]:
    return {path.stem for path in Path().glob(f"*.{suffix}")}


# ------------------------------------------------------------------ who died --


def test_a_process_killed_for_memory_names_its_item_and_what_to_lower():
    advice = "or a smaller `batch` in its recipe"
    items = [Item("grjca, seed 2", "die", advice=advice), Item("other", for_s=0.3)]
    with pytest.raises(WorkerLostError) as failure:
        run(*items, *(Item(f"late{n}", for_s=1) for n in range(3)))
    assert str(failure.value) == (
        "the process at work on grjca, seed 2 was killed by SIGKILL: most likely the machine had "
        "no memory left; fewer processes need less: WORKERS=1 (now 2), or a smaller `batch` in its "
        "recipe"
    )
    assert "other" in seen("ended") and len(seen("begun")) < 5
    assert seen("begun") - seen("ended") == {"grjca, seed 2"}


@pytest.mark.parametrize(
    "act, said", [("crash", "was killed by SIGSEGV"), ("leave", "ended with exit code 3")]
)
def test_a_process_that_ends_otherwise_says_how(act: str, said: str):
    with pytest.raises(WorkerLostError, match=f"^the process at work on a {said}$"):
        run(Item("a", act), Item("b"))


def given_up(item: Item, reason: str) -> str:
    return f"{item.called}: {reason}"


def run_apart(*items: Item) -> list[str]:
    """Items that may crash, which are then given up."""
    return list(each(do, items, "test", apart=True, lost=given_up))


@pytest.mark.parametrize("count", ["1", "2"])
@pytest.mark.parametrize("place", [0, 2])
def test_an_item_that_crashes_two_processes_is_given_up_and_the_others_are_done(
    monkeypatch, count: str, place: int
):
    monkeypatch.setenv("WORKERS", count)
    monkeypatch.setattr(each_module, "START_S", 0)
    items = [Item(name) for name in "abcd"]
    items.insert(place, Item("bad", "crash"))
    said = "bad: the process that read it died of SIGSEGV, twice"
    assert sorted(run_apart(*items)) == ["a", "b", said, "c", "d"]
    assert Path("bad.begun").read_text() == "once\nonce\n"
    assert {Path(f"{x}.begun").read_text() for x in "abcd"} == {"once\n"}
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    "act, said",
    [
        ("abort", "the process that read it died of SIGABRT, twice"),
        ("leave", "the process that read it ended with exit code 3, twice"),
    ],
)
def test_whatever_ends_a_process_at_an_item_is_said_of_it(act: str, said: str):
    assert run_apart(Item("bad", act)) == [f"bad: {said}"]


def test_an_item_that_crashes_once_is_done_in_a_process_that_has_done_nothing():
    assert run_apart(Item("a", "crash once")) == ["a"]
    items = [Item("b"), Item("c", "crash after others"), Item("d", "crash after others")]
    assert sorted(run_apart(*items)) == ["b", "c", "d"]
    assert Path("c.begun").read_text() == "once\nonce\n"


def test_every_item_may_crash():
    said = "the process that read it died of SIGSEGV, twice"
    items = [Item(name, "crash") for name in "abc"]
    assert sorted(run_apart(*items)) == [f"{name}: {said}" for name in "abc"]


@pytest.mark.parametrize("act, said", [("die", "SIGKILL: most likely"), ("end", "SIGTERM")])
def test_what_somebody_kills_is_no_fault_of_its_item(act: str, said: str):
    with pytest.raises(WorkerLostError, match=f"^the process at work on bad was killed by {said}"):
        run_apart(Item("bad", act), Item("b"))


def test_a_process_that_cannot_start_is_no_item_s_fault(monkeypatch: pytest.MonkeyPatch):
    resource_tracker.ensure_running()  # with the executable there is now
    monkeypatch.setattr(spawn, "_python_exe", b"/bin/false")
    with pytest.raises(WorkerLostError, match=r"^a process that was starting ended with"):
        run(Item("a"), Item("b"))
    assert seen("begun") == set()


CLIP = SimpleNamespace(id="tone03")


@pytest.mark.parametrize(
    "item, name",
    [
        (SimpleNamespace(called="both, seed 1", clip=CLIP, id="x"), "both, seed 1"),
        (SimpleNamespace(clip=CLIP, id="x"), "tone03"),
        (CLIP, "tone03"),
        (Path("a/b.mp4"), "a/b.mp4"),
        ("x" * 100, "x" * 80),
    ],
)
def test_an_item_has_the_name_that_people_know(item: object, name: str):
    assert name_of(item) == name


# ------------------------------------------------------------------ what failed --


def test_the_first_failure_comes_once_what_is_in_hand_is_done():
    items = [Item("bad", "fail"), Item("good", for_s=0.5), *(Item(f"late{n}") for n in range(3))]
    with pytest.raises(ValueError, match="wrong") as failure:
        run(*items)
    assert failure.value.__notes__ == ["in clip 'x'"]
    cause = failure.value.__cause__
    assert isinstance(cause, Elsewhere) and "in fail" in str(cause)
    assert seen("begun") - seen("ended") == {"bad"} and len(seen("begun")) < 5


def test_an_error_that_cannot_be_packed_is_told():
    with pytest.raises(RuntimeError, match=r"^Odd: very odd$"):
        run(Item("a", "fail oddly"), Item("b"))


def result_that_cannot_be_packed(_: int) -> Callable[[], None]:
    return lambda: None


def test_a_result_that_cannot_be_packed_is_a_failure():
    with pytest.raises(Exception, match="result_that_cannot_be_packed"):
        list(each(result_that_cannot_be_packed, range(2), "test", long=True))


def test_without_memory_the_item_is_named_with_what_to_lower():
    with pytest.raises(MemoryError, match="no room") as failure:
        run(Item("a", "starve", advice="a smaller `batch`"), Item("b"))
    (note,) = failure.value.__notes__
    assert note == (
        "a needs more memory than there is; fewer processes need less: WORKERS=1 (now 2), "
        "or a smaller `batch`"
    )


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OutOfMemoryError("no room"), True),
        (RuntimeError("CUDA error: out of memory\nCompile with ..."), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (ValueError("CUDA error: out of memory"), False),
    ],
)
def test_a_full_card_is_told_in_many_ways(error: Exception, full: bool):
    assert card_full(error) == full


def test_ctrl_c_for_the_stage_alone_reaches_what_is_in_hand():
    press(lambda: len(seen("waiting")) == 2)
    with pytest.raises(KeyboardInterrupt):
        run(Item("a", "wait for Ctrl-C"), Item("b"), Item("c", "wait for Ctrl-C"))
    assert Path("kept").exists() and "a" not in seen("ended")
    assert multiprocessing.active_children() == []


def test_a_second_ctrl_c_does_not_wait_for_what_is_in_hand():
    press(lambda: len(seen("waiting")) == 2)
    press(lambda: Path("kept").exists())
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(Item("a", "hold out"), Item("b", "hold out"))
    assert time.monotonic() - started < 30
    for process in multiprocessing.active_children():
        process.join(5)
    assert multiprocessing.active_children() == [] and seen("ended") == set()


def test_whoever_stops_reading_leaves_no_process():
    results = each(do, [Item(f"i{n}", for_s=0.1) for n in range(9)], "test", long=True)
    assert next(results) in seen("ended")
    results.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert multiprocessing.active_children() == [] and seen("begun") == seen("ended")
    assert len(seen("begun")) < 9


# ------------------------------------------------------------------ cards --


def card(_: object) -> tuple[int, str, str]:
    time.sleep(0.1)
    return os.getpid(), os.environ[VISIBLE], os.environ["CUBLAS_WORKSPACE_CONFIG"]


def test_one_item_on_a_card_is_in_another_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORKERS", "1")
    ((pid, visible, config),) = each(card, [0], "test", cards=1)
    assert pid != os.getpid() and (visible, config) == ("0", ":4096:8")
    assert VISIBLE not in os.environ and "CUBLAS_WORKSPACE_CONFIG" not in os.environ


@pytest.mark.parametrize("listed, names", [(None, ["0", "1"]), ("5, MIG-7,9", ["5", "MIG-7"])])
def test_processes_are_dealt_out_over_the_cards_that_are_seen(monkeypatch, listed, names):
    if listed:
        monkeypatch.setenv(VISIBLE, listed)
    monkeypatch.setenv("WORKERS", "3")
    found = {(pid, visible) for pid, visible, _ in each(card, range(12), "test", cards=2)}
    assert sorted(visible for _, visible in found) == [names[0], names[0], names[1]]
    assert os.environ.get(VISIBLE) == listed


def test_a_card_has_two_processes_unless_it_is_said(monkeypatch: pytest.MonkeyPatch):
    assert processes(cards=3) == 2
    monkeypatch.delenv("WORKERS")
    assert processes(cards=3) == processes(threads=9, cards=3) == 6


def test_more_cards_than_are_seen_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VISIBLE, "4")
    with pytest.raises(ValueError, match="CUDA_VISIBLE_DEVICES='4' names 1 cards, but 2 are"):
        run(Item("a"), Item("b"), cards=2)
    assert multiprocessing.active_children() == []


def test_items_too_large_for_one_card_have_it_one_after_the_other():
    assert sorted(run(*(Item(name, "fill") for name in "abcd"), cards=1)) == list("abcd")
    assert times_begun() >= 6  # two were put back; who comes later may be alone by chance


def test_an_item_too_large_for_a_card_alone_is_a_failure_that_says_what_to_lower():
    items = [Item("vast", "overflow", for_s=0.2), *(Item(f"b{n}", for_s=0.3) for n in range(3))]
    with pytest.raises(OutOfMemoryError, match="CUDA out of memory") as failure:
        run(*items, cards=1)
    assert failure.value.__notes__ == [
        "vast needs more memory than the card has: lower `batch`, "
        "or set WORKERS=1 so that nothing else is on the card"
    ]


# ------------------------------------------------------------------ in general --


class Heard(Bar):
    """A bar that remembers what it was told."""

    def __init__(self, total: int):
        super().__init__(total, "test", "run")
        self.all: list[tuple[float, str]] = []

    def told(self, who: object, share: float, text: str) -> None:
        self.all.append((share, text))
        super().told(who, share, text)


def talk(name: str) -> str:
    for number in range(200):
        tell(number / 200, f"{name}: step {number}")
        time.sleep(0.005)
    return name


def test_what_an_item_tells_in_another_process_is_heard_but_not_too_often():
    began = time.monotonic()
    with Heard(2) as bar:
        assert sorted(pooled(talk, ["a", "b"], 2, bar)) == ["a", "b"]
    assert bar.all[0][0] == 0 and {text[:7] for _, text in bar.all} == {"a: step", "b: step"}
    lasted = time.monotonic() - began
    assert 4 <= len(bar.all) <= 2 * (lasted / GAP_S + 1)  # by each, over 1 s or more


def warn() -> None:
    logging.getLogger("stages").warning("odd %s", "rows")
    logging.getLogger("stages").warning("disk full", extra={"once": "full"})


def test_what_an_item_logs_is_in_the_log_of_its_stage_and_once_if_it_asks(caplog):
    run(Item("a", "warn"), Item("b", "warn"), Item("c", "warn"))
    said = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert sorted(said) == [
        ("stages", "WARNING", "disk full"),
        *[("stages", "WARNING", "odd rows")] * 3,
    ]


MODULE = """
import os
from stages.work.each import each

def whose(number):
    return os.getpid()

if __name__ == "__main__":
    assert os.getpid() not in set(each(whose, range(4), "test", long=True))
"""


def test_work_may_lie_in_the_module_that_is_run(tmp_path: Path):
    (tmp_path / "planted_stage.py").write_text(MODULE)
    done = subprocess.run(
        [sys.executable, "-m", "planted_stage"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


STARTING = """
import os, signal, time
from pathlib import Path
from stages.work.each import each

def rest(_):
    pass

if __name__ == "__mp_main__":
    Path(f"{os.getpid()}.starting").touch()
    time.sleep(60)  # as if it loaded libraries
if __name__ == "__main__":
    try:
        list(each(rest, range(2), "test", long=True))
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_ctrl_c_in_a_terminal_ends_processes_that_start_without_a_word(tmp_path: Path):
    (tmp_path / "slow_to_load.py").write_text(STARTING)
    with subprocess.Popen(
        [sys.executable, "-m", "slow_to_load"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as stage:
        while len(seen("starting")) < 2 and stage.poll() is None:
            time.sleep(0.02)
        os.killpg(stage.pid, signal.SIGINT)
        said = stage.communicate(timeout=20)  # ends when the last process that writes has ended
    assert (stage.returncode, *said) == (0, "interrupted\n", "")


def test_a_stage_has_its_own_ctrl_c_again_and_need_not_be_the_main_thread():
    before = signal.getsignal(signal.SIGINT)
    assert sorted(run(Item("a"), Item("b"))) == ["a", "b"]
    assert signal.getsignal(signal.SIGINT) is before
    with ThreadPoolExecutor(1) as thread:
        assert sorted(thread.submit(run, Item("c"), Item("d")).result()) == ["c", "d"]


def test_a_process_of_the_pool_loads_no_library_that_its_work_does_not():
    code = "import sys, stages.work.each, stages.work.serving; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "stages.work.serving" in done.stdout.split()
    assert not {"torch", "numpy", "distributed"} & set(done.stdout.split())
