"""Corpora that others' tools got wrong, beside a checkout on some machines, come out right.

Each folder of cases says what is right of it, and where from; tests/features/test_cases.py has what
shows in one media file.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from features.labels import read_labels
from features.language import language
from features.shards import Shards
from features.track import Track
from features.words import Words, read_words
from stages import audio, transcripts
from stages.clips import read_clips
from stages.ingest import stage as ingest
from stages.params import Extraction
from stages.paths import LABELS, TRANSCRIPTS, extracted
from tests.features.test_cases import CASES
from tests.repo import PARAMS
from tests.stages.sections import choose

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases")
INGEST = {"corpus": "folder", "shares": {"train": 1.0}, "folds": None, "fold": 0, "shards": 1}


@dataclass(frozen=True)
class Taken:
    """What the stages make of the corpus of a case."""

    log: str

    @property
    def clips(self) -> dict[str, float]:
        """{id: duration, s}."""
        return {clip.id: clip.info.duration for clip in read_clips()}

    @property
    def told(self) -> dict[str, str]:
        """What is said of each file that is not used as it is: {name: reason}."""
        found = sorted(Path("data").glob("**/rejected*.jsonl")) + sorted(
            Path("data/rejected").glob("*.jsonl")
        )
        rows = [json.loads(line) for file in found for line in file.read_text().splitlines()]
        return {Path(row["file"]).name: row["reason"] for row in rows}

    def labels(self, clip: str) -> Track:
        return read_labels(Shards(LABELS)[clip], list(PARAMS["targets"]))["valence"]

    def why(self, file: str) -> str:
        """What is said of a file; of one that is the whole corpus, the stage's own error."""
        return self.told.get(file) or self.log

    def words(self, clip: str = "talk") -> Words | None:
        if not TRANSCRIPTS.is_dir():
            return None
        return read_words(Shards(TRANSCRIPTS)[clip])


