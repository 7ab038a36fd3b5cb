"""The store gives back what was put in, notices all damage, and survives every kind of ending."""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import h5py
import numpy as np
import pytest

from features.shards import Record, write, write_folder
from features.store import Store, StoreError
from features.store.__main__ import main
from features.store.amounts import byte_count, size_text

META = {"kind": "audio", "extractor": "logmel", "options": {"n_mels": 64}, "code": "c0de"}
META |= {"weights": {"a.pt": "0"}, "versions": {"numpy": "2"}}
DAY = 86_400


def made(source, rows=11):
    rng = np.random.default_rng(list(source.encode()))
    columns = {"values": rng.random((rows, 5)).astype("f4"), "times": np.arange(rows) / 7}
    return Record(source[:16], source, columns)


def put(store, source, meta=META, rows=11):
    key = store.key(source, meta)
    store.put(key, meta, made(source, rows))
    return key


def intact(store, key, source, rows=11):
    found = store.get(key)
    return found is not None and found.content == made(source, rows).content


def files(store):
    return sorted(p for p in store.root.rglob("*") if p.is_file())


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def test_what_is_put_in_comes_out(store):
    key = store.key("s", META)
    assert not store.has(key) and store.get(key) is None
    put(store, "s")
    assert store.has(key) and intact(store, key, "s")
    assert [p.name for p in files(store)] == [f"{key}.h5"]


def test_a_key_tells_apart_every_source_and_every_way_of_making():
    keys = {Store.key("s", META), Store.key("t", META)}
    keys |= {Store.key("s", META | {name: "other"}) for name in META}
    assert len(keys) == 2 + len(META)
    assert Store.key("s", META) == Store.key("s", dict(reversed(META.items())))


def test_the_same_entry_is_the_same_bytes(store, tmp_path):
    other = Store(tmp_path / "other")
    key = put(store, "s")
    put(other, "s")
    put(other, "s")
    assert store.path(key).read_bytes() == other.path(key).read_bytes()


def test_an_entry_goes_under_its_own_key_only(store):
    with pytest.raises(ValueError, match="is not the key of clip 's'"):
        store.put(store.key("t", META), META, made("s"))
    assert not store.root.exists()


def test_the_store_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CLIP_STORE", str(tmp_path / "lab"))
    assert Store().root == tmp_path / "lab"
    monkeypatch.delenv("CLIP_STORE")
    assert str(Store().root) == ".clip_store"


# ------------------------------------------------------------------ damage --


def cut(size):
    return lambda data: data[:size]


def flip(at):
    def change(data):
        bad = bytearray(data)
        bad[at] ^= 0x10
        return bytes(bad)

    return change


