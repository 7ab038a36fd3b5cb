"""Tables that somebody already has become one stream, and a bad table costs its own clip alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.shards import Shards
from features.signals.reading.columns import TableError
from features.track import State, Track, read_track
from stages import align
from stages.params import Extraction
from stages.paths import aligned, extracted, rejected
from stages.rules import Stream
from stages.signals import stage
from tests.features import tabled
from tests.features.conftest import write_film
from tests.repo import PARAMS
from tests.stages.conftest import write_tone
from tests.stages.sections import choose
from tests.stages.test_extract import made  # noqa: F401  (a fixture)
from tests.stages.test_ingest import run as run_ingest

AU = extracted("signals", "au")
TIMES = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55]  # s, in clips of 0.6 s


def lay(folder: Path, clip: str, first: float, **more: Any) -> Path:
    """The table of a clip, whose numbers go up from `first`."""
    columns = {"t": TIMES, "AU01_r": [first + i for i in range(6)], "AU02_r": [-first] * 6}
    return tabled.as_csv(folder / clip, {**columns, **more})


@pytest.fixture
def tables(corpus: Path) -> Path:
    """A folder with a table for each of three tones, which are ingested."""
    run_ingest(corpus)
    for first, clip in enumerate("abc"):
        lay(Path("tables"), clip, 10.0 * first)
    return Path("tables")


def run(**options: Any) -> dict[str, Track]:
    """Read the tables of the working folder -> the rows of each clip."""
    given = {"path": "tables", "time": "t", "unit": "s", **options}
    stage.run(Extraction(reads="tables", extractor="table", options=given, shards=2), "au")
    return {clip: read_track(record) for clip, record in Shards(AU).items()}


def turned_away() -> dict[str, dict[str, str]]:
    lines = rejected("au").read_text().splitlines()
    return {line["clip"]: line for line in map(json.loads, lines)}


def on_grid() -> Shards:
    """The stream on a grid of 0.1 s."""
    choose(grid=PARAMS["grid"])
    align.run(Stream(of="signals", how="mean", largest_gap_s=0.05), "au")
    return Shards(aligned("au"))


# ------------------------------------------------------------------ rows --


def test_each_clip_has_the_rows_of_its_table(tables: Path):
    found = run()
    assert list(found) == ["a", "b", "c"]
    for first, track in zip((0, 10, 20), found.values(), strict=True):
        assert track.times.tolist() == TIMES and track.mask.all()
        assert track.values.tolist() == [[first + i, -first] for i in range(6)]
    assert turned_away() == {}
    on = on_grid()["b"].columns
    assert on["values"][:, 0].tolist() == [10, 11, 12, 13, 14, 15]
    assert on["state"][:].tolist() == [State.OK] * 6


def test_a_clip_without_a_table_has_no_rows_and_is_absent_on_the_grid(tables: Path):
    (tables / "b.csv").unlink()
    found = run()
    assert [len(found[clip].times) for clip in "abc"] == [6, 0, 6] and found["b"].dim == 2
    assert turned_away() == {}
    assert on_grid()["b"].columns["state"][:].tolist() == [State.ABSENT] * 6


def test_a_cell_without_a_number_is_missing_there_alone(tables: Path):
    lay(tables, "b", 10.0, AU02_r=[1, 1, "", 1, 1, 1])
    assert run()["b"].state.tolist() == [0, 0, State.MISSING, 0, 0, 0]
    assert on_grid()["b"].columns["state"][:].tolist() == [0, 0, State.MISSING, 0, 0, 0]


def test_where_no_clip_has_a_table_it_is_an_error(tables: Path):
    for file in tables.iterdir():
        file.unlink()
    with pytest.raises(
        TableError, match=r"none of 3 clips, 'a' for one, has .*tables/.* finds none at all"
    ):
        run()


def test_a_pattern_that_finds_nobodys_table_is_an_error_that_shows_one(tables: Path):
    for file in list(tables.iterdir()):
        file.rename(file.with_name(f"{file.stem}_au{file.suffix}"))
    with pytest.raises(TableError, match=r"has a table that can be read: .* finds tables/a_au"):
        run()


# ------------------------------------------------------------------ bad tables --


def renamed(tables: Path) -> None:
    columns = {"t": TIMES, "AU1_r": TIMES, "AU02_r": TIMES}
    tabled.as_csv(tables / "b", columns)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "text where numbers belong": (
        lambda tables: lay(tables, "b", 10.0, AU01_r=[1, 2, "three", 4, 5, 6]),
        r"tables/b.csv line 4, column 'AU01_r': expected a number, got 'three'",
    ),
    "ms taken for s": (
        lambda tables: lay(tables, "b", 10.0, t=[50, 150, 250, 350, 450, 550]),
        "times in ms taken for s? say unit: ms",
    ),
    "a column fewer": (
        lambda tables: tabled.as_csv(tables / "b", {"t": TIMES, "AU01_r": TIMES}),
        "tables/b.csv line 1: no column of numbers 'AU02_r', which other clips' tables have (1 of "
        "2 are missing)",
    ),
    "a column of another name": (
        renamed,
        "tables/b.csv line 1: no column of numbers 'AU01_r', which other clips' tables have (1 of "
        "2 are missing), nearest: 'AU1_r'",
    ),
    "a column more": (
        lambda tables: lay(tables, "b", 10.0, AU12_r=TIMES),
        "tables/b.csv line 1: the column 'AU12_r' is not in the tables of other clips",
    ),
    "times that go back": (
        lambda tables: lay(tables, "b", 10.0, t=[0.1, 0.3, 0.2, 0.4, 0.5, 0.55]),
        "tables/b.csv line 4: times must increase, but 0.2 s comes after 0.3 s",
    ),
    "nothing in it": (lambda tables: (tables / "b.csv").write_text(""), "tables/b.csv is empty"),
    "two tables": (
        lambda tables: tabled.as_tsv(tables / "b", {"t": TIMES, "AU01_r": TIMES, "AU02_r": TIMES}),
        "clip 'b' has 2 tables, tables/b.csv and tables/b.tsv",
    ),
    "no parquet": (
        lambda tables: (tables / "b.csv").rename(tables / "b.parquet"),
        "tables/b.parquet cannot be read as Parquet",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_table_costs_its_own_clip_alone_and_is_named(tables: Path, caplog, name):
    whole = run(columns=["AU*_r"] if name == "text where numbers belong" else None)
    destroy, said = BROKEN[name]
    destroy(tables)
    found = run(columns=["AU*_r"] if name == "text where numbers belong" else None)
    assert found["b"].state.tolist() == [State.UNDECODABLE] and found["b"].dim == 2
    assert all(tabled.same(found[clip], whole[clip]) for clip in "ac")
    (line,) = turned_away().values()
    assert line.keys() == {"clip", "file", "reason"} and line["clip"] == "b"
    assert line["file"] == ("" if name == "two tables" else str(next(tables.glob("b.*"))))
    assert said in line["reason"]
    assert f"clip b has no rows of au: {line['reason']}" in caplog.text
    assert set(on_grid()["b"].columns["state"][:]) == {State.UNDECODABLE}, "at every step"


def test_a_table_that_is_mended_has_its_rows_again(tables: Path):
    whole = run()
    kept = (tables / "b.csv").read_bytes()
    (tables / "b.csv").write_bytes(b"")
    run()
    assert list(turned_away()) == ["b"]
    (tables / "b.csv").write_bytes(kept)
    assert tabled.same(run()["b"], whole["b"]) and turned_away() == {}


def test_of_many_bad_tables_a_few_are_said_and_all_are_written_down(corpus: Path, caplog):
    for n in range(7):
        write_tone(corpus / f"media/x{n}.wav", 200.0 + n, 0.6)
    run_ingest(corpus)
    lay(Path("tables"), "a", 1.0)
    for n in range(7):
        (Path("tables") / f"x{n}.csv").write_text("")
    run()
    assert list(turned_away()) == [f"x{n}" for n in range(7)]
    said = [r.getMessage() for r in caplog.records if r.name == "stages"]
    assert len(said) == 6
    assert said[-1] == f"and 2 more; see {rejected('au')}"


# ------------------------------------------------------------------ made again --


def test_an_edited_table_makes_its_clip_again_and_no_other(
    tables: Path,
    made: list[str],  # noqa: F811
):
    run()
    assert sorted(made) == ["a", "b", "c"]
    made.clear()
    run()
    assert made == []
    lay(tables, "b", 11.0)
    assert run()["b"].values[0].tolist() == [11.0, -11.0] and made == ["b"]
    lay(tables, "b", 10.0)
    run()
    assert made == ["b"]  # what was made before is in the store


def test_tables_that_move_make_nothing_again(tables: Path, made: list[str]):  # noqa: F811
    first = run()
    made.clear()
    shutil.copytree(tables, "elsewhere")
    given = {"path": "elsewhere", "time": "t", "unit": "s"}
    stage.run(Extraction(reads="elsewhere", extractor="table", options=given, shards=2), "au")
    assert made == [] and tabled.same(read_track(Shards(AU)["b"]), first["b"])


def test_other_options_make_all_again(tables: Path, made: list[str]):  # noqa: F811
    run()
    made.clear()
    assert run(columns=["AU01_r"])["b"].dim == 1
    assert sorted(made) == ["a", "b", "c"]


def test_two_streams_of_one_folder_lie_apart(tables: Path):
    run()
    given = {"path": "tables", "time": "t", "unit": "s", "columns": ["AU02_r"]}
    stage.run(Extraction(reads="tables", extractor="table", options=given, shards=1), "lids")
    assert read_track(Shards(extracted("signals", "lids"))["b"]).values[0].tolist() == [-10.0]
    assert read_track(Shards(AU)["b"]).dim == 2
    assert rejected("lids") != rejected("au") and rejected("lids").read_text() == ""


# ------------------------------------------------------------------ stretches --


def cut(corpus: Path) -> None:
    """Clips of one file alone, b.wav of 0.6 s."""
    for name in ("media/a.wav", "media/c.wav", "labels/a.csv"):
        (corpus / name).unlink()
    rows = "one,x,train,b,0,0.2\ntwo,x,train,b,0.2,0.6\n"
    (corpus / "clips.csv").write_text(f"clip,subject,split,media,start,end\n{rows}")
    run_ingest(corpus)


def test_the_table_of_a_file_is_cut_as_its_clips_are(corpus: Path):
    cut(corpus)
    lay(Path("tables"), "b", 10.0)
    found = run(files="{media}.csv")
    assert found["one"].times.tolist() == [0.05, 0.15]
    assert found["two"].times == pytest.approx([0.05, 0.15, 0.25, 0.35])
    assert found["one"].values[:, 0].tolist() == [10, 11]
    assert found["two"].values[:, 0].tolist() == [12, 13, 14, 15]
    on = on_grid()
    assert on["two"].columns["values"][:, 0].tolist() == [12, 13, 14, 15]


def test_the_table_of_a_clip_counts_from_its_start(corpus: Path):
    cut(corpus)
    tabled.as_csv(Path("tables/two"), {"t": [0.05, 0.35], "x": [1, 2]})
    found = run()
    assert found["two"].times.tolist() == [0.05, 0.35] and len(found["one"].times) == 0


def test_rows_of_frames_are_made_again_when_the_media_change(
    corpus: Path,
    made: list[str],  # noqa: F811
):
    films = partial(np.full, (32, 48, 3), dtype=np.uint8)
    for name in "abc":
        (corpus / f"media/{name}.wav").unlink()
        write_film(corpus / f"media/{name}.mkv", [films(7)] * 5, np.arange(5) / 25)
        tabled.as_csv(Path("tables") / name, {"frame": [1, 2, 4], "x": [1, 2, 4]})
    given = {"time": None, "unit": None, "frame": "frame", "first_frame": 1}
    run_ingest(corpus)
    assert run(**given)["b"].times.tolist() == [0.0, 0.04, 0.12]
    made.clear()
    write_film(corpus / "media/b.mkv", [films(9)] * 5, np.arange(5) / 10)
    run_ingest(corpus)
    assert run(**given)["b"].times == pytest.approx([0.0, 0.1, 0.3]) and made == ["b"]
