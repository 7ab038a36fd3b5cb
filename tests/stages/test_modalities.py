"""A corpus of words, of sound or of pictures alone goes through the same stages as any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from features.shards import Shards
from features.track import State
from stages import align, audio, faces, text, transcripts, visual
from stages.evaluate import stage as evaluate
from stages.ingest import stage as ingest
from stages.paths import ALIGN, METRICS
from stages.train import stage as train
from tests.features.conftest import write_film
from tests.repo import PARAMS
from tests.stages.conftest import write_tone
from tests.stages.planted import RECIPE, options, params
from tests.stages.test_evaluate import PARAMS as EVALUATION
from tests.stages.test_extract import Extracted, extracted  # noqa: F401  (a fixture)
from tests.stages.test_faces import write_crop

SIDES = ("train", "train", "val", "val", "test", "test")
STAGES = {"visual": visual, "audio": audio, "transcripts": transcripts, "text": text}
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


def extract(corpus: dict[str, Any]) -> Shards:
    """Everything up to the grid; the crops of whoever has pictures are in corpus/crops."""
    ingest.run(ingest.Params(**{**PARAMS["ingest"], **corpus}))
    crops = {"extractor": "ready_crops", "options": {"path": "corpus/crops", "size_px": 64}}
    faces.run(faces.Params(**crops, reads="corpus", shards=2))
    for fresh in (visual.faces, text.transcripts, transcripts.files, transcripts.sentences):
        fresh.cache_clear()  # each stage is a process of its own
    for name, stage in STAGES.items():
        stage.run(stage.Params(**PARAMS[name]))
    align.run(align.Params(**PARAMS["align"]))
    return Shards(ALIGN)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    monkeypatch.delenv("CLIP_STORE", raising=False)
    return Path("corpus")


@pytest.mark.parametrize(
    "written, there", [(words, "text"), (sounds, "audio"), (pictures, "visual")]
)
def test_one_modality_is_enough_from_ingest_to_evaluate(place: Path, written, there):
    shards = extract(written(place))
    for clip in shards:
        columns = shards[clip].columns
        for modality in ("visual", "audio", "text"):
            states = set(columns[f"{modality}.state"][:].tolist())
            assert states == {State.OK if modality == there else State.ABSENT}, modality
        assert (columns["labels.state"][:] == State.OK).all()
    recipe = {**RECIPE, "epochs": 2, "batch": 3}
    runs = {"single": {"one": options(there)}}
    chosen = params(runs=runs, recipe=recipe, seeds=[1])
    train.run(chosen, "single", "1")
    YAML().dump({"train": chosen.model_dump()}, Path("params.yaml"))
    evaluate.run(evaluate.Params(**EVALUATION))
    scores = json.loads(METRICS.read_text())["runs"]["one"]
    assert np.isfinite([scores[target]["ccc"] for target in ("valence", "arousal")]).all()


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
    shards = extract(corpus)
    assert len(shards) == len(SIDES)
