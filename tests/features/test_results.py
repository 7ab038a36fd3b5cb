"""Results of jobs: whatever becomes of the bytes or the disk, they are right or it is said."""

from __future__ import annotations

import errno
import json
import logging
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from features.store import Results
from features.store.__main__ import main
from features.store.packing import SEAL, DamagedError, packed, unpacked, unsealed

KEY, OTHER = "ab" * 32, "cd" * 32
ABOUT = {"kind": "train", "head": "concat"}
FILES = {"weights.safetensors": bytes(range(97)), "run.json": b"{}\n", "each/history.csv": b""}
STATE = bytes(range(89))
DAY = 86_400


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "store")


@pytest.fixture
def entry(results: Results) -> Path:
    """A job's result in the store."""
    assert results.put(KEY, ABOUT, FILES)
    return results.root / "jobs/ab" / f"{KEY}.zip"


@pytest.fixture
def checkpoint(results: Results) -> Path:
    """A checkpoint in the store."""
    assert results.keep_checkpoint(KEY, STATE)
    return results.root / "jobs/ab" / f"{KEY}.checkpoint"


def left(results: Results) -> list[Path]:
    return sorted(path for path in results.root.rglob("*") if path.is_file())


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


# ------------------------------------------------------------------ kept --


def test_what_is_put_in_comes_out(results):
    assert not results.has(KEY) and results.get(KEY) is None
    assert results.put(KEY, ABOUT, FILES)
    assert results.has(KEY) and results.get(KEY) == FILES
    assert not results.has(OTHER) and results.get(OTHER) is None
    assert [path.name for path in left(results)] == [f"{KEY}.zip"]


def test_the_same_files_are_the_same_bytes_whenever_and_in_whatever_order(entry, results):
    whole = entry.read_bytes()
    assert b"1980" not in whole and packed(KEY, ABOUT, dict(reversed(FILES.items()))) == whole
    assert results.put(KEY, dict(reversed(ABOUT.items())), FILES) and entry.read_bytes() == whole
    assert packed(KEY, ABOUT, {**FILES, "run.json": b"[]\n"}) != whole


def test_anybody_can_unpack_an_entry(entry):
    with ZipFile(entry) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["about.json", *sorted(FILES)]
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_checkpoint_takes_the_place_of_the_one_before_until_it_is_forgotten(results):
    assert results.checkpoint(KEY) is None
    results.forget_checkpoint(KEY)
    for content in (STATE, b"", STATE[:7]):
        assert results.keep_checkpoint(KEY, content) and results.checkpoint(KEY) == content
    assert not results.has(KEY) and results.checkpoint(OTHER) is None
    results.forget_checkpoint(KEY)
    assert results.checkpoint(KEY) is None and left(results) == []


def test_the_results_are_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CLIP_STORE", str(tmp_path / "lab"))
    assert Results().root == tmp_path / "lab"
    monkeypatch.delenv("CLIP_STORE")
    assert str(Results().root) == ".clip_store"


@pytest.mark.parametrize("key", ["", "ab", "AB" * 32, "../" + "a" * 61, "ab" * 32 + "\n"])
def test_what_is_no_key_is_refused(results, key):
    for use in (results.has, results.get, results.checkpoint, results.forget_checkpoint):
        with pytest.raises(ValueError, match="expected a key of 64 hex digits"):
            use(key)


@pytest.mark.parametrize("name", ["about.json", "", "/x", "../x", "x/../../y", "x//y", "x\\y"])
def test_a_name_that_leads_elsewhere_is_refused(results, name):
    with pytest.raises(ValueError, match="cannot be the name of a file of a job"):
        results.put(KEY, ABOUT, {name: b""})
    assert left(results) == []


@pytest.mark.parametrize("what", ["entry", "checkpoint"])
def test_reading_counts_as_use(results, request, what):
    path = request.getfixturevalue(what)
    os.utime(path, (0, 0))
    assert results.get(KEY) or results.checkpoint(KEY)
    assert time.time() - path.stat().st_mtime < 60


