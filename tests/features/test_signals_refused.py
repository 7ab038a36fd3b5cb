"""A table that cannot be used is refused with the file, the line, and what was expected there."""

from __future__ import annotations

import zipfile

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.signals.table import TableError, build
from tests.features import tabled
from tests.features.tabled import rows

S = {"time": "t", "unit": "s"}
MS = {"time": "t", "unit": "ms"}
TABS = "t\tx\n"


# --------------------------------------------------------------------- text --


@pytest.mark.parametrize(
    "content, options, said",
    [
        ("", S, r"ann\.csv is empty"),
        ("\n\n", S, r"ann\.csv is empty"),
        ("0,1\n2,3\n", S, "line 1: expected a header of column names, got numbers: 0, 1"),
        ("t,x\n", S, "has a header and no rows"),
        ("t,x\n0,1\n1,one\n", S | {"columns": ["x"]}, "line 3, column 'x': .*number, got 'one'"),
        ("t,x\n0,1_0\n", S | {"columns": ["x"]}, "line 2, column 'x': .* got '1_0'"),
        ("t,x\n0,0x1F\n", S | {"columns": ["x"]}, "line 2, column 'x': .* got '0x1F'"),
        ('t,x\n0,"1,5"\n', S | {"columns": ["x"]}, "got '1,5'; a decimal comma needs cells parted"),
        (TABS + "0\t1,5\n1\t2\n2\t1.5\n", S, "line 4, column 'x': .*with ',' so far, got '1.5'"),
        (TABS + "0\t1.234,5\n", S | {"columns": ["x"]}, r"line 2, column 'x': .* '1\.234,5'"),
        (TABS + "0,5\t1\n1.5\t2\n", S, "line 3, column 't': .*with ',' so far"),
        ("t,x\n0,1\n1,2,3\n", S, r"line 3: expected 2 cells .*, got 3 \(a decimal comma\?\)"),
        ("t,x\n0,1\n\n1\n", S, "line 4: expected 2 cells as in the header, got 1"),
        ('t,x\n0,"1"2\n', S, "line 2: .*expected after"),
        ("t,x\n0,1\0\n", S, "line 2: holds zero bytes"),
        ("time,x\n0,1\n", S | {"time": "tmie"}, "no column 'tmie', nearest: 'time'; its 2 columns"),
        ("t,x\n0,1\n", S | {"columns": ["y"]}, "no column 'y'; its 2 columns: 't', 'x'"),
        ("t,AU01_r\n0,1\n", S | {"columns": ["AU1*_r"]}, r"no column 'AU1\*_r', nearest: 'AU01_r'"),
        ("t,x\n0,1\n", S | {"columns": ["x"], "without": ["x"]}, "none of its 2 columns is a fea"),
        ("t,x,x\n0,1,2\n", S, "has 2 columns 'x'"),
        ("t,x\n0,1\n", S | {"valid": {"okay": {"equals": 0, "state": "no_face"}}}, "column 'okay'"),
        ("t,x\n0,1\n", {"frame": "f", "first_frame": 0}, "no column 'f'"),
        ("t,x\n0,1\n0,2\n", S, "line 3: times must increase, but 0 s comes after 0 s"),
        ("t,x\n0,1\n2,2\n1,3\n", S, "line 4: times must increase, but 1 s comes after 2 s"),
        ("t,x\n0,1\n,2\n", S, "line 3: has no time"),
        ("t,x\n0,1\n0 days 00:00:01,2\n", S, "line 3, column 't': .*number, got '0 days"),
        (
            "t,x\n00:00:01,1\n2,2\n",
            S,
            "line 3, column 't': expected a time like 0 days .*, got '2'",
        ),
        ("t,x\n0,1e39\n", S, "line 2: x is 1e\\+39, beyond single precision"),
        ("f,x\n0,1\n", {"frame": "f", "first_frame": 0}, "the clip has no video"),
    ],
)
def test_a_table_of_text_is_refused_at_its_line(tmp_path, content, options, said):
    (tmp_path / "ann.csv").write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match=said) as caught:
        rows(tmp_path, **options)
    assert str(tmp_path / "ann.csv") in str(caught.value)


@pytest.mark.parametrize(
    "data, said",
    [
        ("t,x\n0,1\n1,\xe9\n".encode("latin-1"), "line 3: must be UTF-8, got the byte 0xe9"),
        (b"\xff\xfet\0,\0x\0\n\0\x00\xd8\n\0", "begins as UTF-16 does and cannot be read"),
        ("t,x\n0,1\n".encode("utf-16-le"), "holds zero bytes; it is no text, or UTF-16 without"),
    ],
)
def test_other_encodings_are_refused(tmp_path, data, said):
    (tmp_path / "ann.csv").write_bytes(data)
    with pytest.raises(TableError, match=said):
        rows(tmp_path, **S)


