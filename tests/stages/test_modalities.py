"""A corpus of words, of sound, of pictures or of tables alone goes through the same stages as any
other, and so do several streams of one kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.shards import Shards
from features.track import State
from stages import align, audio, faces, grid, text, transcripts, visual
from stages.evaluate import stage as evaluate
from stages.ingest import stage as ingest
from stages.params import Extraction
from stages.paths import GRID, METRICS, aligned
from stages.signals import stage as signals
from stages.streams import Stream
from stages.timing import Timing
from stages.train import stage as train
from tests.features import tabled
from tests.features.conftest import write_film
from tests.repo import PARAMS
from tests.stages.conftest import write_tone
from tests.stages.planted import RECIPE, options, params
from tests.stages.sections import choose
from tests.stages.test_evaluate import PARAMS as EVALUATION
from tests.stages.test_extract import Extracted, extracted  # noqa: F401  (a fixture)
from tests.stages.test_faces import write_crop

SIDES = ("train", "train", "val", "val", "test", "test")
STAGES = {"visual": visual, "audio": audio, "text": text, "signals": signals}
KINDS = {"face": "visual", "voice": "audio", "words": "text"}  # of the streams of params.yaml
LABELS = "time,valence,arousal\n" + "".join(
    f"{t / 10},{t % 7 / 7},{t % 5 / 5}\n" for t in range(30)
)


def words(folder: Path, **changed: str) -> dict[str, Any]:
    said = {f"w{i}": f"number {i} is what they said" for i in range(len(SIDES))} | changed
    rows = (f"{n},{said[n]},{i / 5},{-i / 5},{n},{SIDES[i]}\n" for i, n in enumerate(said))
    folder.mkdir(exist_ok=True)
    (folder / "table.csv").write_text("id,text,valence,arousal,subject,split\n" + "".join(rows))
    return {"corpus": "sentences", "options": {"path": str(folder / "table.csv")}}


def sounds(folder: Path) -> dict[str, Any]:
    return _media(folder, lambda i: write_tone(folder / f"media/c{i}.wav", 200 + 50 * i, 3.0))


def pictures(folder: Path) -> dict[str, Any]:
    def film(i: int) -> None:
        shown = [np.full((32, 48, 3), 20 * i + n, np.uint8) for n in range(30)]
        write_film(folder / f"media/c{i}.mp4", shown, np.arange(30) / 10, fps=10)
        for n in range(1, 31):
            (folder / f"crops/c{i}").mkdir(parents=True, exist_ok=True)
            write_crop(folder / f"crops/c{i}/{n:05}.jpg", 20 * i + n)

    return _media(folder, film)


def _media(folder: Path, write: Any) -> dict[str, Any]:
    for name in ("media", "labels"):
        (folder / name).mkdir(parents=True)
    rows = [f"c{i},c{i},{side}\n" for i, side in enumerate(SIDES)]
    (folder / "clips.csv").write_text("clip,subject,split\n" + "".join(rows))
    for i in range(len(SIDES)):
        write(i)
        (folder / f"labels/c{i}.csv").write_text(LABELS)
    return {"corpus": "folder", "options": {"path": str(folder)}}


def tables(folder: Path) -> dict[str, Any]:
    """Tones, and a table for each that has the truth in it."""
    made = sounds(folder)
    at = [t / 10 for t in range(30)]
    for i in range(len(SIDES)):
        numbers = {"up": [t % 7 / 7 for t in range(30)], "down": [t % 5 / 5 for t in range(30)]}
        tabled.as_csv(folder / f"tables/c{i}", {"t": at, **numbers})
    return made


def extract(
    corpus: dict[str, Any], *, without: tuple[str, ...] = (), **more: dict[str, Any]
) -> dict[str, Shards]:
    """Everything up to the grid, of the streams of params.yaml but for some, and of `more`, {kind:
    {stream: its section}} -> each stream on the grid. Crops of whoever has pictures are in
    corpus/crops.
    """
    sections = {n: PARAMS[kind][n] for n, kind in KINDS.items() if n not in without}
    kinds = {name: KINDS[name] for name in sections}
    for kind, named in more.items():
        sections |= named
        kinds |= dict.fromkeys(named, kind)
    usual = {"how": "mean", "largest_gap_s": 0.2}
    rules = {name: PARAMS["align"].get(name) or {"of": kinds[name], **usual} for name in kinds}
    choose(**{name: PARAMS[name] for name in ("targets", "grid")}, align=rules)
    ingest.run(ingest.Params(**{**PARAMS["ingest"], **corpus}))
    _look_and_listen({*kinds.values()})
    for name, kind in kinds.items():
        STAGES[kind].run(Extraction(**sections[name]), name)
    grid.run(Timing(**PARAMS["grid"]))
    for name, rule in rules.items():
        align.run(Stream(**rule), name)
    return {name: Shards(aligned(name)) for name in kinds}


def _look_and_listen(kinds: set[str]) -> None:
    """The crops and the words that streams of some kinds are made of."""
    for fresh in (visual.faces, text.transcripts, transcripts.files, transcripts.sentences):
        fresh.cache_clear()  # each stage is a process of its own
    if "visual" in kinds:
        crops = {"extractor": "ready_crops", "options": {"path": "corpus/crops", "size_px": 64}}
        faces.run(faces.Params(**crops, reads="corpus", shards=2))
    if "text" in kinds:
        transcripts.run(transcripts.Params(**PARAMS["transcripts"]))


def scored(head: str, *streams: str) -> dict[str, Any]:
    """Train one run of a head over some streams and evaluate it -> its scores."""
    recipe = {**RECIPE, "epochs": 2, "batch": 3}
    chosen = params(runs={head: {"one": options(*streams)}}, recipe=recipe, seeds=[1])
    train.run(chosen, head)
    choose(train=chosen.model_dump())
    evaluate.run(evaluate.Params(**{**EVALUATION, "baselines": []}))
    return json.loads(METRICS.read_text())["runs"]["one"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "0")
    monkeypatch.delenv("CLIP_STORE", raising=False)
    return Path("corpus")


@pytest.mark.parametrize(
    "written, there", [(words, "words"), (sounds, "voice"), (pictures, "face")]
)
def test_one_modality_is_enough_from_ingest_to_evaluate(place: Path, written, there):
    streams = extract(written(place))
    labels = Shards(GRID)
    for clip in labels:
        for name, shards in streams.items():
            states = set(shards[clip].columns["state"][:].tolist())
            assert states == {State.OK if name == there else State.ABSENT}, name
        assert (labels[clip].columns["labels.state"][:] == State.OK).all()
    scores = scored("single", there)
    assert np.isfinite([scores[target]["ccc"] for target in ("valence", "arousal")]).all()


TABLE = {"reads": "corpus/tables", "extractor": "table", "shards": 2}
TABLE["options"] = {"path": "corpus/tables", "time": "t", "unit": "s"}


def test_tables_alone_are_enough_from_ingest_to_evaluate(place: Path):
    streams = extract(tables(place), without=("face", "voice", "words"), signals={"au": TABLE})
    assert list(streams) == ["au"] and not Path("data/faces").exists()
    for clip, record in streams["au"].items():
        assert set(record.columns["state"][:]) == {State.OK}
        assert record.columns["values"].shape == (30, 2)
        assert (Shards(GRID)[clip].columns["labels.state"][:] == State.OK).all()
    scores = scored("single", "au")
    assert np.isfinite([scores[target]["ccc"] for target in ("valence", "arousal")]).all()
    made = json.loads(Path("data/train/single/1/one/run.json").read_text())
    assert made["widths"] == {"au": 2} and made["features"]["au"]["kind"] == "signals"


def test_tables_are_fused_with_what_is_heard(place: Path):
    streams = extract(tables(place), signals={"au": TABLE})
    states = {name: {*shards["c0"].columns["state"][:]} for name, shards in streams.items()}
    absent = {State.ABSENT}
    assert states == {"face": absent, "voice": {State.OK}, "words": absent, "au": {State.OK}}
    scores = scored("concat", "voice", "au")
    assert list(scores["ccc_without"]) == ["voice", "au"]


def test_two_streams_of_one_kind_are_fused_as_any_others(place: Path):
    coarse = {**PARAMS["visual"]["face"], "options": {"cells": 4}}
    streams = extract(pictures(place), visual={"coarse": coarse})
    shapes = {name: streams[name]["c0"].columns["values"].shape for name in ("face", "coarse")}
    assert shapes == {"face": (30, 576), "coarse": (30, 144)}
    scores = scored("concat", "coarse", "face")
    made = json.loads(Path("data/train/concat/1/one/run.json").read_text())
    assert list(made["widths"].items()) == [("coarse", 144), ("face", 576)]
    assert {name: about["kind"] for name, about in made["features"].items()} == {
        "coarse": "visual",
        "face": "visual",
    }
    assert scores.keys() >= {"valence", "arousal", "ccc_without"}
    assert list(scores["ccc_without"]) == ["coarse", "face"]


def test_who_changes_one_sentence_changes_the_words_and_the_text_of_one_clip(
    place: Path,
    extracted: Extracted,  # noqa: F811
):
    extract(words(place))
    first = extracted.asked()
    assert len(first["transcripts"]) == len(first["text"]) == len(SIDES)
    assert len(first["audio"]) == len(first["faces"]) == 1  # what is not there is kept once
    extract(words(place, w3="another thing altogether"))
    assert extracted.asked() == {"transcripts": ["w3"], "text": ["w3"]}
    extract(words(place))
    assert extracted.asked() == {}


def test_what_a_clip_lacks_no_extractor_is_asked_for(place: Path, monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    corpus = words(place)
    for module, name in (("faces.ready_crops", "ReadyCrops"), ("audio.logmel", "LogMel")):
        monkeypatch.setattr(f"features.{module}.{name}.__call__", refuse)
    monkeypatch.setattr("features.transcripts.sidecar.Sidecar.__call__", refuse)
    streams = extract(corpus)
    assert [len(shards) for shards in streams.values()] == [len(SIDES)] * 3