# ------------------------------------------------------------------ damage --


@pytest.mark.parametrize("what, read", [("entry", unpacked), ("checkpoint", unsealed)])
def test_every_byte_that_is_another_is_told(request, what, read: Callable[[Path], object]):
    path = request.getfixturevalue(what)
    whole = path.read_bytes()
    for place in range(len(whole)):
        for bit in (1, 32, 128):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            with pytest.raises(DamagedError) as told:
                read(path)
            assert str(path) in str(told.value)


@pytest.mark.parametrize("what, read", [("entry", unpacked), ("checkpoint", unsealed)])
def test_every_byte_that_is_missing_or_too_many_is_told(request, what, read):
    path = request.getfixturevalue(what)
    whole = path.read_bytes()
    for other in (*(whole[:end] for end in range(len(whole))), whole + b"\0", b"\n" + whole):
        path.write_bytes(other)
        with pytest.raises(DamagedError, match=path.name):
            read(path)


def test_a_damaged_entry_is_named_dropped_and_made_anew(results, entry, caplog):
    whole = entry.read_bytes()
    entry.write_bytes(whole[:-1])
    assert results.has(KEY) and results.get(KEY) is None
    (said,) = caplog.messages
    assert "dropped a damaged result in the store, it is made again" in said and str(entry) in said
    assert not results.has(KEY)
    assert results.put(KEY, ABOUT, FILES) and entry.read_bytes() == whole


def test_a_damaged_checkpoint_is_named_and_removed(results, checkpoint, caplog):
    checkpoint.write_bytes(checkpoint.read_bytes() + b"?")
    assert results.checkpoint(KEY) is None and left(results) == []
    (said,) = caplog.messages
    assert "dropped a damaged checkpoint" in said and str(checkpoint) in said
    assert "training starts anew" in said


def test_an_entry_under_another_name_is_damage(results, entry, caplog):
    place = results.path(OTHER)
    place.parent.mkdir()
    entry.rename(place)
    assert results.get(OTHER) is None and f"it is the entry of {KEY}" in caplog.text


@pytest.mark.parametrize("name", ["../x", "/x"])
def test_an_entry_that_would_write_elsewhere_is_damage(results, entry, caplog, name):
    """Somebody made it so, seal and all."""
    top = {"key": KEY, "about": ABOUT, "files": {name: sha256(b"1").hexdigest()}}
    with ZipFile(entry, "w") as archive:
        archive.comment = bytes(SEAL)
        archive.writestr("about.json", json.dumps(top))
        archive.writestr(name, b"1")
    body = entry.read_bytes()[:-SEAL]
    entry.write_bytes(body + b"va-job 1 sha256 " + sha256(body).hexdigest().encode())
    assert results.get(KEY) is None
    assert f"{entry}: its {name!r} is not the one that was put in" in caplog.text


# ------------------------------------------------------------------ disks --


