"""The crop stage: what a clip's crops are made from decides when they are made again."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from features.crops import Crops
from features.non_subject import read_non_subject
from features.shards import Shards
from features.track import State
from stages import faces
from stages.paths import FACES
from tests.features.conftest import write_film
from tests.repo import PARAMS
from tests.stages.conftest import write_tone
from tests.stages.test_extract import made  # noqa: F401  (a fixture)
from tests.stages.test_ingest import run as run_ingest


@pytest.fixture
def crops(corpus: Path, tmp_path: Path) -> Path:
    """Two films of 5 frames instead of the tones, and a folder with a crop of each."""
    for name in ("a", "b", "c"):
        (corpus / "media" / f"{name}.wav").unlink()
    for name, level in (("a", 40), ("b", 90)):
        images = [np.full((32, 48, 3), level, np.uint8)] * 5
        write_film(corpus / "media" / f"{name}.mp4", images, np.arange(5) / 25)
        (tmp_path / "ready" / name).mkdir(parents=True)
        write_crop(tmp_path / "ready" / name / "00002.jpg", level)
    return tmp_path / "ready"


def write_crop(path: Path, level: int) -> None:
    assert cv2.imwrite(str(path), np.full((16, 16, 3), level, np.uint8))


def run(path: Path) -> Shards:
    options = {"path": str(path), "size_px": 16}
    faces.run(
        faces.Params(reads=options["path"], extractor="ready_crops", options=options, shards=2)
    )
    return Shards(FACES)


def test_ready_crops_come_at_the_times_of_the_frames(corpus: Path, crops: Path):
    run_ingest(corpus)
    kept = Crops(run(crops)["a"])
    assert kept.times == pytest.approx(np.arange(5) / 25)
    none = State.NO_FACE
    assert kept.state.tolist() == [none, State.OK, none, none, none]
    (image,) = kept.images()
    assert image.shape == (16, 16, 3)


def test_a_changed_crop_makes_its_clip_again_and_moving_all_makes_none(
    corpus: Path,
    crops: Path,
    made: list[str],  # noqa: F811
):
    run_ingest(corpus)
    run(crops)
    assert sorted(made) == ["a", "b"]
    write_crop(crops / "b" / "00004.jpg", 7)
    run(crops)
    assert sorted(made) == ["a", "b", "b"]
    crops.rename(crops.with_name("moved"))
    run(crops.with_name("moved"))
    assert len(made) == 3


def test_a_clip_without_a_folder_of_crops_is_named(corpus: Path, crops: Path):
    run_ingest(corpus)
    (crops / "b").rename(crops / "d")
    with pytest.raises(ValueError, match="no folder") as failure:
        run(crops)
    assert failure.value.__notes__ == ["in clip 'b', corpus/media/b.mp4"]


def test_films_without_a_face_keep_every_frame(corpus: Path, crops: Path):
    run_ingest(corpus)
    faces.run(faces.Params(**PARAMS["faces"]))
    for clip in ("a", "b"):
        kept = Crops(Shards(FACES)[clip])
        assert kept.state.tolist() == [State.NO_FACE] * 5


def test_others_asked_for_are_there_also_in_clips_without_a_picture(corpus: Path, crops: Path):
    write_tone(corpus / "media" / "c.wav", 440.0, 0.6)
    run_ingest(corpus)
    section = {**PARAMS["faces"], "shards": 1}
    faces.run(faces.Params(**{**section, "options": {**section["options"], "others": True}}))
    shards = Shards(FACES)
    assert [shards.rows(clip) for clip in "abc"] == [5, 5, 0]
    assert [len(read_non_subject(shards[clip])["row"]) for clip in "abc"] == [0, 0, 0]
    faces.run(faces.Params(**section))
    assert list(Shards(FACES)["c"].blobs) == ["jpeg"]
