"""Nothing is extracted twice, and what is kept is what was made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.shards import Shards
from stages import _extract as extract_module
from stages import audio, ingest
from tests.repo import PARAMS
from tests.stages.test_ingest import run as run_ingest


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the clips that are really extracted, in order."""
    ids: list[str] = []
    make = extract_module.make

    def counting(job):
        ids.append(job.clip.id)
        make(job)

    monkeypatch.setattr(extract_module, "make", counting)
    return ids


def run_audio(**options) -> dict[str, bytes]:
    section = {**PARAMS["audio"], "options": {**PARAMS["audio"]["options"], **options}}
    audio.run(audio.Params(**section))
    return {p.name: p.read_bytes() for p in sorted(audio.AUDIO.iterdir())}


def test_each_clip_becomes_a_track(corpus: Path):
    run_ingest(corpus)
    run_audio()
    shards = Shards(audio.AUDIO)
    assert list(shards) == ["a", "b", "c"]
    assert shards["a"].columns["values"].shape == (15, 128)  # 0.6 s, every 40 ms


def test_a_second_run_extracts_nothing_and_gives_the_same_bytes(corpus: Path, made: list[str]):
    run_ingest(corpus)
    first = run_audio()
    assert sorted(made) == ["a", "b", "c"]
    assert run_audio() == first and len(made) == 3


def test_a_new_clip_is_the_only_one_extracted(corpus: Path, made: list[str]):
    from tests.stages.conftest import write_tone

    run_ingest(corpus)
    run_audio()
    made.clear()
    write_tone(corpus / "media/d.wav", 330.0, 0.6)
    run_ingest(corpus)
    run_audio()
    assert made == ["d"]


def test_renaming_a_file_extracts_nothing(corpus: Path, made: list[str]):
    run_ingest(corpus)
    run_audio()
    made.clear()
    (corpus / "media/c.wav").rename(corpus / "media/renamed.wav")
    run_ingest(corpus)
    run_audio()
    assert made == [] and "renamed" in Shards(audio.AUDIO)


def test_an_option_extracts_all_again_and_back_extracts_none(corpus: Path, made: list[str]):
    run_ingest(corpus)
    first = run_audio()
    made.clear()
    assert run_audio(n_mels=32) != first and sorted(made) == ["a", "b", "c"]
    assert run_audio() == first and len(made) == 3


def test_a_damaged_entry_is_made_again(corpus: Path, made: list[str]):
    run_ingest(corpus)
    first = run_audio()
    entry = next(Path(".clip_store").rglob("*.h5"))
    data = bytearray(entry.read_bytes())
    data[-1] ^= 1
    entry.write_bytes(data)
    made.clear()
    assert run_audio() == first and len(made) == 1


def test_a_failing_clip_is_named_and_no_shard_is_left_half_written(corpus: Path):
    run_ingest(corpus)
    before = run_audio()
    shutil.rmtree(".clip_store")
    (corpus / "media/b.wav").unlink()
    with pytest.raises(Exception) as failure:
        run_audio()
    assert failure.value.__notes__ == ["in clip 'b', corpus/media/b.wav"]
    assert {p.name: p.read_bytes() for p in sorted(audio.AUDIO.iterdir())} == before
    assert ingest.CLIPS.is_file()
