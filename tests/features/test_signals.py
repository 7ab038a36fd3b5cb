"""Numbers that somebody already has come out at their own times, in an order of their own."""

from __future__ import annotations

import numpy as np
import pytest

from features.extractor import UnknownNameError, build
from features.fingerprint import identity
from features.signals.table import TableError
from features.signals.table import build as table
from features.track import State
from tests.features import tabled
from tests.features.tabled import rows, same

OK, MISSING = State.OK, State.MISSING
S = {"time": "t", "unit": "s"}
PLAIN = {"t": [0.5, 1.25, 2.0], "AU10": [1.0, 2.5, -3.0], "AU2": [0.125, 7.0, 1e-3]}


# ------------------------------------------------------------------ planted --


def test_an_eda_table_with_tabs_and_decimal_commas_has_its_rows_where_they_were(tmp_path):
    eda = [0.5 + 0.01 * i for i in range(40)]
    at = [0.125 + i / 4 for i in range(40)]
    tabled.text(tmp_path / "ann.txt", {"time": at, "EDA": [f"{x:.2f}" for x in eda]}, "\t", ",")
    track = rows(tmp_path, time="time", unit="s")
    assert np.abs(track.times - at).max() < 1e-3 and track.mask.all()
    assert track.values[:, 0] == pytest.approx(eda)


def test_a_rate_places_rows_of_a_table_without_times(tmp_path):
    np.save(tmp_path / "ann.npy", np.arange(14, dtype=np.float32).reshape(7, 2))
    track = rows(tmp_path, rate_hz=4, start_s=0.125, duration=1.75)
    assert track.times.tolist() == [0.125, 0.375, 0.625, 0.875, 1.125, 1.375, 1.625]
    assert track.values.tolist() == np.arange(14).reshape(7, 2).tolist()


def test_rows_count_from_where_windows_begin_and_end(tmp_path):
    tabled.as_csv(tmp_path / "ann", {"a": [0, 1], "z": [1, 2], "x": [5, 7]})
    assert rows(tmp_path, time=["a", "z"], unit="s").times.tolist() == [0.5, 1.5]
    track = rows(tmp_path, time="a", unit="s", start_s=0.25, columns=["x"])
    assert track.times.tolist() == [0.25, 1.25]


def test_milliseconds_become_seconds(tmp_path):
    tabled.as_csv(tmp_path / "ann", {"t": [0, 40, 9080], "x": [1, 2, 3]})
    assert rows(tmp_path, time="t", unit="ms").times.tolist() == [0.0, 0.04, 9.08]


def test_an_hour_at_a_thousand_rows_a_second_is_read(tmp_path):
    np.save(tmp_path / "ann.npy", np.arange(3_600_000, dtype=np.float32))
    track = rows(tmp_path, rate_hz=1000, duration=3600.0)
    assert len(track.times) == 3_600_000 and track.times[-1] == 3599.999
    assert track.values[1_000_000].tolist() == [1e6]


# ------------------------------------------------------------------ formats --


@pytest.mark.parametrize("how", tabled.WRITTEN)
def test_the_same_numbers_are_the_same_rows_whatever_the_format(tmp_path, how):
    tabled.WRITTEN[how](tmp_path / "ann", PLAIN)
    track = rows(tmp_path, **S)
    assert track.times.tolist() == [0.5, 1.25, 2.0]
    assert track.values.tolist() == np.float32([[0.125, 1], [7, 2.5], [1e-3, -3]]).tolist()
    (tmp_path / "csv").mkdir()
    tabled.as_csv(tmp_path / "csv" / "ann", PLAIN)
    assert same(track, rows(tmp_path / "csv", **S))


def test_an_array_of_several_columns_is_as_many_columns(tmp_path):
    values = np.arange(33.0).reshape(3, 11)
    expected = [f"values_{i}" for i in range(11)]
    np.savez(tmp_path / "ann.npz", values=values, times=PLAIN["t"], fps=25.0)
    npz = table(path=str(tmp_path), time="times", unit="s")
    assert npz.columns(tmp_path / "ann.npz") == (*expected,)
    track = npz("ann", None, 0.0, None, 10.0)
    assert track.values.tolist() == values.tolist()
    (tmp_path / "npy").mkdir()
    np.save(tmp_path / "npy" / "ann.npy", np.asfortranarray(values))
    flat = rows(tmp_path / "npy", rate_hz=2, columns=["values_1", "values_*"])
    assert flat.values[:, :2].tolist() == values[:, [1, 0]].tolist()


