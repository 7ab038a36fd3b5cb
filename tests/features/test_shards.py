"""What goes into a shard comes out of it, the same rows are the same bytes, and damage is named."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest

from features.shards import Record, ShardError, Shards, write, write_folder
from features.shards.__main__ import main
from features.shards.record import BLOCK, FORMAT, USER_BLOCK, digest
from features.track import State

META = {"kind": "visual", "extractor": "hog", "options": {"cells": 8}, "versions": {"av": "18.1"}}


def made(clip, rows=7, width=3, blobs=True):
    """A record of random rows that depend on the clip's id alone."""
    rng = np.random.default_rng(list(clip.encode()))
    columns = {
        "values": rng.random((rows, width)).astype(np.float32),
        "times": np.sort(rng.random(rows)),
        "state": rng.integers(0, 2, rows).astype(np.uint8),
    }
    sizes = rng.integers(0, 5, rows)
    data = rng.integers(0, 256, int(sizes.sum())).astype(np.uint8)
    jpeg = {"jpeg": (np.cumsum(sizes, dtype=np.int64), data)} if blobs else {}
    return Record(clip, f"source of {clip}", columns, jpeg)


def folder(path, clips, shards=3, meta=META, **kwargs):
    write_folder(path, shards, meta, clips, lambda ids: (made(c, **kwargs) for c in ids))
    return path


def contents(path):
    return {p.name: p.read_bytes() for p in sorted(path.iterdir())}


def same(a, b):
    assert a.arrays().keys() == b.arrays().keys()
    for name, x in a.arrays().items():
        y = b.arrays()[name]
        assert x.dtype == y.dtype and np.array_equal(x[:], y[:]), name


CLIPS = ["a", "b", "c-1", "d.2", "é", "f", "g", "h", "i", "j", "k"]


@pytest.fixture
def shards(tmp_path):
    return Shards(folder(tmp_path / "s", CLIPS))


def test_what_goes_in_comes_out(shards):
    assert list(shards) == sorted(CLIPS, key=str.encode)
    assert shards.meta == META
    for clip in CLIPS:
        same(shards[clip], made(clip))
        assert shards[clip].source == f"source of {clip}"
        assert shards.content(clip) == shards[clip].content == digest(made(clip))
        assert shards.rows(clip) == 7


def test_three_lines_read_a_track(tmp_path):
    folder(tmp_path / "s", CLIPS)
    shards = Shards(tmp_path / "s")
    values, times, state = (shards["f"].columns[c][:] for c in ("values", "times", "state"))
    assert (values.shape, times.shape, state.shape) == ((7, 3), (7,), (7,))


def test_clips_without_rows_are_kept(tmp_path):
    lengths = {"a": 0, "b": 5, "c": 0}
    write(tmp_path / "s.h5", META, lambda: [made(c, rows=n) for c, n in lengths.items()])
    shards = Shards(tmp_path)
    for clip, rows in lengths.items():
        same(shards[clip], made(clip, rows=rows))
    empty = tmp_path / "none" / "s.h5"
    write(empty, META, lambda: [made("a", rows=0)])
    assert shards["a"].columns["values"].shape == (0, 3)
    assert len(Shards(empty)["a"]) == 0


def test_columns_without_width_are_kept(tmp_path):
    write(tmp_path / "s.h5", META, lambda: [made("a", width=0), made("b", width=0)])
    same(Shards(tmp_path)["b"], made("b", width=0))


def test_records_longer_than_a_block_are_whole(tmp_path):
    width = 1021
    rows = 3 * BLOCK // (4 * width) + 5  # three blocks and a bit
    write(
        tmp_path / "s.h5", META, lambda: [made("a", rows=rows, width=width), made("b", width=width)]
    )
    shards = Shards(tmp_path)
    same(shards["a"], made("a", rows=rows, width=width))
    same(shards["b"], made("b", width=width))


# ------------------------------------------------------------------ the same bytes --


def test_the_same_rows_are_the_same_bytes_whatever_their_order(tmp_path):
    one, two = folder(tmp_path / "one", CLIPS), folder(tmp_path / "two", CLIPS[::-1])
    assert contents(one) == contents(two)


