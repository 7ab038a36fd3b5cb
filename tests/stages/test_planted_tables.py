"""What is planted in tables of other programs is on the grid when it happened, and is learnt.

Valence is in an action unit of an OpenFace table, a row for each picture of a 30 fps film whose
clock does not begin at 0 and which drops some pictures; arousal is in the skin conductance of a
4 Hz table in the writing of other countries.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from features.shards import Shards
from features.track import State
from stages import align, grid
from stages.evaluate import stage as evaluate
from stages.ingest import stage as ingest
from stages.params import Extraction
from stages.paths import METRICS, aligned
from stages.rules import Stream
from stages.signals import stage as signals
from stages.timing import Timing
from stages.train import stage as train
from tests.features.conftest import write_film
from tests.repo import PARAMS
from tests.stages.planted import RECIPE, options, params
from tests.stages.test_evaluate import PARAMS as EVALUATION

SIDES = ("train", "train", "train", "val", "test", "test")
SECONDS, FPS, STEP = 16, 30, 0.1
ONSET = 7.0  # s, from which on the action unit is at its most for half a second
LOST = (4.0, 5.0)  # s, where OpenFace lost the face and says so with numbers
ON = {"how": "mean", "largest_gap_s": 0.1}
BETWEEN = {"how": "linear", "largest_gap_s": 0.25}
TABLES = {
    "au": {"path": "corpus/openface", "preset": "openface", "columns": ["AU*_r"]},
    "eda": {"path": "corpus/eda", "columns": ["EDA"], "time": "ms", "unit": "ms"},
}


def moments() -> np.ndarray:
    """The times of the pictures; every 50th is missing, as cameras have it."""
    every = np.arange(SECONDS * FPS)
    return every[every % 50 != 49] / FPS


def felt(number: int, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Valence and arousal of a clip at some times, in [-1, 1]; an onset of valence at ONSET."""
    valence = 0.8 * np.sin(times * (0.7 + 0.1 * number) + number)
    valence = np.where((times >= ONSET) & (times < ONSET + 0.5), 1.0, valence)
    return valence, 0.8 * np.cos(times * (0.5 + 0.07 * number) + 2 * number)


def openface(number: int) -> str:
    times = moments()
    intensity = 2.5 * (1 + felt(number, times)[0])  # 0 to 5
    lost = (times >= LOST[0]) & (times < LOST[1])
    head = "frame, face_id, timestamp, confidence, success, AU01_r, AU12_r, AU12_c\n"
    rows = (
        # the timestamp is index / fps, as OpenFace has it: too early once a picture is missing
        f"{i + 1}, 0, {i / FPS:.3f}, {0.02 if gone else 0.98}, {0 if gone else 1}, "
        f"{(i % 7) / 7:.2f}, {0.0 if gone else au:.3f}, 1\n"
        for i, (au, gone) in enumerate(zip(intensity, lost, strict=True))
    )
    return head + "".join(rows)


def skin(number: int) -> str:
    times = np.arange(SECONDS * 4) / 4
    values = (
        f"{1000 * t:.0f}\t{x + 3:.4f}" for t, x in zip(times, felt(number, times)[1], strict=True)
    )
    return "ms\tEDA\n" + "".join(f"{row}\n" for row in values).replace(".", ",")


def labels(number: int) -> str:
    times = np.arange(SECONDS * 10) / 10 + 0.05
    rows = zip(times, *felt(number, times), strict=True)
    return "time,valence,arousal\n" + "".join(f"{t:.2f},{v:.4f},{a:.4f}\n" for t, v, a in rows)


def write_corpus(root: Path) -> None:
    for folder in ("media", "labels", "openface", "eda"):
        (root / folder).mkdir(parents=True)
    rows = []
    for number, side in enumerate(SIDES):
        times, name = moments(), f"c{number}"
        shown = [np.full((16, 16, 3), i % 250, np.uint8) for i in range(len(times))]
        write_film(root / f"media/{name}.mp4", shown, times, fps=FPS, base=Fraction(1, 15_360))
        (root / f"labels/{name}.csv").write_text(labels(number))
        (root / f"openface/{name}.csv").write_text(openface(number))
        (root / f"eda/{name}.tsv").write_text(skin(number))
        rows.append(f"{name},{name},{side}\n")
    (root / "clips.csv").write_text("clip,subject,split\n" + "".join(rows))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the corpus on its grid."""
    folder = tmp_path_factory.mktemp("planted")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("WORKERS", "1")
        patch.delenv("CLIP_STORE", raising=False)
        write_corpus(Path("corpus"))
        streams = {"au": {"of": "signals", **ON}, "eda": {"of": "signals", **BETWEEN}}
        chosen = params(
            runs={"concat": {"both": options("au", "eda")}, "single": {"au": options("au")}},
            recipe={**RECIPE, "epochs": 40, "steps": 20, "hop": 10},
            seeds=[1],
        )
        document = {"targets": ["valence", "arousal"], "align": streams}
        document |= {"grid": {**PARAMS["grid"], "step_s": STEP}, "train": chosen.model_dump()}
        YAML().dump(document, Path("params.yaml"))
        corpus = {"corpus": "folder", "options": {"path": "corpus"}}
        ingest.run(ingest.Params(**{**PARAMS["ingest"], **corpus}))
        for name, given in TABLES.items():
            section = {"reads": "corpus", "extractor": "table", "options": given, "shards": 2}
            signals.run(Extraction(**section), name)
            align.run(Stream(**streams[name]), name)
        grid.run(Timing(**document["grid"]))
        for head in chosen.runs:
            train.run(chosen, head)
        evaluate.run(evaluate.Params(**EVALUATION))
    return folder


def on_grid(place: Path, stream: str, clip: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, values and states of a stream's steps."""
    columns = Shards(place / aligned(stream))[clip].columns
    state = columns["state"][:]
    return (np.arange(len(state)) + 0.5) * STEP, columns["values"][:], state


@pytest.mark.parametrize("number", range(len(SIDES)))
def test_an_onset_in_an_openface_table_is_where_its_picture_is_shown(place: Path, number: int):
    times, values, _ = on_grid(place, "au", f"c{number}")
    most = times[values[:, 1] > 4.9]
    assert abs(most.min() - STEP / 2 - ONSET) <= STEP / 2
    assert abs(most.max() + STEP / 2 - (ONSET + 0.5)) <= STEP / 2


def test_rows_without_success_are_no_face_and_no_number(place: Path):
    times, values, state = on_grid(place, "au", "c1")
    lost = (times > LOST[0]) & (times < LOST[1])
    assert set(state[lost]) == {State.NO_FACE} and np.isnan(values[lost]).all()
    assert set(state[~lost]) == {State.OK}


def test_a_table_of_4_hz_says_between_its_rows_what_they_say(place: Path):
    times, values, state = on_grid(place, "eda", "c2")
    inside = times <= SECONDS - 0.25  # the last row
    expected = felt(2, times)[1] + 3
    assert set(state[inside]) == {State.OK}
    assert np.abs(values[inside, 0] - expected[inside]).max() < 0.01


def test_a_head_learns_from_both_what_each_of_them_carries(place: Path):
    runs = json.loads((place / METRICS).read_text())["runs"]
    assert runs["both"]["valence"]["ccc"] >= 0.8 and runs["both"]["arousal"]["ccc"] >= 0.8
    assert runs["au"]["valence"]["ccc"] >= 0.8 > 0.4 > runs["au"]["arousal"]["ccc"]