def test_an_array_of_one_column_is_called_as_it_is(tmp_path):
    np.save(tmp_path / "ann.npy", np.array([True, False, True]))
    one = table(path=str(tmp_path), rate_hz=2)
    assert one.columns(tmp_path / "ann.npy") == ("values",)
    assert one("ann", None, 0.0, None, 9.0).values.tolist() == [[1], [0], [1]]


def test_a_dataset_of_hdf5_is_named_by_its_path(tmp_path):
    tabled.as_hdf5(tmp_path / "ann", {"a/t": [0, 1], "a/ecg": [[1, 2, 3], [4, 5, 6]], "b": [7, 8]})
    track = rows(tmp_path, time="a/t", unit="s", columns=["b", "a/ecg_*"])
    assert track.values.tolist() == [[7, 1, 2, 3], [8, 4, 5, 6]]


def test_columns_of_text_are_no_features_unless_they_are_named(tmp_path):
    tabled.as_csv(tmp_path / "ann", {"t": [0, 1], "who": ["x", "y"], "b": [3, 4]})
    assert table(path=str(tmp_path), **S).columns(tmp_path / "ann.csv") == ("b",)


def test_what_places_a_row_is_no_feature(tmp_path):
    names = ("t", "frame", "face_id", "Timestamp", "segment_id", "ok", "b", "a")
    tabled.as_csv(tmp_path / "ann", {name: [0, 1] for name in names})
    ruled = {"ok": {"equals": 0, "state": "no_face"}}
    assert table(path=str(tmp_path), **S, valid=ruled).columns(tmp_path / "ann.csv") == ("a", "b")


# ------------------------------------------------------------------ columns --


def test_columns_come_by_pattern_and_in_each_in_natural_order(tmp_path):
    names = ["t", "AU10_r", "y2", "AU2_r", "y10", "AU1_c", "y1", "mfcc_sma[1]", "AU1_r"]
    file = tabled.as_csv(tmp_path / "ann", {name: [0] for name in names})

    def chosen(**options):
        return table(path=str(tmp_path), **S, **options).columns(file)

    assert chosen(columns=["y*", "AU*_r"]) == ("y1", "y2", "y10", "AU1_r", "AU2_r", "AU10_r")
    assert chosen(columns=["AU10_r", "AU*"], without=["*_c"]) == ("AU10_r", "AU1_r", "AU2_r")
    assert chosen(columns=["mfcc_sma[1]"]) == ("mfcc_sma[1]",)
    assert chosen() == (
        *("AU1_c", "AU1_r", "AU2_r", "AU10_r", "mfcc_sma[1]"),
        *("y1", "y2", "y10"),
    )


def test_the_order_of_a_file_does_not_count(tmp_path):
    for clip, order in (("ann", list(PLAIN)), ("bob", list(reversed(PLAIN)))):
        tabled.as_csv(tmp_path / clip, {name: PLAIN[name] for name in order})
    assert same(rows(tmp_path, "ann", **S), rows(tmp_path, "bob", **S))


def test_two_readings_have_the_same_bytes(tmp_path):
    tabled.as_parquet(tmp_path / "ann", PLAIN)
    assert same(rows(tmp_path, **S), rows(tmp_path, **S))


# ------------------------------------------------------------------ missing --


@pytest.mark.parametrize(
    "cell", ["", "NaN", "nan", "NA", "null", "-nan(ind)", "inf", "-1", "-999.0"]
)
def test_a_row_without_one_of_its_numbers_is_missing_as_a_whole(tmp_path, cell):
    tabled.as_csv(tmp_path / "ann", {"t": [0, 1, 2], "x": [1, cell, 3], "y": [4, 5, 6]})
    track = rows(tmp_path, **S, missing=[-1, -999])
    assert track.state.tolist() == [OK, MISSING, OK]
    assert np.isnan(track.values[1]).all() and track.values[2].tolist() == [3, 6]


def test_a_number_that_parquet_does_not_hold_is_missing(tmp_path):
    tabled.as_parquet(
        tmp_path / "ann", {"t": [0, 1, 2], "x": [1, None, 3], "b": [True, False, None]}
    )
    assert rows(tmp_path, **S).state.tolist() == [OK, MISSING, MISSING]


def test_a_blank_line_between_numbers_is_a_row_without_one(tmp_path):
    (tmp_path / "ann.csv").write_text("\neda\n1\n\n3\n\n\n", encoding="utf-8")
    track = rows(tmp_path, rate_hz=4)
    assert track.times.tolist() == [0, 0.25, 0.5] and track.state.tolist() == [OK, MISSING, OK]