DAMAGE = {
    "no bytes": cut(0),
    "one byte": cut(1),
    "half": lambda data: data[: len(data) // 2],
    "all but one byte": cut(-1),
    "a flip in the format": flip(3),
    "a flip in the digest": flip(40),
    "a flip behind the digest": flip(300),
    "a flip in HDF5's header": flip(520),
    "a flip in the rows": lambda data: flip(len(data) - 9)(data),
    "another format": lambda data: data.replace(b"va-shard 1", b"va-shard 7", 1),
    "zeros": lambda data: bytes(len(data)),
    "something else": lambda data: b"<html>disk quota exceeded</html>",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_named_dropped_and_made_anew(store, caplog, damage):
    key = put(store, "s")
    good = store.path(key).read_bytes()
    store.path(key).write_bytes(damage(good))
    assert store.get(key) is None
    assert "dropped a store entry" in caplog.text and str(store.path(key)) in caplog.text
    assert not store.has(key)
    put(store, "s")
    assert store.path(key).read_bytes() == good


def test_an_entry_under_another_name_is_damage(store, caplog):
    key, other = put(store, "s"), store.key("t", META)
    store.path(other).parent.mkdir(parents=True, exist_ok=True)
    store.path(key).rename(store.path(other))
    assert store.get(other) is None
    assert "another entry than its name says" in caplog.text


def test_an_entry_damaged_after_it_was_checked_is_packed_into_no_shard(store, tmp_path):
    key = put(store, "s", rows=4000)
    record, path = store.get(key), store.path(key)
    path.write_bytes(flip(-9)(path.read_bytes()))
    with pytest.raises(ValueError, match="not the same when read a second time; run it again"):
        write(tmp_path / "s.h5", META, lambda: [record])
    assert not (tmp_path / "s.h5").exists()
    assert store.get(key) is None  # the next run makes it anew


def test_any_number_of_entries_can_be_looked_at_at_once(store):
    before = len(os.listdir("/proc/self/fd"))
    held = [store.get(put(store, f"clip {number}")) for number in range(30)]
    assert [len(record) for record in held if record is not None] == [11] * 30
    assert len(os.listdir("/proc/self/fd")) == before
    assert all(record.columns["times"][10:] == 10 / 7 for record in held if record is not None)


# ------------------------------------------------------------------ endings --


def filling(root):
    store = Store(root)
    for number in count():
        put(store, f"clip {number}", rows=20_000)


@pytest.mark.parametrize("after_ms", [1, 3, 7, 13, 29, 53, 97])
def test_a_killed_writer_leaves_whole_entries_or_none(tmp_path, after_ms):
    store, whole = Store(tmp_path / "store"), Store(tmp_path / "whole")
    process = multiprocessing.get_context("fork").Process(target=filling, args=(store.root,))
    process.start()
    while not store.root.exists():
        time.sleep(0.001)
    time.sleep(after_ms / 1000)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    sources = {store.key(f"clip {n}", META): f"clip {n}" for n in range(99)}
    kept = [store.has(key) for key in sources]
    assert kept == sorted(kept, reverse=True)  # what was finished, in the order it was
    assert kept == [intact(store, key, source, 20_000) for key, source in sources.items()]
    key, source = list(sources.items())[sum(kept)]
    put(store, source, rows=20_000)
    put(whole, source, rows=20_000)
    assert store.path(key).read_bytes() == whole.path(key).read_bytes()


def many(root):
    for number in range(20):
        put(Store(root), f"clip {number}")


def test_two_writers_of_the_same_entries_do_not_meet(store):
    processes = [
        multiprocessing.get_context("fork").Process(target=many, args=(store.root,)) for _ in "ab"
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(files(store)) == 20  # no temporary files either
    assert all(intact(store, store.key(f"clip {n}", META), f"clip {n}") for n in range(20))


def full(root):
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))  # as a quota: no larger files
    store, wrong = Store(root), ""
    for number in range(3):  # HDF5 has crashed at the second refusal
        try:
            put(store, f"large {number}", rows=20_000)
        except StoreError as error:
            said = str(error)
            clear = all(x in said for x in (str(root), "File too large", "free space"))
            wrong += "" if clear and "\n" not in said else said
        else:
            wrong += "nothing was raised"
    sys.exit(wrong or 0)


def test_a_full_disk_is_named_and_nothing_is_lost_or_left(store):
    key = put(store, "small")
    process = multiprocessing.get_context("fork").Process(target=full, args=(store.root,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert len(files(store)) == 1 and intact(store, key, "small")


def test_a_store_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    store = Store(tmp_path / "file")
    for use in (lambda: put(store, "s"), lambda: store.get("ab" * 32)):
        with pytest.raises(StoreError, match=r"clip store .*file cannot be .* CLIP_STORE"):
            use()
    assert (tmp_path / "file").read_text() == "not a folder"


def refuse(*args, **kwargs):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_read_only_store_gives_what_it_has_and_is_named_where_it_takes_nothing(
    store, monkeypatch
):
    key = put(store, "s")
    for where, name in ((Path, "mkdir"), (Path, "unlink"), (os, "utime")):
        monkeypatch.setattr(where, name, refuse)
    assert intact(store, key, "s")
    with pytest.raises(StoreError, match=rf"{store.root} cannot be written: .*Read-only file sys"):
        put(store, "t")
    store.path(key).write_bytes(b"")
    with pytest.raises(
        StoreError, match=rf"{store.root} cannot be rid of a damaged entry: .*Read-o"
    ):
        store.get(key)


def test_a_disk_that_neither_locks_nor_links_is_good_enough(store, tmp_path, monkeypatch):
    asked, opened = [], h5py.File

    def file(*args, **kwargs):
        asked.append(kwargs.get("locking"))
        return opened(*args, **kwargs)

    monkeypatch.setattr(h5py, "File", file)
    for where, name in ((os, "link"), (os, "symlink"), (fcntl, "flock"), (fcntl, "lockf")):
        monkeypatch.setattr(where, name, refuse)
    assert intact(store, put(store, "s"), "s")
    write_folder(tmp_path / "audio", 1, META, "s", lambda ids: map(made, ids))
    assert len(asked) > 2 and set(asked) == {False}


def test_a_disk_that_cannot_reserve_room_is_good_enough(store, monkeypatch):
    def cannot(*args):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "posix_fallocate", cannot)
    assert intact(store, put(store, "s"), "s")


# ------------------------------------------------------------------ command line --


def run(store, *arguments):
    return main(["--store", str(store.root), *map(str, arguments)])


def aged(store, key, days):
    then = time.time() - days * DAY
    os.utime(store.path(key), (then, then))


def test_stats_counts_by_kind_and_extractor(store, capsys):
    for source in "abc":
        put(store, source)
    put(store, "a", META | {"kind": "text", "extractor": "minilm"})
    assert run(store, "stats") == 0
    out = capsys.readouterr().out.splitlines()
    assert "4 entries" in out[0]
    assert out[1].split()[:3] == ["audio", "logmel", "3"]
    assert out[2].split()[:3] == ["text", "minilm", "1"]


def test_verify_names_every_damaged_entry(store, capsys):
    keys = [put(store, source) for source in "abcd"]
    assert run(store, "verify") == 0
    assert "4 entries, 0 damaged" in capsys.readouterr().out
    for key in keys[:2]:
        store.path(key).write_bytes(flip(600)(store.path(key).read_bytes()))
    assert run(store, "verify") == 1
    out = capsys.readouterr().out
    assert [key for key in keys if key in out] == keys[:2]
    assert run(store, "stats") == 0


def test_prune_by_age_counts_from_the_last_use(store, capsys):
    old, read, new = (put(store, source) for source in "abc")
    aged(store, old, 40)
    aged(store, read, 40)
    assert store.get(read) is not None  # from now on it is in use
    assert run(store, "prune", "--older-than", 30) == 0
    assert [store.has(k) for k in (old, read, new)] == [False, True, True]
    assert "freed" in capsys.readouterr().out


def test_prune_by_size_removes_the_least_recently_used_first(store):
    keys = [put(store, source) for source in "abcd"]
    for days, key in enumerate(keys):
        aged(store, key, days)
    size = store.path(keys[0]).stat().st_size
    assert run(store, "prune", "--max-size", 2 * size + size // 2) == 0
    assert [store.has(k) for k in keys] == [True, True, False, False]
    assert run(store, "prune", "--max-size", "0") == 0
    assert files(store) == []


def test_prune_keeps_what_shards_refer_to(store, tmp_path, capsys):
    keys = {source: put(store, source) for source in "abc"}
    records = {f"clip {s}": Record(f"clip {s}", s, made(s).columns) for s in "ab"}
    shown = {"kind": META["kind"], "extractor": META["extractor"]}  # rows do not say by what code
    write_folder(tmp_path / "audio", 2, shown, records, lambda ids: (records[i] for i in ids))
    assert run(store, "prune", "--unused-by", tmp_path / "audio") == 2
    assert "provenance/audio.json" in capsys.readouterr().err and len(files(store)) == 3
    (tmp_path / "provenance").mkdir()
    (tmp_path / "provenance/audio.json").write_text(json.dumps({**META, "rows": "0", "files": {}}))
    assert run(store, "prune", "--unused-by", tmp_path / "audio", "--dry-run") == 0
    assert "would free" in capsys.readouterr().out
    assert len(files(store)) == 3
    assert run(store, "prune", "--unused-by", tmp_path / "audio") == 0
    assert [source for source, key in keys.items() if store.has(key)] == ["a", "b"]


def test_prune_by_a_folder_without_shards_removes_nothing(store, tmp_path, capsys):
    put(store, "a")
    assert run(store, "prune", "--unused-by", tmp_path / "typo") == 2
    assert "typo does not exist" in capsys.readouterr().err
    assert len(files(store)) == 1


def test_prune_alone_clears_what_killed_writers_left_and_nothing_else(store):
    key = put(store, "a")
    old, young = (store.path(key).with_name(f".{key}.h5.{n}.part") for n in "12")
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - DAY, time.time() - DAY))
    assert run(store, "verify") == 0  # no entries
    assert run(store, "prune") == 0
    assert files(store) == sorted([young, store.path(key)])


def test_no_store_is_one_line_and_status_2(store, capsys):
    for verb in ("stats", "verify", "prune"):
        assert run(store, verb) == 2
        assert capsys.readouterr().err == f"features.store: no clip store at {store.root}\n"


@pytest.mark.parametrize(
    "text, size",
    [("1000", 1000), ("20GB", 20 * 10**9), ("1.5tb", 15 * 10**11), ("3 M", 3 * 10**6), ("0", 0)],
)
def test_sizes_are_read_as_people_write_them(text, size):
    assert byte_count(text) == size


@pytest.mark.parametrize("option", ["--max-size=much", "--max-size=-1", "--older-than=-3"])
def test_amounts_that_are_none_are_refused(store, capsys, option):
    with pytest.raises(SystemExit, match="2"):
        run(store, "prune", option)
    assert "expected a" in capsys.readouterr().err


@pytest.mark.parametrize(
    "size, text",
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 KB"), (999_960, "1.0 MB"), (2e13, "20.0 TB")],
)
def test_sizes_are_written_as_people_read_them(size, text):
    assert size_text(size) == text


def test_help_explains_every_option():
    for arguments, words in (
        (["--help"], ("stats", "verify", "prune", "CLIP_STORE")),
        (["prune", "--help"], ("--older-than", "--max-size", "--unused-by", "--dry-run")),
    ):
        shown = subprocess.run(
            [sys.executable, "-m", "features.store", *arguments], capture_output=True, text=True
        )
        assert shown.returncode == 0 and all(word in shown.stdout for word in words)
