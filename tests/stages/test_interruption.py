"""Whatever stops an extraction, what was finished is kept and what comes out is the same."""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from features.shards import ShardError, writing
from features.shards.record import FORMAT
from features.store import Store
from features.store.__main__ import main as store_main
from stages import align, audio, clip_job, paths
from stages.rules import Stream
from stages.work import each as each_module
from tests.repo import PARAMS, ROOT
from tests.stages.conftest import write_tone
from tests.stages.sections import choose
from tests.stages.sections import extraction as section
from tests.stages.test_ingest import run as run_ingest

AUDIO, ALIGNED = paths.extracted("audio", "voice"), paths.aligned("voice")
AFTER = ["audio", "ingest", "provenance", "rejected"]  # folders in data/ once it has run
CLIPS = [f"tone{n:02d}" for n in range(12)]
FORK = multiprocessing.get_context("fork")  # libraries are loaded once, in this process


def tones(folder: Path, names: list[str], seconds: float) -> None:
    """A tone each, of a frequency that the name alone decides."""
    for name in names:
        write_tone(folder / "media" / f"{name}.wav", 200.0 + 10 * int(name.lstrip("tone")), seconds)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a corpus of 12 short tones, ingested."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "0")
    monkeypatch.setenv("CLIP_STORE", str(tmp_path / "store"))
    tones(tmp_path / "corpus", CLIPS, 0.2)
    run_ingest(Path("corpus"))
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[str]]:
    """The clips extracted since it was last asked, in this process and those forked from it."""
    log = tmp_path / "made.txt"
    make = clip_job.make

    def logged(job: clip_job.Job) -> None:
        with log.open("a") as file:
            file.write(f"{job.clip.id}\n")
        make(job)

    def asked() -> list[str]:
        found = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(found)

    monkeypatch.setattr(clip_job, "make", logged)
    return asked


def run_audio(**options: object) -> None:
    audio.run(section("audio", "voice", **options), "voice")


def shards(folder: Path = AUDIO) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())} if folder.exists() else {}


def anew(monkeypatch: pytest.MonkeyPatch, store: Path) -> dict[str, bytes]:
    """The shards of a run that starts with nothing, filling `store`."""
    monkeypatch.setenv("CLIP_STORE", str(store))
    shutil.rmtree(AUDIO, ignore_errors=True)
    run_audio()
    return shards()


def entries(store: Path) -> dict[str, int]:
    """{entry: inode}: an entry that is written again is another file, reading only marks it."""
    return {p.name: p.stat().st_ino for p in store.glob("??/[!.]*.h5")}


def others(store: Path) -> list[Path]:
    """Whatever lies beside the entries of a store and is none."""
    return [p for p in store.glob("??/*") if p.is_file() and p.name not in entries(store)]


def killed_at(call: int, work: Callable[..., object], *args: object) -> object:
    """`work`, unless it is the given call in this process: that one is killed instead."""
    killed_at.calls = getattr(killed_at, "calls", 0) + 1
    if killed_at.calls == call:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(*args)


def forked(work: Callable[[], None]) -> multiprocessing.context.ForkProcess:
    process = FORK.Process(target=work)
    process.start()
    return process


# ------------------------------------------------------------------ SIGKILL --


def test_killed_at_any_of_20_moments_it_goes_on_where_it_was(folder, made, monkeypatch):
    expected = anew(monkeypatch, folder / "whole")
    started = time.monotonic()
    anew(monkeypatch, folder / "timed")
    lasted = time.monotonic() - started
    drawn = random.Random(3)
    counts = []
    for moment in range(20):
        store = folder / f"store{moment}"
        monkeypatch.setenv("CLIP_STORE", str(store))
        shutil.rmtree(AUDIO)
        process = forked(run_audio)
        time.sleep(lasted * (moment + drawn.random()) / 20)
        process.kill()
        process.join()
        kept = entries(store)
        counts.append(len(kept))
        assert shards() in ({}, expected)
        made()
        run_audio()
        assert shards() == expected
        assert len(made()) == len(CLIPS) - len(kept)
        assert kept.items() <= entries(store).items() and len(entries(store)) == len(CLIPS)
    assert any(0 < count < len(CLIPS) for count in counts), counts


MOMENTS = [(Store, "get", 1), (Store, "get", 12), (writing, "digest", 1), (writing, "digest", 12)]


