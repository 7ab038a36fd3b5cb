"""A clip that cannot be read, or crashes whatever reads it, costs itself alone and is named."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from features.crops import Crops
from features.media.container import MediaError
from features.shards import Shards
from features.track import State, read_track
from features.words import read_words
from stages import audio, faces, sync, transcripts, visual
from stages.params import Extraction
from stages.paths import FACES, SYNC, TRANSCRIPTS, extracted, rejected
from stages.signals import stage as signals
from stages.work import each as each_module
from stages.work.blame import WorkerLostError
from tests.features import tabled
from tests.repo import PARAMS
from tests.stages import planted_flaws
from tests.stages.planted_flaws import ASKED, plant
from tests.stages.sections import extraction as section
from tests.stages.test_ingest import run as run_ingest

AU = extracted("signals", "au")
SEGV = "the process that read it died of SIGSEGV, twice"


@pytest.fixture
def flaws(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Three tones with tables, ingested, some of which can be given flaws; one process beside the
    stage's."""
    monkeypatch.setenv("WORKERS", "1")
    for stage, name in ASKED.items():
        monkeypatch.setattr(f"{stage}.{name}", getattr(planted_flaws, name))
    for fresh in (transcripts.files, transcripts.sentences, sync.faces, visual.faces):
        fresh.cache_clear()  # each stage is a process of its own
    run_ingest(corpus)
    for number, clip in enumerate("abc"):
        tabled.as_csv(Path("tables") / clip, {"t": [0.1, 0.3], "x": [number, -number]})

    plant()
    return plant


def run() -> dict[str, bytes]:
    """The quickest of the stages that read what others have written, on a table for each clip."""
    options = {"path": "tables", "time": "t", "unit": "s"}
    signals.run(Extraction(reads="tables", extractor="table", options=options, shards=2), "au")
    return shards()


def shards() -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(AU.iterdir())}


def lines(name: str = "au") -> list[dict[str, str]]:
    return [json.loads(line) for line in rejected(name).read_text().splitlines()]


def kept() -> int:
    return len(list(Path(".clip_store").glob("??/*.h5")))


def line(clip: str, reason: str) -> dict[str, str]:
    return {"clip": clip, "file": f"tables/{clip}.csv", "reason": reason}


# ------------------------------------------------------------------ crashes --


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("clip", ["a", "b"])
def test_a_clip_that_crashes_its_process_is_undecodable_and_the_others_are_as_they_were(
    flaws, monkeypatch, caplog, workers: str, clip: str
):
    monkeypatch.setenv("WORKERS", workers)
    monkeypatch.setattr(each_module, "START_S", 0)
    flaws(**{clip: signal.SIGSEGV})
    run()
    found = {name: read_track(record) for name, record in Shards(AU).items()}
    assert {name: found[name].state.tolist() for name in "abc"} == {
        **{name: [State.OK, State.OK] for name in "abc"},
        clip: [State.UNDECODABLE],
    }
    assert lines() == [line(clip, SEGV)] and kept() == 2
    warned = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warned == [f"clip {clip} has no rows of au: {SEGV} (tables/{clip}.csv)"]


def test_the_bytes_do_not_depend_on_how_many_processes_there_are(flaws, monkeypatch):
    flaws(b=signal.SIGABRT)
    expected, written = run(), rejected("au").read_bytes()
    monkeypatch.setattr(each_module, "START_S", 0)
    monkeypatch.setenv("WORKERS", "3")
    monkeypatch.setenv("CLIP_STORE", "another")
    assert run() == expected and rejected("au").read_bytes() == written


def test_a_clip_whose_process_is_killed_for_memory_ends_the_stage_by_name(flaws):
    flaws(b=signal.SIGKILL)
    with pytest.raises(WorkerLostError, match=r"at work on b was killed by SIGKILL.*no memory"):
        run()
    assert kept() == 1 and not AU.exists() and not rejected("au").exists()


# ------------------------------------------------------------------ flaws --


def test_what_is_wrong_with_a_clip_is_said_each_time_and_mended_when_it_is(flaws):
    whole = run()
    Path(".clip_store").rename("elsewhere")
    flaws(b="cannot be decoded")
    for _ in range(2):  # the second time the others are in the store
        assert run() != whole
        assert lines() == [line("b", "cannot be decoded")]
    flaws()
    assert run() == whole and lines() == []


def test_a_stage_in_which_every_clip_fails_ends_with_an_error_and_changes_no_shard(flaws):
    before = run()
    Path(".clip_store").rename("elsewhere")
    flaws(a="no numbers", b="no numbers", c=signal.SIGSEGV)
    with pytest.raises(ValueError, match=r"no clip of 3 has rows of au.*is a: no numbers"):
        run()
    assert [one["reason"] for one in lines()] == ["no numbers", "no numbers", SEGV]
    assert shards() == before