def test_rules_say_why_rows_do_not_count_and_the_first_decides(tmp_path):
    tabled.as_csv(
        tmp_path / "ann",
        {"t": range(6), "x": [1] * 5 + [""], "ok": [1, 0, 1, 0, "", 1], "q": [9, 9, 2, 2, 9, 9]},
    )
    ruled = {
        "ok": {"equals": 0, "state": "no_face"},
        "q": [{"below": 5, "state": "blurred"}, {"above": 10, "state": "silence"}],
    }
    states = rows(tmp_path, **S, columns=["x"], valid=ruled).state
    assert states.tolist() == [OK, State.NO_FACE, State.BLURRED, State.NO_FACE, MISSING, MISSING]


# ------------------------------------------------------------------ stretch --


def test_a_table_named_after_a_clip_counts_from_its_start(tmp_path):
    tabled.as_csv(tmp_path / "ann_2", {"t": [-0.6, -0.5, 0, 1, 2.5, 2.6], "x": range(6)})
    made = table(path=str(tmp_path), **S)
    track = made("ann_2", tmp_path / "ann.mp4", 10.0, 12.0, 2.0)
    assert track.times.tolist() == [-0.5, 0, 1, 2.5] and track.values[:, 0].tolist() == [1, 2, 3, 4]


def test_a_table_named_after_a_media_file_is_cut_to_the_clip(tmp_path, film):
    media = film("ann.wav", samples=np.zeros((1, 16_000 * 7)))
    (tmp_path / "eda").mkdir()
    tabled.as_csv(tmp_path / "eda" / "ann", {"t": [0.5 * i for i in range(14)], "x": range(14)})
    made = table(path=str(tmp_path / "eda"), files="{media}.*", **S)
    track = made("ann_2", media, 2.0, 4.0, 2.0)
    assert track.times.tolist() == [0, 0.5, 1, 1.5] and track.values[:, 0].tolist() == [4, 5, 6, 7]
    assert made("ann_3", media, 5.5, None, 1.5).times.tolist() == [0, 0.5, 1]
    assert len(made("ann", media, 0.0, None, 7.0).times) == 14


def test_frames_are_shown_when_the_video_shows_them(tmp_path, film):
    times = [0, 0.04, 0.1, 0.3, 0.34]  # no rate at all
    media = film("ann.mkv", [np.full((48, 64, 3), 9 * i, np.uint8) for i in range(5)], times)
    (tmp_path / "au").mkdir()
    tabled.as_csv(tmp_path / "au" / "ann", {"frame": [1, 3, 4, 5], "x": [1, 3, 4, 5]})
    track = rows(tmp_path / "au", media=media, duration=0.38, frame="frame", first_frame=1)
    assert track.times == pytest.approx([0, 0.1, 0.3, 0.34], abs=1e-3)
    tabled.as_csv(tmp_path / "au" / "late", {"frame": [0, 2], "x": [7, 8]})
    made = table(path=str(tmp_path / "au"), frame="frame", first_frame=0)
    track = made("late", media, 0.09, None, 0.29)
    assert track.times == pytest.approx([0.01, 0.25], abs=1e-3)
    named = table(path=str(tmp_path / "au"), files="{media}.csv", frame="frame", first_frame=1)
    assert named("late", media, 0.09, 0.32, 0.23).times == pytest.approx([0.01, 0.21], abs=1e-3)


# ------------------------------------------------------------------- places --


def test_a_clip_without_a_table_has_no_rows_as_wide_as_those_of_others(tmp_path):
    tabled.as_csv(tmp_path / "a_broken", {"t": [0], "who": ["x"]})
    tabled.as_csv(tmp_path / "bob", PLAIN)
    made = table(path=str(tmp_path), **S)
    track = made("ann", None, 0.0, None, 10.0)
    assert len(track.times) == 0 and track.dim == made.dim == 2
    assert made.find("ann", None) is None and made.files("ann", None) == []
    assert made.files("bob", None) == [tmp_path / "bob.csv"]


def test_the_suffix_alone_is_free_and_other_files_are_no_tables(tmp_path):
    for name in ("a.mp4", "a.b.csv", ".a.csv"):
        (tmp_path / name).touch()
    made = table(path=str(tmp_path), **S)
    assert made.find("a", None) is None
    assert made.find("a.b", None) == tmp_path / "a.b.csv"
    (tmp_path / "a[1].CSV").touch()
    assert made.find("a[1]", None) == tmp_path / "a[1].CSV"