@pytest.mark.parametrize("where, name, call", [*MOMENTS, (writing, "seal", 3)])
def test_killed_while_packing_it_leaves_the_old_shards_or_none(
    folder, made, monkeypatch, where, name, call
):
    expected = anew(monkeypatch, folder / "store")
    run_audio(n_mels=32)
    old = shards()
    made()

    def dying() -> None:
        work = getattr(where, name)
        monkeypatch.setattr(where, name, lambda *args: killed_at(call, work, *args))
        run_audio()

    process = forked(dying)
    process.join()
    assert process.exitcode == -signal.SIGKILL and shards() == old
    run_audio()
    assert shards() == expected and made() == []
    assert sorted(p.name for p in Path("data").iterdir()) == AFTER


@pytest.mark.parametrize("call", [1, 2])
def test_killed_while_the_folder_is_replaced_it_is_whole_or_not_there(
    folder, made, monkeypatch, call
):
    expected = anew(monkeypatch, folder / "store")
    run_audio(n_mels=32)
    old = shards()
    made()

    def dying() -> None:
        rename = Path.rename
        monkeypatch.setattr(Path, "rename", lambda *args: killed_at(call, rename, *args))
        run_audio()

    process = forked(dying)
    process.join()
    assert process.exitcode == -signal.SIGKILL and shards() == (old if call == 1 else {})
    run_audio()
    assert shards() == expected and made() == []
    assert sorted(p.name for p in Path("data").iterdir()) == AFTER


# ------------------------------------------------------------------ Ctrl-C --

SLOW = """
import os, time
from stages import audio
from stages.work import each as each_module
from stages.command import main

quick = audio.voice

def voice(extractor, clip):
    with open("begun.txt", "a") as file:
        file.write(clip.id + "\\n")
    time.sleep(0.1)
    return quick(extractor, clip)

def run():
    each_module.START_S = 0  # all processes are used for any amount of work
    audio.voice = voice
    main("audio", audio.Extraction, audio.run, "stream")
"""