def test_a_line_without_end_is_not_read_to_its_end(tmp_path):
    (tmp_path / "ann.csv").write_bytes(b"t,x\n0," + b"1" * (1 << 23))
    with pytest.raises(TableError, match="line 2: longer than 4194304 characters"):
        rows(tmp_path, **S)


# ------------------------------------------------------------------ binary --


def parquet(file, **columns):
    pq.write_table(pa.table(columns), file)


@pytest.mark.parametrize(
    "name, write, said",
    [
        ("ann.npy", lambda f: f.touch(), "cannot be read as .npy: it is empty"),
        ("ann.npy", lambda f: f.write_bytes(b"junk" * 9), "cannot be read as .npy"),
        ("ann.npy", lambda f: np.save(f, np.array([{}, 1], object)), "cannot be read as .npy"),
        ("ann.npy", lambda f: np.save(f, np.zeros((2, 3, 5))), r"got values \(2, 3, 5\)"),
        ("ann.npy", lambda f: np.save(f, np.array(["a", "b"])), "none of its 1 columns is a"),
        ("ann.npz", lambda f: f.write_bytes(b"PK\3\4" + b"x" * 40), "cannot be read as .npz"),
        ("ann.npz", lambda f: np.savez(f, a=np.array(3)), r"expected arrays of shape .* a \(\)"),
        (
            "ann.npz",
            lambda f: np.savez(f, a=np.zeros(3), b=np.zeros(5)),
            "'a' has 3 rows and 'b' 5",
        ),
        ("ann.npz", lambda f: np.savez(f, a_0=np.zeros(3), a=np.zeros((3, 2))), "a column 'a_0'"),
        ("ann.h5", lambda f: f.write_bytes(b"\x89HDF" + b"x" * 90), "cannot be read as HDF5"),
        ("ann.parquet", lambda f: f.write_bytes(b"PAR1" + b"x" * 90), "cannot be read as Parquet"),
        ("ann.parquet", lambda f: f.touch(), "cannot be read as Parquet"),
    ],
)
def test_a_file_of_arrays_that_cannot_be_used_is_named(tmp_path, name, write, said):
    write(tmp_path / name)
    with pytest.raises(TableError, match=said) as caught:
        rows(tmp_path, rate_hz=4)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(
    "columns, said",
    [
        ({"x": ["1", "two"]}, "row 1, column 'x': expected a number, got 'two'"),
        ({"x": [[1], [2]]}, "row 0, column 'x': expected numbers, got values of type list"),
    ],
)
def test_columns_of_parquet_that_are_no_numbers_are_refused_at_their_row(tmp_path, columns, said):
    parquet(tmp_path / "ann.parquet", **columns)
    with pytest.raises(TableError, match=said):
        rows(tmp_path, rate_hz=4, columns=["x"])


def test_an_archive_that_claims_more_than_it_holds_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3))
    claim = (tmp_path / "x.npy").read_bytes().replace(b"(3,)", b"(9999999999,)")
    (tmp_path / "x.npy").unlink()
    with zipfile.ZipFile(tmp_path / "ann.npz", "w") as archive:
        archive.writestr("a.npy", claim)
    with pytest.raises(TableError, match=r"a\.npy claims .* which are not there"):
        rows(tmp_path, rate_hz=4)


def test_an_array_that_claims_more_than_the_file_holds_is_refused(tmp_path):
    with h5py.File(tmp_path / "ann.h5", "w") as out:
        out.create_dataset("a", shape=(10**12,), dtype="f4", chunks=(1024,))
    with pytest.raises(TableError, match=r"a claims 4000000000000 bytes and has 0"):
        rows(tmp_path, rate_hz=4)


def elsewhere(folder):
    with h5py.File(folder / "other.bin", "w") as out:
        out["a"] = np.zeros(3)


def test_what_lies_in_other_files_is_refused(tmp_path):
    elsewhere(tmp_path)
    with h5py.File(tmp_path / "ann.h5", "w") as out:
        out["a"] = h5py.ExternalLink("other.bin", "a")
    with pytest.raises(TableError, match=r"ann\.h5: a is a link into other\.bin"):
        rows(tmp_path, rate_hz=4)
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.bin"), "a", (3,))
    with h5py.File(tmp_path / "ann.h5", "w") as out:
        out.create_virtual_dataset("v", layout)
    with pytest.raises(TableError, match=r"v is an array whose rows lie in other files"):
        rows(tmp_path, rate_hz=4)
    (tmp_path / "raw").write_bytes(b"\0" * 24)
    with h5py.File(tmp_path / "ann.h5", "w") as out:
        out.create_dataset("e", (3,), "f8", external=[(str(tmp_path / "raw"), 0, 24)])
    with pytest.raises(TableError, match=r"e is an array whose rows lie in other files"):
        rows(tmp_path, rate_hz=4)


