"""A run of any streams and any targets on a new video, without a corpus."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.faces.ready_crops import ReadyCrops
from flows.predict.arguments import parse
from flows.predict.chosen import choose
from flows.predict.overlay import plane_of
from tests.flows.planted_run import FACES, FRAMES, TARGETS, faces, hears, plant, run, sees


def read(stem: str = "talk") -> tuple[dict[str, list[str]], dict[str, Any]]:
    """The table by columns, and the document."""
    with Path(f"predictions/{stem}.csv").open() as file:
        rows = list(csv.DictReader(file))
    document = json.loads(Path(f"predictions/{stem}.json").read_text())
    return {name: [row[name] for row in rows] for name in rows[0]}, document


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [row.getMessage() for row in caplog.records if row.levelno == logging.WARNING]


class TestStreams:
    def test_each_has_its_columns_and_each_target_its_range(self, film):
        run(film, *FACES, "--signals", "au=felt.csv")
        table, document = read()
        streams = ["face", "edges", "voice", "pitch", "au"]
        states = [column for stream in streams for column in (stream, f"{stream}_state")]
        assert list(table) == ["time", *TARGETS, *states]
        for target, (low, high) in TARGETS.items():
            values = np.array(table[target], float)
            assert len(values) == FRAMES and (low <= values).all() and (values <= high).all()
        assert document["targets"] == {name: [*values] for name, values in TARGETS.items()}
        assert table["face_state"] == ["no_face"] * 3 + ["ok"] * 20 == table["edges_state"]
        assert table["au_state"] == ["ok"] * 21 + ["gap"] * 2
        assert set(table["voice"]) == set(table["pitch"]) == {"1"}
        assert document["video"]["tables"]["au"]["name"] == "felt.csv"

    def test_faces_are_found_once_for_all_that_look_at_them(self, film, monkeypatch):
        asked, find = [], ReadyCrops.__call__

        def counted(self, *arguments):
            asked.append(1)
            return find(self, *arguments)

        monkeypatch.setattr(ReadyCrops, "__call__", counted)
        run(film, *FACES)
        assert len(asked) == 1

    def test_a_run_of_one_stream_asks_for_nothing_else(self, film, caplog):
        plant("voice", {"voice": (10, hears(5))}, {"sentiment": (-3.0, 3.0)}, seed=2)
        run(film, "--run", "voice")
        table, document = read()
        assert list(table) == ["time", "sentiment", "voice", "voice_state"]
        assert document["frames"] == [] and warned(caplog) == []

    def test_what_is_said_names_every_target(self, film, caplog):
        with caplog.at_level(logging.INFO, "stages"):
            run(film, *FACES)
        (said,) = [row.getMessage() for row in caplog.records if "steps of" in row.getMessage()]
        assert "23 steps of 0.1 s, face in 20, edges in 20, voice in 23" in said
        assert all(f"{target} " in said for target in TARGETS) and "\n" not in said

    def test_streams_of_different_faces_are_refused(self, film):
        streams = {"face": (36, sees(2, faces(48))), "edges": (36, sees(2, faces(64)))}
        plant("torn", streams, TARGETS, seed=2)
        with pytest.raises(ValueError, match=r"'face' and 'edges' of .*'torn'.* different faces"):
            run(film, "--run", "torn", *FACES)

    def test_a_change_names_the_stream(self, film):
        file = Path("data/provenance/train/concat.json")
        kept = json.loads(file.read_text())
        kept["pitch"]["extractors"]["audio"]["versions"]["av"] = "1"
        file.write_text(json.dumps(kept))
        with pytest.raises(ValueError, match=r"'five'.*\n  pitch, audio/logmel: av was 1, is "):
            run(film, *FACES)


class TestSignals:
    def test_without_a_table_the_stream_is_masked_and_that_is_said_once(self, film, caplog):
        run(film, *FACES)
        table, _ = read()
        assert set(table["au"]) == {"0"} and set(table["au_state"]) == {"absent"}
        assert warned(caplog) == ["masked for want of a table: au; give it by --signals au=FILE"]

    def test_a_table_changes_what_is_predicted(self, film, caplog):
        run(film, *FACES)
        before = read()[0]["sentiment"]
        caplog.clear()
        run(film, *FACES, "--signals", "au=felt.csv")
        assert read()[0]["sentiment"] != before and warned(caplog) == []

    @pytest.mark.parametrize(
        ("table", "error", "message"),
        [
            ("ua=felt.csv", LookupError, r"no signals stream of the run 'five' named 'ua'.*: au"),
            ("face=felt.csv", LookupError, r"no signals stream of the run 'five' named 'face'"),
            ("au=lost.csv", FileNotFoundError, r"no table lost.csv of au"),
            ("au=bad.csv", ValueError, r"bad.csv.*AU1.*'x'"),
            ("au=wide.csv", ValueError, r"au has rows of 3 features, the head reads 2"),
        ],
    )
    def test_what_cannot_be_a_table_is_named(self, film, table, error, message):
        Path("bad.csv").write_text("time,AU1,AU2\n0.1,x,1\n")
        Path("wide.csv").write_text("time,AU1,AU2,AU3\n0.1,1,1,1\n")
        with pytest.raises(error, match=message):
            run(film, *FACES, "--signals", table)
        assert not list(Path().glob("predictions/*"))

    def test_a_run_without_signals_says_what_it_reads(self, film):
        plant("voice", {"voice": (10, hears(5))}, TARGETS, seed=2)
        with pytest.raises(LookupError, match=r"'voice' reads no signals, .*'au'.*reads: voice"):
            run(film, "--run", "voice", "--signals", "au=felt.csv")

    @pytest.mark.parametrize("given", [["au"], ["=x.csv"], ["au="], ["au=a", "au=b"]])
    def test_what_is_no_option_is_refused(self, given, capsys):
        with pytest.raises(SystemExit):
            parse(["talk.mp4", *(word for one in given for word in ("--signals", one))], None)
        said = capsys.readouterr().err
        assert "twice" in said if len(given) > 1 else f"{given[0]!r} is not STREAM=FILE" in said


def write_params(**sections: Any) -> None:
    """A params.yaml; JSON is YAML."""
    Path("params.yaml").write_text(json.dumps(sections))


def section(extractor: str, **options: Any) -> dict[str, Any]:
    return {"reads": "", "extractor": extractor, "options": options, "shards": 1}


class TestWhereWeightsLie:
    """ready_crops has no weights, but a path that its identity leaves out, as weights have."""

    def test_params_yaml_says(self, film):
        write_params(faces=section("ready_crops", path="crops", size_px=99))
        run(film)
        assert read()[0]["face"].count("1") == 20

    def test_an_option_that_is_given_wins(self, film):
        write_params(faces=section("ready_crops", path="lost", size_px=48))
        run(film, *FACES)
        assert read()[0]["face"].count("1") == 20

    def test_another_extractor_in_params_yaml_says_nothing(self, film):
        write_params(faces=section("mtcnn", path="crops"))
        with pytest.raises(LookupError, match=r"needs the option 'path'") as error:
            run(film)
        assert "'face' of the run 'five' is faces/ready_crops" in error.value.__notes__[0]

    @pytest.mark.parametrize("name", ["facs.path", "visual.path"])
    def test_an_option_for_what_is_no_part_of_the_run(self, film, name):
        with pytest.raises(LookupError, match=r"no part of the run 'five'.*face, edges.*faces"):
            run(film, "--option", f"{name}=crops")


class TestThePlane:
    @pytest.mark.parametrize(
        ("plane", "expected"),
        [
            (["arousal", "power"], ("arousal", "power")),
            (["valence", "power"], None),
            (None, None),
        ],
    )
    def test_it_is_of_two_targets_of_the_run(self, film, plane, expected):
        write_params(plane=plane, targets={"valence": [-1, 1], "arousal": [-1, 1], "power": [1, 9]})
        assert plane_of(choose("five")) == expected

    def test_without_params_yaml_there_is_none(self, film):
        assert plane_of(choose("five")) is None