def test_another_process_writes_the_same_bytes(tmp_path):
    code = (
        "import sys, pathlib, numpy as np\nfrom features.shards import Record, write\n"
        "x = {'values': np.arange(6, dtype='f4').reshape(2, 3), 'times': np.arange(2.0)}\n"
        "write(pathlib.Path(sys.argv[1]), {'b': 1, 'a': 2.5}, lambda: [Record('c', 's', x)])"
    )
    for name in ("one.h5", "two.h5"):
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=True)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_adding_a_clip_rewrites_one_file_only(tmp_path):
    before = contents(folder(tmp_path / "s", CLIPS, shards=4))
    after = contents(folder(tmp_path / "s", [*CLIPS, "new"], shards=4))
    changed = [name for name in after if after[name] != before.get(name)]
    assert len(changed) == 1
    assert contents(folder(tmp_path / "s", CLIPS, shards=4)) == before


def test_nothing_but_shards_is_left_in_a_folder(tmp_path):
    (tmp_path / ".s.part").mkdir()
    (tmp_path / ".s.part" / "000.h5").write_bytes(b"half")  # of a run that was killed
    folder(tmp_path / "s", CLIPS)
    assert [p.name for p in tmp_path.iterdir()] == ["s"]
    assert {p.suffix for p in (tmp_path / "s").iterdir()} == {".h5"}


def test_a_folder_stays_as_it_was_when_packing_fails(tmp_path):
    before = contents(folder(tmp_path / "s", CLIPS))

    def fails(ids):
        yield made(next(iter(ids)))
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone") as caught:
        write_folder(tmp_path / "s", 3, META, CLIPS, fails)
    assert str(tmp_path / "s") in caught.value.__notes__[0]
    assert contents(tmp_path / "s") == before


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(OSError) as caught:
        folder(tmp_path / "data" / "s", CLIPS)
    assert "data/s" in caught.value.__notes__[0]


def test_a_disk_without_room_is_noticed_before_anything_is_written(tmp_path):
    endless = np.broadcast_to(np.float32(0), (1 << 50, 5))
    record = Record("a", "s", {"values": endless}, known="never worked out")
    with pytest.raises(OSError, match=r"No space left on device: .*s\.h5"):
        write(tmp_path / "s.h5", META, lambda: [record])
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ what is refused --


def test_records_that_do_not_fit_together_are_refused(tmp_path):
    for second, message in (
        (made("b", width=4), "clip 'b' has"),
        (made("b", blobs=False), "clip 'b' has"),
        (made("a"), "once each"),
        (made("Z"), "byte order"),
    ):
        with pytest.raises(ValueError, match=message):
            write(tmp_path / "s.h5", META, lambda x=second: [made("a"), x])
    with pytest.raises(ValueError, match="once each"):
        write(tmp_path / "s.h5", META, list)
    assert list(tmp_path.iterdir()) == []


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"one length, got {'a': 2, 'b': 3}"):
        Record("c", "s", {"a": np.zeros(2), "b": np.zeros(3)})


def test_records_that_change_between_two_readings_are_refused(tmp_path):
    a, b = made("a"), made("b")
    for second in ([b], [a, b], [], [made("a", rows=6)]):
        turns = iter([[a], second])
        with pytest.raises(ValueError, match="not the same when read a second time"):
            write(tmp_path / "s.h5", META, lambda turns=turns: next(turns))
    assert list(tmp_path.iterdir()) == []


