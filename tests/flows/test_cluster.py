"""Clips on a Dask cluster: a real scheduler and real workers, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from features.track import keep_track
from features.words import keep_words
from stages import transcripts
from stages.clips import read_clips
from stages.extraction import extract
from stages.params import Extraction
from stages.paths import TRAIN
from stages.work import cluster
from stages.work.batches import ClusterError, size
from stages.work.each import each
from stages.work.inside import KEPT, Refused
from tests.flows.lab import Lab
from tests.repo import OURS, PARAMS, ROOT
from tests.stages.conftest import write_tone
from tests.stages.planted import lay_clips, lay_grid, params, write_params
from tests.stages.test_ingest import run as run_ingest
from tests.stages.test_jobs import anew as trained_anew
from tests.stages.test_jobs import run as train_all

CLIPS = [f"tone{n:02d}" for n in range(8)]
PLANTED = """
import os, time
from stages.audio import voice
from stages.transcripts import spoken

def begin(clip):
    with open("begun.txt", "a") as file:
        file.write(clip.id + "\\n")
    time.sleep(0.2)
    if os.path.exists("deadly.txt") and open("deadly.txt").read() == clip.id:
        os.kill(os.getpid(), 9)

def voice_slowly(extractor, clip):
    begin(clip)
    return voice(extractor, clip)

def spoken_slowly(extractor, clip):
    begin(clip)
    return spoken(extractor, clip)

def nap(seconds):
    time.sleep(seconds)
    with open("ended.txt", "a") as file:
        file.write(f"{seconds}\\n")

def starve(name):
    raise MemoryError(f"no room for {name}")

def hold(how):
    if how == "not":
        return
    with open("held.txt", "w") as file:
        file.write(str(os.getpid()))
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        if how == "dies":
            os.kill(os.getpid(), 9)
        raise
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module that every process can import, which extracts slowly."""
    folder = tmp_path_factory.mktemp("module")
    (folder / "planted.py").write_text(PLANTED)
    return folder


@pytest.fixture(scope="module")
def lab(module: Path) -> Iterator[Lab]:
    """Two machines. Leave it with them."""
    made = Lab(module)
    yield made.of(2)
    made.close()


def ingested(folder: Path, module: Path, patch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a corpus of 8 short tones, ingested."""
    patch.chdir(folder)
    patch.setenv("WORKERS", "1")
    patch.setenv("CLIP_STORE", "here")
    patch.syspath_prepend(module)
    for number, name in enumerate(CLIPS):
        write_tone(Path(f"corpus/media/{name}.wav"), 200.0 + 10 * number, 0.2)
        words = Path(f"corpus/transcripts/{name}.csv")
        words.parent.mkdir(exist_ok=True)
        words.write_text(f"word,start,end\n{name},0.0,0.1\n")
    run_ingest(Path("corpus"))
    for fresh in (transcripts.files, transcripts.sentences):
        fresh.cache_clear()  # each stage is a process of its own


@pytest.fixture
def folder(tmp_path: Path, module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingested(tmp_path, module, monkeypatch)


def run(kind: str = "transcripts") -> dict[str, bytes]:
    """A stage of slow clips; its shards."""
    import planted

    section, ask, keep = {
        "audio": (PARAMS["audio"]["voice"], planted.voice_slowly, keep_track),
        "transcripts": (PARAMS["transcripts"], planted.spoken_slowly, keep_words),
    }[kind]
    sources = {clip: clip.sha256 for clip in read_clips()}
    out = Path("data", kind)
    shutil.rmtree(out, ignore_errors=True)
    extract(kind, Extraction(**section), sources, ask, keep, out)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def begun() -> list[str]:
    return Path("begun.txt").read_text().split() if Path("begun.txt").exists() else []


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, module: Path) -> dict[str, dict[str, bytes]]:
    """What one machine makes alone: {stage: shards}."""
    with pytest.MonkeyPatch.context() as patch:
        ingested(tmp_path_factory.mktemp("alone"), module, patch)
        return {kind: run(kind) for kind in ("audio", "transcripts")}