@pytest.fixture
def take(tmp_path, monkeypatch, caplog):
    """A case -> its corpus, ingested, and its words; `voice` also its sound."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    monkeypatch.delenv("CLIP_STORE", raising=False)
    caplog.set_level(logging.INFO)

    def taken(case: str, voice: bool = False) -> Taken:
        choose(targets=PARAMS["targets"])
        options = {**PARAMS["ingest"]["options"], "path": str(CASES / case)}
        ingest.run(ingest.Params(**{**PARAMS["ingest"], **INGEST, "options": options}))
        transcripts.files.cache_clear()
        transcripts.sentences.cache_clear()
        try:
            transcripts.run(transcripts.Params(**{**PARAMS["transcripts"], "shards": 1}))
        except ValueError as error:  # every clip of the corpus failed, for which there are reasons
            logging.getLogger("stages").error("%s", error)
        if voice:
            audio.run(Extraction(**{**PARAMS["audio"]["voice"], "shards": 1}), "voice")
        return Taken(caplog.text)

    return taken


# -------------------------------------------------------------------- labels --


@pytest.mark.parametrize("case, clip, count", [("adts", "tone", 500), ("mkv_clock", "talk", 100)])
def test_labels_of_a_file_whose_header_lies_are_all_kept(take, case, clip, count):
    taken = take(case)
    assert taken.told == {}
    assert taken.labels(clip).mask.sum() == count


def test_labels_reach_as_far_as_the_sound(take):
    labels = take("vbr_mp3").labels("noise")
    assert len(labels.times) == 500
    assert labels.values[labels.times > 10.01].ravel() == pytest.approx(-0.5)
    assert labels.values[labels.times < 9.99].ravel() == pytest.approx(0.5)


# --------------------------------------------------------------------- media --


def test_a_clip_that_cannot_be_decoded_leaves_the_others(take):
    taken = take("apac_beside", voice=True)
    assert taken.clips["good"] == pytest.approx(4.0, abs=0.1)
    assert "bad" in taken.clips or "apac" in taken.told["bad.mp4"]
    assert len(Shards(extracted("audio", "voice"))["good"]) > 90


def test_sound_that_cannot_be_decoded_is_told(take):
    taken = take("apac_only", voice=True)
    assert taken.clips == {"talk": pytest.approx(4.0, abs=0.1)} or "apac" in taken.told["talk.mp4"]


def test_many_channels_are_extracted_beside_a_good_clip(take):
    taken = take("eight_beside", voice=True)
    assert sorted(taken.clips) == ["also", "good"] and taken.told == {}
    voice = Shards(extracted("audio", "voice"))
    assert len(voice["also"]) == pytest.approx(50, abs=1)
    assert len(voice["good"]) > 90


def test_a_stretch_of_channels_without_a_layout_is_its_own_clip(take):
    taken = take("quad_cut", voice=True)
    ((clip, seconds),) = taken.clips.items()
    assert seconds == pytest.approx(2.0)
    assert len(Shards(extracted("audio", "voice"))[clip]) == pytest.approx(50, abs=1)


def test_of_what_nothing_reads_each_file_is_named_once(take):
    taken = take("unknown_kinds")
    assert sorted(taken.clips) == ["a", "b"]
    assert {"a.tsv", "a.txt", "a.ass"} <= set(taken.told)
    lines = Path("data/ingest/rejected.jsonl").read_text().splitlines()
    files = [json.loads(line)["file"] for line in lines]
    assert sorted(set(files)) == sorted(files)
    assert {"labels/a.tsv", "labels/a.txt"} <= {"/".join(Path(f).parts[-2:]) for f in files}


# --------------------------------------------------------------- transcripts --

RIGHT = {  # {case: words from, to, s} of which the first begins and the last ends then
    "ass": ("we drove home", 0.5, 2.0),
    "hf_chunks": ("we drove home", 0.5, None),
    "whispercpp": ("we drove home", 0.5, 2.0),
    "json_reversed": ("we drove home rain", 0.5, 3.0),
    "srt_arrow": ("from A --> B we drove", 1.0, 5.0),
    "srt_fraction": ("we drove home", 1.5, 3.25),
    "srt_no_ms": ("we drove home", 1.0, 3.0),
    "srt_u2028": ("we drove home in the rain", 1.0, 5.0),
    "srt_reversed": ("we drove home the rain was all night", 0.5, 5.0),
    "tg_comments": ("we drove", 1.0, 2.0),
    "tg_newline": ("we drove home in", 1.0, 2.6),
    "tg_quotes": ('"we" drove', 1.0, 2.0),
    "tsv": ("we drove home in the rain", 0.5, 4.0),
    "vtt_blank": ("we drove home it rained all night long", 1.0, 9.0),
    "vtt_map": ("we drove home", 1.0, 3.0),
}


@pytest.mark.parametrize("case", RIGHT)
def test_words_are_read_at_their_times(take, case):
    text, start, end = RIGHT[case]
    words = take(case).words()
    assert words is not None
    assert " ".join(word.text for word in words) == text
    assert words[0].start == pytest.approx(start, abs=1e-6)
    if end is not None:
        assert words[-1].end == pytest.approx(end, abs=1e-6)
    assert all(a.end <= b.start + 1e-6 for a, b in pairwise(words))


def test_a_word_without_an_end_lasts_a_moment(take):
    (*_, last) = take("hf_chunks").words() or ()
    assert (last.text, last.start) == ("home", pytest.approx(1.2))
    assert 1.2 <= last.end <= 12.0


def test_empty_lines_in_a_cue_move_no_word(take):
    words = take("vtt_blank").words() or ()
    begins = {word.text: word.start for word in words}
    assert [begins[w] for w in ("we", "it", "all")] == pytest.approx([1.0, 4.0, 7.0])


def test_a_broken_entry_is_told(take):
    for case, name in (("srt_reversed", "talk.srt"), ("json_reversed", "talk.json")):
        taken = take(case)
        assert taken.words() and name in taken.told, case


def test_a_broken_cue_leaves_the_other_clip(take):
    taken = take("one_bad_cue")
    assert [word.text for word in taken.words("a") or ()] == ["all", "is", "well"]
    assert "b.srt" in taken.told


def test_words_in_milliseconds_are_read_or_refused(take):
    taken = take("json_ms")
    words = taken.words()
    if words is not None:
        assert [w.text for w in words] == "we drove home early".split()
        assert (words[0].start, words[-1].end) == pytest.approx((0.4, 2.3))
    else:
        assert re.search("talk.json.* (ms|milliseconds)", taken.why("talk.json"))


def test_words_of_a_language_without_spaces_are_words(take):
    taken = take("chinese")
    words = taken.words() or []
    assert {len(word.text) for word in words} <= {1, 2}
    assert "".join(word.text for word in words).startswith("我们")
    assert sum(len(word.text) for word in words) == 12 * 16
    assert language(words) == "zh"  # which a model of another language is warned of


def test_words_of_all_speakers_are_read_or_the_tiers_are_named(take):
    taken = take("tg_speakers")
    words = taken.words()
    if words is not None:
        assert [w.text for w in words][:2] == ["we", "drove"] and len(words) > 3
        assert [w.start for w in words] == sorted(w.start for w in words)
    else:
        assert "ann - words" in taken.why("talk.TextGrid")


REFUSED = {"tg_binary": "binary", "tg_twice": "(two|2|several) tiers"}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_says_so_in_our_own_words(take, case):
    taken = take(case)
    assert taken.words() is None
    assert re.search(REFUSED[case], taken.why("talk.TextGrid"))


def test_a_document_without_words_is_told(take):
    taken = take("eaf")
    assert taken.words() is None
    assert re.search("talk.eaf.*(tier|annotation|ANNOTATION|TIME_ORDER)", taken.why("talk.eaf"))


def test_sounds_that_somebody_wrote_down_are_no_words(take):
    taken = take("sound_captions")
    assert taken.words() == []
    assert "[Music]" in taken.log
    assert [word.text for word in take("tg_spn").words() or ()] in (["we"], ["we", "<unk>"])