def test_a_pattern_finds_tables_in_folders(tmp_path):
    file = tabled.as_csv(tmp_path / "film" / "x" / "ann_eda", PLAIN)
    made = table(path=str(tmp_path), files="{media}/*/{clip}_*.csv", **S)
    assert made.find("ann", tmp_path / "film.mp4") == file
    assert made.find("ann", None) is None


def test_two_tables_of_a_clip_are_named(tmp_path):
    tabled.as_csv(tmp_path / "ann", PLAIN)
    tabled.as_parquet(tmp_path / "ann", PLAIN)
    with pytest.raises(TableError, match=r"'ann' has 2 tables, .*ann\.csv and .*ann\.parquet"):
        rows(tmp_path, **S)


@pytest.mark.parametrize("clip", ["..", "../x", "a/b", "a\\b"])
def test_an_id_never_leaves_the_folder(tmp_path, clip):
    with pytest.raises(TableError, match="cannot be part of a file's name"):
        table(path=str(tmp_path), **S).find(clip, None)


# ------------------------------------------------------------------ options --

RULE = {"below": 1, "state": "no_face"}


@pytest.mark.parametrize(
    "options, said",
    [
        ({}, r"name one of time, frame and rate_hz, got none"),
        ({"time": "t", "unit": "s", "rate_hz": 4}, "got time and rate_hz"),
        ({"time": "t"}, "the option unit is missing: whether t is in s or ms"),
        ({"time": "t", "unit": "msec"}, "Did you mean 'ms'"),
        ({"time": [], "unit": "s"}, r"a column, or \[start, end\], got \[\]"),
        ({"rate_hz": 0}, "rate_hz must be above 0, got 0"),
        ({"rate_hz": 4, "unit": "s"}, "unit is that of a column of times"),
        ({"rate_hz": 4, "first_frame": 1}, "first_frame goes with frame"),
        ({"frame": "f"}, "first_frame must be 0 or 1, got None"),
        ({"frame": "f", "first_frame": 2}, "first_frame must be 0 or 1, got 2"),
        ({"preset": "openfase"}, "no preset named 'openfase'.*Did you mean 'openface'"),
        ({"preset": "muse", "confidence": 0.5}, "no rule of this table is about confidence"),
        ({"preset": "muse", "face_id": 0}, "no column tells faces apart"),
        (S | {"columns": "AU"}, "columns must be a list of names or patterns, got 'AU'"),
        (S | {"columns": []}, "columns is an empty list"),
        (S | {"files": "x.csv"}, r"files must name \{clip\} or \{media\}"),
        (S | {"files": "../{clip}.csv"}, "files must stay below path"),
        (S | {"files": "/x/{clip}.csv"}, "files must stay below path"),
        (S | {"files": "{clip}.xlsx"}, r"no table ends in '\.xlsx'; .*\.csv"),
        (S | {"files": "{clip}.cvs"}, r"nearest: '\.csv'"),
        (S | {"delimiter": "::"}, "delimiter must be one character or null, got '::'"),
        (S | {"valid": {"q": {"below": 1}}}, "valid.q must be one of .* beside a state"),
        (S | {"valid": {"q": 0}}, "valid.q must be one of .* beside a state"),
        (S | {"valid": {"q": RULE | {"above": 3}}}, "valid.q must be one of .* beside a state"),
        (S | {"valid": {"q": {"under": 1, "state": "no_face"}}}, "no rule named 'under'"),
        (S | {"valid": {"q": RULE | {"state": "noface"}}}, "Did you mean 'no_face'"),
        (S | {"valid": {"q": RULE | {"state": "ok"}}}, "no state named 'ok'"),
        (S | {"valid": {"q": RULE | {"below": "x"}}}, "below must be a number, got 'x'"),
        (S | {"start_s": float("nan")}, "start_s must be a number"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path, options, said):
    with pytest.raises(ValueError, match=said):
        table(path=str(tmp_path), **options)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=f"no folder: {tmp_path}/none"):
        table(path=str(tmp_path / "none"), **S)


def test_it_is_an_extractor_of_which_the_path_is_no_part(tmp_path):
    options = {"path": str(tmp_path), **S}
    with pytest.raises(UnknownNameError, match="no option of signals/table named 'colums'"):
        build("signals", "table", options | {"colums": ["x"]})
    found = identity("signals", "table", options)
    assert found["options"] == S
    assert {"numpy", "pyarrow", "h5py", "av"} <= set(found["versions"])
