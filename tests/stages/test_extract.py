"""Nothing is extracted twice, and what is kept is what was made."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from features.demo.encode import write_mp4
from features.grid import grid
from features.shards import Shards
from features.track import State, read_track
from features.words import read_words
from stages import audio, clip_job, faces, paths, text, transcripts, visual
from stages.alignment import aligned
from stages.paths import TRANSCRIPTS
from stages.rules import Rule
from tests.repo import PARAMS
from tests.stages.sections import extraction as section
from tests.stages.test_ingest import run as run_ingest

AUDIO, TEXT, VISUAL = (
    paths.extracted(kind, stream)
    for kind, stream in (("audio", "voice"), ("text", "words"), ("visual", "face"))
)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the clips that are really extracted, in order."""
    ids: list[str] = []
    make = clip_job.make

    def counting(job):
        ids.append(job.clip.id)
        make(job)

    monkeypatch.setattr(clip_job, "make", counting)
    return ids


def run_audio(**options) -> dict[str, bytes]:
    audio.run(section("audio", "voice", **options), "voice")
    return {p.name: p.read_bytes() for p in sorted(AUDIO.iterdir())}


def run_text() -> None:
    for fresh in (transcripts.files, transcripts.sentences, text.transcripts):
        fresh.cache_clear()  # each stage is a process of its own
    transcripts.run(transcripts.Params(**PARAMS["transcripts"]))
    text.run(section("text", "words"), "words")


def test_each_clip_becomes_a_track(corpus: Path):
    run_ingest(corpus)
    run_audio()
    shards = Shards(AUDIO)
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
    assert made == [] and "renamed" in Shards(AUDIO)


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
    assert {p.name: p.read_bytes() for p in sorted(AUDIO.iterdir())} == before
    assert paths.CLIPS.is_file()


def test_the_same_transcript_under_another_suffix_is_read_anew(corpus: Path, made: list[str]):
    given = corpus / "transcripts/b.csv"
    given.write_text("00:00:00.000 --> 00:00:00.600\ngood day\n")
    for suffix in (".srt", ".vtt", ".srt"):
        given = given.rename(given.with_suffix(suffix))
        run_ingest(corpus)
        transcripts.files.cache_clear()  # each stage is a process of its own
        transcripts.run(transcripts.Params(**PARAMS["transcripts"]))
        words = read_words(Shards(TRANSCRIPTS)["b"])
        assert words is not None and [word.text for word in words] == ["good", "day"]
    assert made.count("b") == 2


def test_clips_in_another_language_than_the_text_model_are_named(corpus: Path, caplog):
    german = "ich war gar nicht so froh damit und bin dann doch nach Hause gegangen".split() * 2
    rows = "".join(f"{word},{i / 50},{i / 50 + 0.02}\n" for i, word in enumerate(german))
    (corpus / "transcripts/c.csv").write_text(f"word,start,end\n{rows}")
    run_ingest(corpus)
    for _ in range(2):  # the second time out of the store
        caplog.clear()
        run_text()
        (said,) = [r.message for r in caplog.records if r.levelname == "WARNING"]
        assert said.startswith("1 of 3 clips are in another language than the model (en)")
        assert said.endswith(": c (de)")
    assert len(Shards(TEXT)["c"].columns["times"]) == len(german)


def test_nobody_speaking_is_another_reason_than_no_transcript(corpus: Path):
    (corpus / "transcripts/a.csv").write_text("word,start,end\n")
    run_ingest(corpus)
    run_text()
    rows = {clip: read_track(record) for clip, record in Shards(TEXT).items()}
    assert rows["a"].state.tolist() == [State.NO_SPEECH]  # an empty transcript
    assert rows["b"].mask.tolist() == [True, True]
    assert len(rows["c"].times) == 0  # none
    rule = Rule(how="nearest", largest_gap_s=1)
    on = aligned(rows["a"], grid(0.6, 0.1), 0.1, rule, "text")
    assert on.state.tolist() == [State.NO_SPEECH] * 6


# ------------------------------------------------------------------ 200 clips --

STAGES = {
    "faces": faces,
    "visual": visual,
    "audio": audio,
    "transcripts": transcripts,
    "text": text,
}
STREAMS = {"visual": "face", "audio": "voice", "text": "words"}  # of stages that have some
CLIPS = [f"n{n:03d}" for n in range(200)]
BOX = b"\0\0\0\x09free"  # a box of an mp4 with one byte in it, which no reader looks at


def film(corpus: Path, name: str) -> None:
    """A small clip like no other: the time of its second frame, its sound, its word are its own."""
    number = int(name[1:])
    path = corpus / "media" / f"{name}.mp4"
    frames = np.zeros((2, 64, 64, 3), np.uint8)
    tone = np.sin(2 * np.pi * (200 + 10 * number) * np.arange(1600) / 16_000)
    write_mp4(path, frames, number + 1, 64, tone, 16_000)
    path.write_bytes(path.read_bytes() + BOX + b"\0")
    (corpus / f"transcripts/{name}.csv").write_text(f"word,start,end\nnumber{number},0,0.1\n")


def run(*names: str, **options: object) -> None:
    """Stages as params.yaml has them, but for these options."""
    for name in names:
        stage = STAGES[name]
        if stream := STREAMS.get(name):
            stage.run(section(name, stream, **options), stream)
        else:
            stage.run(stage.Params(**PARAMS[name]))


class Extracted(dict[str, list[str]]):
    """{kind: the ids of the clips extracted since it was last asked}."""

    def asked(self) -> dict[str, list[str]]:
        found = {kind: sorted(ids) for kind, ids in self.items()}
        self.clear()
        return found


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> Extracted:
    found, make = Extracted(), clip_job.make

    def counting(job: clip_job.Job) -> None:
        found.setdefault(job.kind, []).append(job.clip.id)
        make(job)

    monkeypatch.setattr(clip_job, "make", counting)
    return found


def test_of_200_clips_only_what_changes_is_extracted(tmp_path, monkeypatch, extracted):
    corpus = tmp_path / "corpus"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "0")
    monkeypatch.setenv("CLIP_STORE", "store")
    monkeypatch.setattr(
        os, "fsync", lambda file: None
    )  # what outlives a power cut is not asked here
    for folder in ("media", "transcripts"):
        (corpus / folder).mkdir(parents=True)

    def again() -> dict[str, list[str]]:
        run_ingest(corpus)
        for fresh in (
            visual.faces,
            transcripts.files,
            transcripts.sentences,
            text.transcripts,
        ):  # each stage is a process of its own
            fresh.cache_clear()
        run(*STAGES)
        return extracted.asked()

    for name in CLIPS:
        film(corpus, name)
    assert again() == dict.fromkeys(STAGES, CLIPS)

    film(corpus, "n200")
    assert again() == {kind: ["n200"] for kind in STAGES}

    for path in corpus.glob("*/n017.*"):  # one is removed and one renamed
        path.unlink()
    for path in corpus.glob("*/n050.*"):
        path.rename(path.with_stem("other"))
    assert again() == {}
    assert "other" in Shards(TEXT) and "n017" not in Shards(VISUAL)

    changed = corpus / "media/n101.mp4"
    changed.write_bytes(changed.read_bytes()[:-1] + b"\1")
    same_crops_and_words = {kind: ["n101"] for kind in ("faces", "audio", "transcripts")}
    assert again() == same_crops_and_words

    run("audio", n_mels=32)
    assert extracted.asked() == {"audio": list(Shards(TEXT))}
    run("audio")
    assert extracted.asked() == {}