def started(folder: Path, workers: int) -> subprocess.Popen[str]:
    """The stage in a process group of its own, slowed down, once some clips are in the store."""
    shutil.copy(ROOT / "params.yaml", folder)
    (folder / "slow.py").write_text(SLOW)
    process = subprocess.Popen(
        [sys.executable, "-c", "import slow; slow.run()", "voice"],
        env={**os.environ, "WORKERS": str(workers), "PYTHONPATH": f"{folder}:{ROOT}"},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while len(entries(folder / "store")) < 3 and process.poll() is None:
        time.sleep(0.005)
    return process


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_loses_the_clips_in_flight_and_leaves_nothing_half_written(folder, made, workers):
    process = started(folder, workers)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "interrupted; every finished clip is kept" in said
    kept = entries(folder / "store")
    begun = Path("begun.txt").read_text().split()
    assert 3 <= len(kept) < len(CLIPS) and len(begun) - len(kept) <= workers
    assert others(folder / "store") == [] and shards() == {}
    run_audio()
    assert len(made()) == len(CLIPS) - len(kept)
    assert kept.items() <= entries(folder / "store").items()


def test_workers_do_not_outlive_a_killed_stage(folder):
    process = started(folder, 2)
    process.kill()
    process.communicate(timeout=20)  # ends when the last process that writes to it has ended
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.killpg(process.pid, 0)
            time.sleep(0.05)


# ------------------------------------------------------------------ the same bytes --


def test_any_number_of_workers_makes_the_same_bytes(folder, monkeypatch):
    expected = anew(monkeypatch, folder / "one")
    pooled, shared = each_module.pooled, []

    def counted(work, items, count, *more):
        shared.append((len(items), count))
        return pooled(work, items, count, *more)

    monkeypatch.setattr(each_module, "START_S", 0)
    monkeypatch.setattr(each_module, "pooled", counted)
    for workers in (2, 4):
        monkeypatch.setenv("WORKERS", str(workers))
        assert anew(monkeypatch, folder / f"store{workers}") == expected
    assert shared == [(12, 2), (12, 4)]


def test_the_order_in_which_files_came_changes_no_byte(folder, monkeypatch):
    expected = anew(monkeypatch, folder / "one")
    shutil.rmtree("corpus")
    tones(folder / "corpus", random.Random(5).sample(CLIPS, len(CLIPS)), 0.2)
    run_ingest(Path("corpus"))
    assert anew(monkeypatch, folder / "two") == expected


# ------------------------------------------------------------------ one store for two --


def clone(folder: Path, name: str) -> Path:
    """Another working folder for the same corpus and the same store."""
    (folder / name / "data").mkdir(parents=True)
    (folder / name / "corpus").symlink_to(folder / "corpus")
    shutil.copytree(folder / "data/ingest", folder / name / "data/ingest")
    return folder / name


def in_folder(place: Path, work: Callable[[], None]) -> None:
    os.chdir(place)
    work()


def test_two_that_fill_one_store_make_no_clip_wrong_and_none_more_than_twice(
    folder, made, monkeypatch
):
    expected = anew(monkeypatch, folder / "alone")
    monkeypatch.setenv("CLIP_STORE", str(folder / "store"))
    made()
    places = [clone(folder, "one"), clone(folder, "two")]
    processes = [forked(partial(in_folder, place, run_audio)) for place in places]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert [shards(place / AUDIO) for place in places] == [expected, expected]
    found = made()
    assert set(found) == set(CLIPS) and max(map(found.count, CLIPS)) <= 2
    assert others(folder / "store") == []


def test_one_of_two_killed_leaves_nothing_that_stops_the_other_or_stays(folder, made, monkeypatch):
    expected = anew(monkeypatch, folder / "alone")
    store = folder / "store"
    monkeypatch.setenv("CLIP_STORE", str(store))
    made()

    def dying() -> None:  # with an entry's file written and not yet renamed
        seal = writing.seal
        monkeypatch.setattr(writing, "seal", lambda path: killed_at(5, seal, path))
        run_audio()

    places = [clone(folder, "one"), clone(folder, "two")]
    works = (dying, run_audio)
    processes = [forked(partial(in_folder, p, w)) for p, w in zip(places, works, strict=True)]
    for process in processes:
        process.join()
    assert [p.exitcode for p in processes] == [-signal.SIGKILL, 0]
    assert shards(places[1] / AUDIO) == expected
    found = made()
    assert set(found) == set(CLIPS) and max(map(found.count, CLIPS)) <= 2
    left = others(store)
    assert [p.suffix for p in left] == [".part"]
    assert store_main(["--store", str(store), "prune"]) == 0
    assert others(store) == left  # its writer may be at work still
    os.utime(left[0], (0, 0))
    assert store_main(["--store", str(store), "prune"]) == 0
    assert others(store) == [] and len(entries(store)) == len(CLIPS)


# ------------------------------------------------------------------ damage --


def flipped(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def newer(data: bytes) -> bytes:
    return data.replace(FORMAT.encode(), b"va-shard 9", 1)


DAMAGE = {"damaged or cut off": flipped, "is damaged": cut, "of format 'va-shard 9'": newer}


@pytest.mark.parametrize("said, damage", DAMAGE.items(), ids=lambda x: getattr(x, "__name__", ""))
def test_a_bad_entry_is_named_and_made_anew(folder, made, monkeypatch, caplog, said, damage):
    expected = anew(monkeypatch, folder / "store")
    entry = sorted((folder / "store").glob("??/*.h5"))[4]
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    made()
    with caplog.at_level(logging.WARNING):
        run_audio()
    assert shards() == expected and len(made()) == 1
    assert entry.name in caplog.text and said in caplog.text
    assert entry.read_bytes() == whole


@pytest.mark.parametrize("said, damage", DAMAGE.items(), ids=lambda x: getattr(x, "__name__", ""))
def test_the_next_stage_refuses_a_bad_shard_and_says_what_to_do(folder, said, damage):
    run_audio()
    choose(grid=PARAMS["grid"])
    stream = Stream(**PARAMS["align"]["voice"])
    align.run(stream, "voice")
    before = shards(ALIGNED)
    shard = AUDIO / "001.h5"
    shard.write_bytes(damage(shard.read_bytes()))
    with pytest.raises(ShardError) as caught:
        align.run(stream, "voice")
    for part in (str(shard), said, "dvc checkout --force", "dvc pull", "make it anew"):
        assert part in str(caught.value)
    assert shards(ALIGNED) == before
