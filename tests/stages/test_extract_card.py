"""A stage whose networks are in the process of a card; here the processor stands for a card."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from features.card_errors import CardError
from stages import audio, extraction
from stages.params import Extraction
from stages.paths import extracted
from stages.work import each as each_module
from stages.work.card import processes
from tests.features import written
from tests.repo import ROOT
from tests.stages.sections import choose
from tests.stages.test_ingest import run as run_ingest

pytestmark = pytest.mark.slow  # it starts processes
AUDIO = extracted("audio", "voice")
OPTIONS = {"hop_ms": 200, "floor_db": -80, "device": "cpu", "batch": 2}


def section() -> dict[str, object]:
    options = {**OPTIONS, "weights": str(written.weights("vggish"))}
    return {"reads": options["weights"], "extractor": "vggish", "options": options, "shards": 2}


def run_audio() -> dict[str, bytes]:
    audio.run(Extraction.model_validate(section()), "voice")
    return {p.name: p.read_bytes() for p in sorted(AUDIO.iterdir())}


@pytest.fixture
def ingested(corpus: Path) -> None:
    """Three tones."""
    run_ingest(corpus)
    choose(audio={"voice": section()})


@pytest.fixture
def with_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "on_cards", lambda options: processes("cpu", 1))


def test_shards_are_the_same_to_the_byte(ingested, monkeypatch):
    expected = run_audio()
    shutil.rmtree(".clip_store")
    monkeypatch.setattr(extraction, "on_cards", lambda options: processes("cpu", 1))
    monkeypatch.setattr(each_module, "START_S", 0)
    monkeypatch.setenv("WORKERS", "2")
    assert run_audio() == expected
    assert multiprocessing.active_children() == []


def test_a_clip_at_which_the_process_of_a_card_dies_is_named(ingested, with_a_card, monkeypatch):
    quick = audio.voice

    def dying(extractor, clip):
        if clip.id == "b":
            (process,) = multiprocessing.active_children()
            process.kill()
            process.join()
        return quick(extractor, clip)

    monkeypatch.setattr(audio, "voice", dying)
    with pytest.raises(CardError, match=r"lower batch of this extractor") as caught:
        run_audio()
    assert caught.value.__notes__ == ["in clip 'b', corpus/media/b.wav"]
    assert len(list(Path(".clip_store").rglob("*.h5"))) == 1  # the one before it is kept


def test_weights_that_are_missing_are_named_before_any_clip(ingested, with_a_card):
    params = section()
    params["options"] = OPTIONS | {"weights": "nowhere.pt"}
    with pytest.raises(FileNotFoundError, match=r"no weights file nowhere\.pt; get it with") as e:
        choose(audio={"voice": params | {"reads": "nowhere.pt"}})
        audio.run(Extraction.model_validate(params | {"reads": "nowhere.pt"}), "voice")
    assert not hasattr(e.value, "__notes__")


# -------------------------------------------------------------- nothing outlives it --

SLOW = """
import time
from stages import audio, extraction
from stages.command import main
from stages.work import each as each_module
from stages.work.card import processes

quick = audio.voice

def voice(extractor, clip):
    found = quick(extractor, clip)
    with open("begun.txt", "a") as file:
        file.write(clip.id + "\\n")
    time.sleep(60 if clip.id == "c" else 0)
    return found

def run():
    each_module.START_S = 0  # other processes are used for any amount of work
    audio.voice, extraction.on_cards = voice, lambda options: processes("cpu", 1)
    main("audio", audio.Extraction, audio.run, "stream")
"""


@pytest.fixture
def busy(ingested: None) -> subprocess.Popen[str]:
    """The stage in a process group of its own, in the middle of its last clip."""
    Path("slow.py").write_text(SLOW)
    process = subprocess.Popen(
        [sys.executable, "-c", "import slow; slow.run()", "voice"],
        env={**os.environ, "WORKERS": "2", "PYTHONPATH": f"{Path.cwd()}:{ROOT}"},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    begun = Path("begun.txt")
    while process.poll() is None and not (begun.exists() and "c" in begun.read_text()):
        time.sleep(0.01)
    return process


def ended(group: int) -> bool:
    """Whether no process of a group is left, within 10 s."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_leaves_no_process_and_keeps_what_is_finished(busy):
    os.killpg(busy.pid, signal.SIGINT)
    _, said = busy.communicate(timeout=30)
    assert busy.returncode == 130 and "interrupted; every finished clip is kept" in said
    assert ended(busy.pid)
    assert 1 <= len(list(Path(".clip_store").rglob("*.h5"))) <= 2


def test_a_stage_that_is_killed_leaves_no_process(busy):
    busy.kill()
    busy.communicate(timeout=30)  # ends when the last process that writes to it has ended
    assert ended(busy.pid)