def test_clips_of_the_same_bytes_have_the_same_flaw_each_under_its_own_name(flaws):
    Path("tables/c.csv").write_bytes(Path("tables/b.csv").read_bytes())
    flaws(b="cannot be decoded", c="cannot be decoded")
    run()
    assert lines() == [line(clip, "cannot be decoded") for clip in "bc"]
    assert {read_track(Shards(AU)[clip]).state.tolist()[0] for clip in "bc"} == {5}


def test_an_entry_that_was_damaged_is_made_again_apart(flaws):
    whole = run()
    entry = next(Path(".clip_store").glob("??/*.h5"))
    entry.write_bytes(entry.read_bytes()[:-9])
    assert run() == whole
    entry.write_bytes(entry.read_bytes()[:-9])
    flaws(a=signal.SIGSEGV, b=signal.SIGSEGV, c=signal.SIGSEGV)
    assert run() != whole
    assert [one["reason"] for one in lines()] == [SEGV]


def test_media_that_are_gone_since_they_were_listed_are_no_flaw_of_their_clip(corpus, flaws):
    flaws(b="no such file")
    (corpus / "media/b.wav").unlink()
    with pytest.raises(MediaError, match="no such file") as failure:
        run()
    assert failure.value.__notes__ == ["in clip 'b', corpus/media/b.wav"]


# ------------------------------------------------------------------ other stages --


@pytest.mark.slow
def test_a_clip_that_crashes_is_undecodable_to_those_who_hear_and_those_who_see(flaws):
    flaws(b=signal.SIGSEGV)
    media = [{**line("b", SEGV), "file": "corpus/media/b.wav"}]
    audio.run(section("audio", "voice"), "voice")
    assert lines("voice") == media
    heard_rows = Shards(extracted("audio", "voice"))
    assert read_track(heard_rows["b"]).state.tolist() == [State.UNDECODABLE]
    assert read_track(heard_rows["a"]).mask.all()
    faces.run(faces.Params(**PARAMS["faces"]))
    assert Crops(Shards(FACES)["b"]).state.tolist() == [State.UNDECODABLE]
    assert len(Crops(Shards(FACES)["a"]).times) == 0  # a tone
    assert lines("faces") == media
    visual.run(section("visual", "face"), "face")
    assert read_track(Shards(extracted("visual", "face"))["b"]).state.tolist() == [5]
    sync.run(sync.Params(**PARAMS["sync"]))
    assert Shards(SYNC).rows("b") == 0 and lines("sync") == media


# ------------------------------------------------------------------ transcripts --


def run_transcripts() -> Shards:
    transcripts.run(transcripts.Params(**PARAMS["transcripts"]))
    return Shards(TRANSCRIPTS)


def transcribed(corpus: Path, clip: str, text: str) -> None:
    (corpus / f"transcripts/{clip}.csv").write_text(f"word,start,end\n{text}")
    run_ingest(corpus)
    transcripts.files.cache_clear()


def test_a_transcript_that_cannot_be_read_leaves_its_clip_without_words(corpus, flaws, caplog):
    (corpus / "transcripts/a.csv").write_text("secret,words\nhere,too\n")
    transcribed(corpus, "c", "well,0.1,0.3\n")
    found = run_transcripts()
    assert [read_words(found[clip]) is None for clip in "abc"] == [True, False, False]
    (one,) = lines("transcripts")
    assert (one["clip"], one["file"]) == ("a", "corpus/transcripts/a.csv")
    assert one["reason"] in caplog.text or "'...'" in one["reason"]


def test_an_entry_that_is_left_out_is_said_and_what_people_said_is_not_written(
    corpus, flaws, caplog
):
    transcribed(corpus, "b", "good,0.1,0.2\nconfidential,0.5,0.3\nday,0.4,0.5\n")
    for _ in range(2):  # the second time the words are in the store
        caplog.clear()
        words = read_words(run_transcripts()["b"])
        assert words is not None and [word.text for word in words] == ["good", "day"]
        (one,) = lines("transcripts")
        assert one["reason"].startswith("left out: corpus/transcripts/b.csv line 3")
        assert "confidential" not in rejected("transcripts").read_text()
        assert "clip b has lost a part: left out: corpus/transcripts/b.csv line 3" in caplog.text


def test_words_outside_the_media_are_refused_with_the_likeliest_reason(corpus, flaws):
    transcribed(corpus, "b", "good,100,300\nday,310,500\n")
    assert read_words(run_transcripts()["b"]) is None
    (one,) = lines("transcripts")
    assert "in ms?" in one["reason"] and "0.6 s" in one["reason"]


def test_what_is_no_speech_is_counted_at_the_end(corpus, flaws, caplog):
    transcribed(corpus, "b", "[Music],0.1,0.2\nday,0.2,0.3\n[Music],0.4,0.5\n")
    with caplog.at_level(logging.INFO):
        words = read_words(run_transcripts()["b"])
    assert words is not None and [word.text for word in words] == ["day"]
    assert "left out as no speech: 2 x [Music]" in caplog.text