def kept() -> int:
    return len(list(Path("here").glob("??/[!.]*.h5")))


def wait_until(so: Callable[[], object], within_s: float = 20) -> None:
    until = time.monotonic() + within_s
    while not so():
        assert time.monotonic() < until
        time.sleep(0.02)


class Meanwhile(Thread):
    """Do something once three clips are in the store."""

    def __init__(self, act: Callable[[], object]):
        super().__init__()
        self.act = act
        self.start()

    def run(self) -> None:
        while kept() < 3:
            time.sleep(0.01)
        self.act()


def killing(process: subprocess.Popen[bytes]) -> Meanwhile:
    return Meanwhile(partial(os.killpg, process.pid, signal.SIGKILL))


def test_a_cluster_makes_the_bytes_that_one_machine_makes(folder, lab, expected, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    assert run("audio") == expected["audio"]
    assert sorted(begun()) == CLIPS
    assert [p for place in ("data", "here") for p in Path(place).glob(".seen-*")] == []


def test_trainings_on_a_cluster_have_the_bytes_of_one_machine(tmp_path, lab, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    lay_clips()
    lay_grid()
    write_params(params())
    expected = trained_anew(monkeypatch, "alone")
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    assert trained_anew(monkeypatch, "shared") == expected and len(expected) == 6 * 3
    alone, shared = (
        {path.name: path.read_bytes() for path in Path(store).glob("jobs/??/*.zip")}
        for store in ("alone", "shared")
    )
    assert alone == shared and len(shared) == 6
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    shutil.rmtree(TRAIN)
    assert train_all() == expected, "nobody asks where a job was done"


def test_a_clip_that_fails_is_named_once_and_tried_once(folder, lab, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    Path("corpus/transcripts/tone03.csv").write_text("word,start,end\nwell,soon,later\n")
    with pytest.raises(ValueError, match=r"tone03\.csv") as failure:
        run()
    assert failure.value.__notes__ == ["in clip 'tone03', corpus/media/tone03.wav"]
    assert begun().count("tone03") == 1 and kept() >= 1


def test_a_worker_that_is_killed_changes_no_byte(folder, lab, expected, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    third = lab.machine()
    lab.client.wait_for_workers(3, timeout=30)
    killed = killing(third)
    assert run() == expected["transcripts"]
    killed.join()
    assert set(begun()) == set(CLIPS) and third.wait() == -signal.SIGKILL


def test_a_clip_that_kills_its_workers_is_named_in_the_end(folder, lab, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    Path("deadly.txt").write_text("tone05")
    with pytest.raises(ClusterError, match=r"4 workers died, .*: tone05;"):
        run()
    assert begun().count("tone05") == 4
    lab.client.wait_for_workers(2, timeout=30)


def test_no_long_item_waits_for_a_worker_while_another_is_idle(folder, lab, monkeypatch):
    import planted

    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    items = [3.0, 0.1, 0.1, 0.1, 0.1]
    assert list(each(planted.nap, items, "test", long=True)) == [None] * 5
    assert [float(s) for s in Path("ended.txt").read_text().split()] == [*items[1:], 3.0]


def test_a_worker_that_comes_later_helps_with_long_items_at_once(folder, module, monkeypatch):
    import planted

    with closing(Lab(module).of(1)) as small:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", small.address)
        results = each(planted.nap, [0.2, 60.0, 0.1], "test", long=True)
        next(results)
        small.machine()
        next(results)
        assert "0.1" in Path("ended.txt").read_text().split()
        results.close()


def holding(how: str) -> tuple[Iterator[None], Path]:
    """A stage that has a long item in hand on a worker, and what stands for its process."""
    import planted

    results, held = each(planted.hold, ["not", how], "test", long=True), Path("held.txt")
    next(results)
    wait_until(lambda: held.exists() and held.read_text())
    return results, Path("/proc", held.read_text())


@pytest.mark.parametrize("how", ["ends", "dies"])
def test_a_stage_that_ends_interrupts_what_is_in_hand_but_no_worker(folder, lab, monkeypatch, how):
    import planted

    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    workers = lab.client.run(os.getpid)
    results, process = holding(how)
    results.close()
    wait_until(lambda: not process.exists())
    assert list(each(planted.nap, [0.1, 0.1], "test", long=True)) == [None, None]
    assert lab.client.run(os.getpid) == workers


def test_what_is_in_hand_ends_with_its_stage_though_others_took_its_place(folder, lab, monkeypatch):
    import planted

    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    results, process = holding("ends")
    others = [each(planted.nap, [0.1, 0.1], "test", long=True) for _ in range(KEPT)]
    for other in others:
        next(other)
    assert process.exists()
    results.close()
    wait_until(lambda: not process.exists())
    assert [list(other) for other in others] == [[None]] * KEPT


def test_an_item_without_memory_on_a_worker_is_named(folder, lab, monkeypatch):
    import planted

    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    with pytest.raises(MemoryError, match="no room for tone05") as failure:
        list(each(planted.starve, ["tone05"], "test"))
    (note,) = failure.value.__notes__
    assert note.startswith("tone05 needs more memory than there is; fewer workers")


def test_without_its_scheduler_a_stage_ends_and_what_is_finished_is_kept(
    folder, module, expected, monkeypatch
):
    with closing(Lab(module).of(1)) as doomed:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", doomed.address)
        killed = killing(doomed.scheduler)
        started = time.monotonic()
        with pytest.raises(ClusterError, match="is lost; every finished clip is kept"):
            run()
        assert time.monotonic() - started < 20
        killed.join()
    finished = kept()
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    Path("begun.txt").unlink()
    assert run() == expected["transcripts"]
    assert len(begun()) == len(CLIPS) - finished <= 5


def test_a_worker_of_another_version_is_refused_by_name(folder, lab, module, monkeypatch):
    other = module / "other"
    for name in OURS:
        shutil.copytree(ROOT / name, other / name)
    track = other / "features/track.py"
    track.write_text(track.read_text() + "\nCHANGED = True\n")
    library = other / "av-1.0.dist-info"
    library.mkdir()
    (library / "METADATA").write_text("Metadata-Version: 2.1\nName: av\nVersion: 1.0\n")
    stranger = lab.machine(path=f"{module}:{other}")
    lab.client.wait_for_workers(3, timeout=30)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lab.address)
    with pytest.raises(Refused, match=r"refused: av is 1\.0, not .*, features/track.py differs"):
        run()
    assert begun() == []
    os.killpg(stranger.pid, signal.SIGKILL)


def test_a_scheduler_outside_a_checkout_is_told_where_to_start(folder, module, monkeypatch):
    with closing(Lab(module, scheduler=str(module)).of(1)) as away:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", away.address)
        with pytest.raises(ClusterError, match=r"is not in a checkout: .*start it in one"):
            run()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere"])
def test_a_scheduler_that_does_not_answer_is_named_in_time(folder, monkeypatch, address):
    monkeypatch.setattr(cluster, "ANSWER_S", 1.0)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    started = time.monotonic()
    with pytest.raises(ClusterError, match=f"no Dask scheduler answers at .*{address}"):
        run()
    assert time.monotonic() - started < 5


def test_a_stage_that_uses_this_machine_alone_loads_no_scheduler():
    code = "import sys, stages.audio; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert not {"prefect", "distributed", "flows"} & set(done.stdout.split())


def test_batches_last_tens_of_seconds_and_shrink_towards_the_end():
    assert size(1000, 2, None) == 1
    assert size(1000, 2, 0.1) == 200  # 20 s
    assert size(1000, 2, 60.0) == 1
    assert size(101, 2, 0.1) == 26  # two for each of two workers
    assert size(3, 2, 0.1) == 1
