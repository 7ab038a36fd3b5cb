"""How far a stage is: the sum of what is finished and of what is in hand."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable

import pytest
from tqdm import tqdm

from stages.work import bar as bar_module
from stages.work import progress
from stages.work.bar import Bar
from stages.work.each import each
from stages.work.progress import listening, tell


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[], str]]:
    """Draw bars of a given width, begun some s ago, at once and always; what is drawn now."""

    def width(columns: int, ago: float = 0.0) -> Callable[[], str]:
        file = io.StringIO()

        def meter(total: int, label: str, unit: str, **more: object) -> tqdm:
            more |= {"dynamic_ncols": False, "mininterval": 0, "file": file, "ncols": columns}
            made = tqdm(total=total, desc=label, unit=unit, ascii=True, **more)  # pyright: ignore
            made.start_t -= ago
            return made

        monkeypatch.setattr(bar_module, "meter", meter)
        return lambda: file.getvalue().split("\r")[-1].rstrip()

    return width


def test_shares_count_and_texts_stand_behind(drawn):
    now = drawn(200)
    with Bar(4, "train", "run") as bar:
        bar.done("first")
        bar.told("first", 0.5, "a, seed 1: {half}")
        bar.told("second", 0.25, "b, seed 1: a quarter")
        assert re.fullmatch(
            r"train:  44%\|####3     \| 1\.8/4 run \[.*<.*\] a, seed 1: \{half\}; b, seed 1: a .*",
            now(),
        )
        bar.dropped("first")  # it is put back
        assert "1.2/4" in now() and "half" not in now()
        bar.failed("a, seed 1")
        assert now().endswith("] a, seed 1 has failed, to be finished: b, seed 1: a quarter")
    with Bar(2, "train", "run") as bar:
        bar.told("first", 0.5, "half")
        bar.done("first")
        assert " 1/2 [" in now() and "half" not in now()


def test_texts_are_cut_to_the_width_of_the_terminal(drawn):
    now = drawn(60)
    with Bar(4, "train", "run") as bar:
        bar.told("first", 0.5, "x" * 100)
        assert len(now()) == 60 and now().endswith("xxx")


def test_time_left_is_that_of_all_items(drawn):
    now = drawn(200, ago=120.0)
    with Bar(10, "train", "run") as bar:
        bar.done("first")
        bar.told("second", 0.5, "half")  # 2 minutes for 1.5 of 10
        assert "[02:00<11:20]" in now()


def test_an_item_of_this_process_is_heard(drawn):
    now = drawn(200)
    said: list[str] = []

    def work(_: int) -> None:
        tell(0.5, "half of it")
        said.append(now())

    list(each(work, range(2), "test"))
    assert [text.endswith("half of it") for text in said] == [True, True]
    assert "0.5/2" in said[0] and "1.5/2" in said[1]


def test_nobody_needs_to_listen():
    tell(0.5, "half of it")


def test_what_is_told_too_often_is_not_heard(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "GAP_S", 0.1)
    heard: list[float] = []
    with listening(lambda share, _: heard.append(share)):
        for share in (-1.0, 0.5):
            tell(share, "")
        time.sleep(0.11)
        tell(2.0, "")
    tell(0.5, "")
    assert heard == [0.0, 1.0]