def flips(size):
    """A byte in each part of a shard: user block, superblock, header, rows, end."""
    return [0, 9, 11, 30, 82, 83, 100, 511, 512, 520, 700, size // 2, size - 1]


def test_a_flipped_byte_anywhere_is_noticed(tmp_path):
    write(tmp_path / "s.h5", META, lambda: [made("a"), made("b")])
    good = (tmp_path / "s.h5").read_bytes()
    for at in flips(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1
        (tmp_path / "s.h5").write_bytes(bad)
        with pytest.raises(ShardError, match=r"s\.h5 is (damaged|a shard of format|no shard)"):
            Shards(tmp_path)


@pytest.mark.parametrize("size", [0, 1, 200, USER_BLOCK, USER_BLOCK + 1, -1])
def test_a_file_that_was_cut_off_is_noticed(tmp_path, size):
    write(tmp_path / "s.h5", META, lambda: [made("a")])
    (tmp_path / "s.h5").write_bytes((tmp_path / "s.h5").read_bytes()[:size])
    with pytest.raises(ShardError, match=r"s\.h5 is .*dvc checkout"):
        Shards(tmp_path)


def test_a_file_that_is_cut_off_while_it_is_read_is_noticed(shards):
    path = shards.files[0].path
    clip = shards.files[0].clips[0]
    same(shards[clip], made(clip))
    os.truncate(path, shards.files[0].extents["rows/values"][0] + 5)
    with pytest.raises(ShardError, match=rf"{path} was cut off while it was read"):
        shards[clip]


def test_a_file_that_was_replaced_before_it_was_opened_is_noticed(tmp_path):
    shards = Shards(folder(tmp_path / "s", CLIPS))
    folder(tmp_path / "s", CLIPS, width=5)
    with pytest.raises(ShardError, match=r"\.h5 was replaced since .*; read the folder anew"):
        shards["a"]


def test_a_file_that_is_replaced_while_it_is_open_is_read_as_it_was(shards):
    shards["a"]
    folder(shards.folder, CLIPS, width=5)
    same(shards["a"], made("a"))


def test_an_unknown_format_is_refused_by_name_even_unchecked(tmp_path):
    write(tmp_path / "s.h5", META, lambda: [made("a")])
    newer = (tmp_path / "s.h5").read_bytes().replace(FORMAT.encode(), b"va-shard 9", 1)
    (tmp_path / "s.h5").write_bytes(newer)
    with pytest.raises(ShardError, match="of format 'va-shard 9'; this code reads 'va-shard 1'"):
        Shards(tmp_path, check=False)


def test_a_folder_without_shards_says_what_to_do(tmp_path):
    with pytest.raises(ShardError, match=r"holds no shards .* run `dvc repro` or `dvc pull`"):
        Shards(tmp_path)
    with pytest.raises(ShardError, match="does not exist"):
        Shards(tmp_path / "nowhere")


def test_shards_that_do_not_belong_together_are_refused(tmp_path):
    write(tmp_path / "0.h5", META, lambda: [made("a")])
    write(tmp_path / "1.h5", META | {"extractor": "other"}, lambda: [made("b")])
    with pytest.raises(ShardError, match="was not made as"):
        Shards(tmp_path)
    write(tmp_path / "1.h5", META, lambda: [made("a")])
    with pytest.raises(ShardError, match=r"clip 'a' is in .*0\.h5 and in .*1\.h5"):
        Shards(tmp_path)


def test_an_unknown_clip_is_named_with_its_neighbours(shards):
    with pytest.raises(KeyError, match=r"no clip 'c-2' among its 11; near: 'c-1', 'd\.2'"):
        shards["c-2"]
    assert "c-2" not in shards
    assert shards.get("c-2") is None


# ------------------------------------------------------------------ windows --


@pytest.mark.parametrize(
    "start, stop", [(0, 7), (2, 5), (0, 0), (6, 7), (5, 99), (7, 9), (5, 2), (-3, -1), (-99, 2)]
)
def test_a_window_is_a_slice(shards, start, stop):
    for clip in ("c-1", "é"):
        window, whole = shards.window(clip, start, stop), made(clip)
        rows = range(7)[start:stop]
        for name, column in whole.columns.items():
            assert np.array_equal(window.columns[name], column[start:stop]), name
        ends, data = whole.blobs["jpeg"]
        begins = [0, *ends[:-1]]
        expected = [bytes(data[begins[r] : ends[r]]) for r in rows]
        ends, data = window.blobs["jpeg"]
        found = [bytes(data[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=False)]
        assert (found, len(data)) == (expected, sum(map(len, expected)))


def test_a_window_of_part_of_a_clip_has_a_digest_of_its_own(shards):
    window = shards.window("a", 1, 3)
    assert window.content == digest(window) != shards.content("a")
    assert shards.window("a", 0, 7).content == shards.content("a")


def test_bytes_are_read_as_they_are_sliced(shards):
    _, data = shards["a"].blobs["jpeg"]
    expected = made("a").blobs["jpeg"][1]
    assert np.array_equal(np.asarray(data), expected)
    assert np.array_equal(data[1:3], expected[1:3])
    assert len(data[5:2]) == 0
    with pytest.raises(ValueError, match="step 2"):
        data[::2]


# ------------------------------------------------------------------ processes --


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_read_with_files_of_their_own(shards, method):
    expected = shards.window("d.2", 2, 5)  # open here before the others start
    with multiprocessing.get_context(method).Pool(2) as pool:
        asked = [pool.apply_async(shards.window, ("d.2", 2, 5)) for _ in range(4)]
        found = [a.get(timeout=30) for a in asked]
        whole = pool.apply(shards.__getitem__, ("é",))
    for record in found:
        same(record, expected)
    same(whole, made("é"))
    same(shards["é"], made("é"))


def test_a_reader_that_was_pickled_or_closed_reads_on(shards):
    shards["a"]
    copy = pickle.loads(pickle.dumps(shards))
    assert not any(file.is_open for file in copy.files)
    same(copy["a"], made("a"))
    shards.close()
    assert not any(file.is_open for file in shards.files)
    same(shards["a"], made("a"))


def test_nothing_is_open_before_something_is_read(tmp_path):
    shards = Shards(folder(tmp_path / "s", CLIPS))
    assert not any(file.is_open for file in shards.files)
    assert (shards.rows("a"), len(shards)) == (7, 11) and shards.content("a")
    assert not any(file.is_open for file in shards.files)


# ------------------------------------------------------------------ command line --


def test_show_says_what_shards_hold(tmp_path, capsys):
    folder(tmp_path / "s", CLIPS)
    assert main(["show", str(tmp_path / "s")]) == 0
    out = capsys.readouterr().out
    assert "11 clips, 77 rows" in out
    for line in ("kind       visual", 'options    {"cells":8}', "versions   av 18.1"):
        assert line in out
    assert "column     values: float32 (T, 3)" in out
    ok = np.mean([made(c).columns["state"] == State.OK for c in CLIPS])
    assert f"state      OK {100 * ok:.1f} %, NO_FACE {100 * (1 - ok):.1f} %" in out


def test_verify_finds_a_good_folder_good_and_names_every_damaged_file(tmp_path, capsys):
    folder(tmp_path / "s", CLIPS)
    assert main(["verify", str(tmp_path / "s")]) == 0
    assert "11 clips, each as it was written" in capsys.readouterr().out
    for path in (tmp_path / "s").glob("00[12].h5"):
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    assert main(["verify", str(tmp_path / "s")]) == 1
    out = capsys.readouterr().out
    assert "001.h5 is damaged" in out and "002.h5 is damaged" in out and "000.h5" not in out


def test_diff_of_the_same_says_nothing(tmp_path, capsys):
    one, two = folder(tmp_path / "one", CLIPS), folder(tmp_path / "two", CLIPS, shards=1)
    assert main(["diff", str(one), str(two)]) == 0
    assert capsys.readouterr().out == ""


def test_diff_says_what_differs_and_by_how_much(tmp_path, capsys):
    def other(ids):
        for clip in ids:
            record = made(clip)
            if clip == "b":
                record.columns["values"][2, 1] += 0.25
                record.columns["values"][3, 0] = np.nan
            yield made(clip, rows=6) if clip == "f" else record

    one = folder(tmp_path / "one", ["a", "b", "f", "x"])
    write_folder(tmp_path / "two", 2, META | {"extractor": "h"}, ["a", "b", "f", "y"], other)
    assert main(["diff", str(one), str(tmp_path / "two")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'made with another extractor: "hog" | "h"'
    assert lines[1] == f"only in {one}: x"
    assert lines[2] == f"only in {tmp_path / 'two'}: y"
    assert lines[3] == "differs: b: values by up to 0.25, 1 only in one"
    assert lines[4].startswith("differs: f: ")
    assert "values: float32 (7, 3) | float32 (6, 3)" in lines[4]
    assert lines[-1] == "largest absolute difference: values 0.25"


@pytest.mark.parametrize("arguments", [["show"], ["verify"], ["diff", "."]])
def test_a_path_without_shards_is_one_line_and_status_2(tmp_path, capsys, arguments):
    assert main([*arguments[:1], str(tmp_path), *arguments[1:]]) == 2
    error = capsys.readouterr().err
    assert error.startswith("features.shards: ") and error.count("\n") == 1


def test_shards_are_read_with_numpy_and_h5py_alone():
    code = "import sys; before = {*sys.modules}; import features.shards; "
    command = [sys.executable, "-c", f"{code}print(*{{*sys.modules}} - before)"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    tops = {name.split(".")[0] for name in loaded} & metadata.packages_distributions().keys()
    assert tops - {"features"} == {"h5py", "numpy"}


def test_help_explains_every_verb():
    run = subprocess.run(
        [sys.executable, "-m", "features.shards", "--help"], capture_output=True, text=True
    )
    assert run.returncode == 0
    assert all(f"\n{verb} " in run.stdout for verb in ("show", "verify", "diff"))