def test_links_inside_a_file_are_not_followed(tmp_path):
    with h5py.File(tmp_path / "ann.h5", "w") as out:
        out["g/a"] = np.zeros(3)
        out["g/around"] = out["g"]
        out["soft"] = h5py.SoftLink("/g/a")
    track = rows(tmp_path, rate_hz=4)
    assert track.dim == 1


# ------------------------------------------------------------------- times --


def times(folder, at, duration, **options):
    tabled.as_csv(folder / "ann", {"t": at, "x": range(len(at))})
    return rows(folder, duration=duration, **options)


def test_milliseconds_taken_for_seconds_are_told(tmp_path):
    at = [500 * i for i in range(20)]
    said = r"19 of 20 rows lie outside .*at 0 to 9500 s; times in ms taken for s\? say unit: ms"
    with pytest.raises(TableError, match=said):
        times(tmp_path, at, 10.0, **S)
    assert len(times(tmp_path, at, 10.0, **MS).times) == 20


def test_seconds_taken_for_milliseconds_are_told(tmp_path):
    at = [0.5 * i for i in range(20)]
    with pytest.raises(TableError, match=r"times in s taken for ms\? say unit: s"):
        times(tmp_path, at, 10.0, **MS)
    assert len(times(tmp_path, at, 10.0, **S).times) == 20


def test_times_of_something_else_are_told_and_a_few_beyond_are_left_out(tmp_path):
    with pytest.raises(TableError, match=r"3 of 5 rows lie outside of the 1 s .* 0 to 4 s$"):
        times(tmp_path, [0, 1, 2, 3, 4], 1.0, **S)
    assert times(tmp_path, [0, 1, 2, 3], 1.0, **S).times.tolist() == [0, 1]
    assert times(tmp_path, [-0.75, -0.5, 0, 1.5, 1.75], 1.0, **S).times.tolist() == [-0.5, 0, 1.5]


def test_milliseconds_of_a_media_file_are_told_in_a_part_of_it(tmp_path, film):
    media = film("ann.wav", samples=np.zeros((1, 16_000 * 7)))
    at = [100 * i for i in range(70)]
    tabled.as_csv(tmp_path / "ann", {"t": at, "x": at})
    made = build(path=str(tmp_path), files="{media}.csv", **S)
    with pytest.raises(TableError, match=r"say unit: ms"):
        made("ann_1", media, 1.0, 3.0, 2.0)
    with pytest.raises(TableError, match=r"nosuch\.wav no such file"):
        tabled.as_csv(tmp_path / "nosuch", {"t": at, "x": at})
        made("ann_1", tmp_path / "nosuch.wav", 1.0, 3.0, 2.0)


@pytest.mark.parametrize("frame, first", [(15, 0), (0, 1), (16, 1), (-1, 0), (1.5, 0), ("", 0)])
def test_frames_that_the_video_does_not_have_are_refused_at_their_line(
    tmp_path, film, frame, first
):
    media = film("a.mkv", [np.zeros((48, 64, 3), np.uint8)] * 5, np.arange(5) / 25)
    (tmp_path / "au").mkdir()
    tabled.as_csv(tmp_path / "au" / "ann", {"f": [2, frame], "x": [1, 2]})
    said = f"line 3: f is .*, but the video has frames {first} to {4 + first}"
    with pytest.raises(TableError, match=said):
        rows(tmp_path / "au", media=media, frame="f", first_frame=first)


@pytest.mark.parametrize("frame", [5, 14])
def test_a_few_frames_more_than_the_video_shows_are_left_out(tmp_path, film, frame):
    """Other decoders count a picture more; nobody knows when it is shown."""
    media = film("a.mkv", [np.zeros((48, 64, 3), np.uint8)] * 5, np.arange(5) / 25)
    (tmp_path / "au").mkdir()
    tabled.as_csv(tmp_path / "au" / "ann", {"f": [2, 3, frame], "x": [1, 2, 3]})
    found = rows(tmp_path / "au", media=media, frame="f", first_frame=0)
    np.testing.assert_allclose(found.times, [2 / 25, 3 / 25], atol=1e-3)
    assert found.values[:, 0].tolist() == [1, 2]