def test_a_disk_that_fails_costs_a_warning_and_no_entry(
    results, entry, checkpoint, caplog, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        assert results.get(KEY) is results.checkpoint(KEY) is None
    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_file", refuse)
        assert results.has(KEY) is False
    assert len(caplog.messages) == 3 and caplog.text.count("cannot be read") == 3
    assert results.get(KEY) == FILES and results.checkpoint(KEY) == STATE


@pytest.mark.parametrize("where, name", [(Path, "mkdir"), (Path, "replace"), (os, "fsync")])
def test_a_store_that_takes_nothing_is_said_once(results, caplog, monkeypatch, where, name):
    with monkeypatch.context() as patch:
        patch.setattr(where, name, refuse)
        for key in (KEY, OTHER):
            assert not results.put(key, ABOUT, FILES) and not Results(results.root).has(key)
            assert not results.keep_checkpoint(key, STATE)
    kept, saved = caplog.messages
    assert "it has to be made again" in kept
    assert "training goes on, but an interruption would cost all since the last one that is" in (
        saved
    )
    assert all("Input/output error" in said and str(results.root) in said for said in (kept, saved))
    assert left(results) == []
    assert results.put(KEY, ABOUT, FILES) and results.keep_checkpoint(KEY, STATE)


def test_a_store_that_is_a_file_holds_nothing_and_takes_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("not a folder")
    results = Results(tmp_path / "file")
    assert not results.has(KEY) and results.get(KEY) is results.checkpoint(KEY) is None
    results.forget_checkpoint(KEY)
    assert caplog.messages == []
    assert not results.put(KEY, ABOUT, FILES) and not results.keep_checkpoint(KEY, STATE)
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_read_only_store_gives_what_it_has(results, entry, checkpoint, caplog, monkeypatch):
    for where, name in ((Path, "mkdir"), (Path, "unlink"), (os, "utime")):
        monkeypatch.setattr(where, name, refuse)
    assert results.get(KEY) == FILES and results.checkpoint(KEY) == STATE
    assert caplog.messages == []
    results.forget_checkpoint(KEY)
    assert "a checkpoint that is no longer needed stays in the store" in caplog.text
    entry.write_bytes(b"")
    assert results.get(KEY) is None and str(entry) in caplog.text


def full(root: Path) -> None:
    """A disk on which a file has room for 1000 bytes, in a process of its own."""
    logging.disable()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    results, large = Results(root), bytes(5000)
    taken = results.put(OTHER, ABOUT, {"x": large}), results.keep_checkpoint(KEY, large)
    os._exit(taken != (False, False))


def test_on_a_full_disk_what_was_kept_stays_and_nothing_half_written(results, entry, checkpoint):
    process = multiprocessing.get_context("fork").Process(target=full, args=(results.root,))
    process.start()
    process.join()
    assert process.exitcode == 0 and left(results) == sorted([entry, checkpoint])
    assert results.get(KEY) == FILES and results.checkpoint(KEY) == STATE


# ------------------------------------------------------------------ command line --


def run(results: Results, *arguments: object) -> int:
    return main(["--store", str(results.root), *map(str, arguments)])


@pytest.fixture
def former(results: Results) -> Path:
    """A training of the version before this, which was damaged."""
    path = results.root / "runs/ef" / f"{'ef' * 32}.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"~" * 11)
    return path


def test_stats_counts_jobs_by_kind_and_head(results, entry, checkpoint, former, capsys):
    results.put(OTHER, {"kind": "evaluate", "head": "grjca"}, FILES)
    assert run(results, "stats") == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert "4 entries" in first
    assert [" ".join(line.split()) for line in rest] == [
        f"checkpoint 1 {checkpoint.stat().st_size} B",
        f"evaluate grjca 1 {results.path(OTHER).stat().st_size} B",
        f"train concat 1 {entry.stat().st_size} B",
        "train (former version) 1 11 B",
    ]


def test_verify_names_damaged_jobs_and_reads_none_of_the_version_before(
    results, entry, checkpoint, former, capsys
):
    assert run(results, "verify") == 0
    assert "3 entries, 0 damaged" in capsys.readouterr().out
    for path in (entry, checkpoint):
        path.write_bytes(path.read_bytes()[:-1] + b"~")
    assert run(results, "verify") == 1 and run(results, "stats") == 0
    said = capsys.readouterr().out
    assert str(entry) in said and str(checkpoint) in said and str(former) not in said
    assert "3 entries, 2 damaged" in said


def test_an_entry_that_is_no_zip_is_counted_as_damaged(results, entry, capsys):
    entry.write_bytes(b"<html>disk quota exceeded</html>")
    assert run(results, "stats") == 0 and "damaged " in capsys.readouterr().out


def test_prune_takes_old_jobs_checkpoints_and_what_is_half_written(
    results, entry, checkpoint, former
):
    part = entry.with_name(f".{entry.name}.1.part")
    part.write_bytes(b"half")
    then = time.time() - 40 * DAY
    for path in (checkpoint, former, part):
        os.utime(path, (then, then))
    assert run(results, "prune", "--older-than", 30) == 0
    assert left(results) == [entry]
    assert run(results, "prune", "--max-size", 0) == 0 and left(results) == []
