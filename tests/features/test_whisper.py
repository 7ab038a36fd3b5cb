"""Words out of sound, by a tiny Whisper model that is really converted, loaded and run."""

from __future__ import annotations

import shutil
import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from features.demo.voice import sample_speaker, speak
from features.demo.words import SpokenWord
from features.extractor import build
from features.fingerprint import identity
from features.media import Sound, sound
from features.transcripts.formats.voice import HELD_S, LONGEST_S, Silero, passages
from features.weights import WeightsError

pytest.importorskip("faster_whisper", reason="an optional package")
from tests.features import whispering

RATE = 16_000
JFK = Path(__file__).parents[2].parent / "shared" / "media" / "jfk.flac"
OPTIONS = {
    "language": "en",
    "beam": 3,
    "speech": 0.5,
    "pause_ms": 1000,
    "no_speech": 0.6,
    "log_probability": -1.0,
    "compression": 2.4,
    "compute_type": "float32",
    "device": "cpu",
}


def whisper(model=None, **other):
    where = {"model": str(model or whispering.model())}
    return build("transcripts", "whisper", OPTIONS | where | other)


def speech(*spans, seconds):
    """Synthesised words during `spans` (s), silence elsewhere."""
    rng, words = np.random.default_rng(4), []
    for start, end in spans:
        for text in cycle(("surprise", "wonderful", "tomorrow", "yesterday", "company", "ago")):
            if start + (length := 0.09 * len(text)) > end:
                break
            words.append(SpokenWord(text, start, start + length))
            start += length + 0.08
    valence, arousal = (lambda t, k=k: np.sin(k * t) for k in (1.7, 2.9))
    who = sample_speaker(rng)
    return speak(rng, who, words, valence, arousal, seconds).astype(np.float32)


def source(samples, start=0.0, piece=1600):
    """Sound that begins at `start` s, in pieces."""

    def sound(rate):
        assert rate == RATE
        for at in range(0, len(samples), piece):
            yield Sound(start + at / RATE, samples[at : at + piece])

    return sound


TWO = speech((1, 3), (6, 8), seconds=10)


def test_every_passage_of_speech_has_its_words():
    words = whisper()(source(TWO))
    assert [w.text for w in words] == ["Well,", "so", "it", "was"] * 2
    assert all(0.5 <= w.start <= w.end <= 3.5 for w in words[:4])
    assert all(5.5 <= w.start <= w.end <= 8.5 for w in words[4:])
    assert not any(w.spread for w in words)


def test_sound_that_starts_late_has_late_words():
    model = whisper()
    early, late = model(source(TWO)), model(source(TWO, start=0.7))
    assert [w.start for w in late] == pytest.approx([w.start + 0.7 for w in early])


def test_where_there_is_no_sound_there_is_no_transcript():
    assert whisper()(lambda rate: iter(())) is None


@pytest.mark.parametrize("samples", [np.zeros(1), np.zeros(5 * RATE), "noise"])
def test_where_nobody_speaks_there_are_no_words(samples):
    if isinstance(samples, str):
        samples = np.random.default_rng(1).normal(0, 0.1, 5 * RATE)
    assert whisper()(source(samples.astype(np.float32))) == []


def test_what_the_model_takes_for_silence_is_left_out_unless_it_is_sure():
    doubtful = whispering.model(start="<|nospeech|>")
    assert whisper(doubtful, log_probability=0.0)(source(TWO)) == []
    assert len(whisper(doubtful, log_probability=-9.0)(source(TWO))) == 8
    assert len(whisper(doubtful, log_probability=0.0, no_speech=1.0)(source(TWO))) == 8


def test_text_that_repeats_itself_is_left_out():
    stuck = whispering.model(" no" * 40)
    assert whisper(stuck)(source(TWO)) == []
    assert len(whisper(stuck, compression=99.0)(source(TWO))) == 80


def test_the_same_sound_has_the_same_words_whatever_was_heard_before():
    one, other = whisper(), whisper()
    other(source(speech((0, 2), seconds=3)))
    assert one(source(TWO)) == other(source(TWO)) == one(source(TWO, piece=1234))


def test_what_it_writes_without_sounds_is_all_that_it_hears():
    one = whisper()
    assert one.hear(source(TWO)) == one(source(TWO))
    assert one.hear(lambda rate: iter(())) is None


def test_a_model_of_one_language_need_not_be_told():
    assert whisper(language=None)(source(TWO)) == whisper(language="en")(source(TWO))


# ----------------------------------------------------------------- passages --


def loud(samples):
    """The parts of sound that are not 0: what a detector of speech could not miss."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], samples != 0, [0]]).astype(int)))
    return [{"start": a, "end": min(b, a + 30 * RATE)} for a, b in edges.reshape(-1, 2).tolist()]


def spans(pieces, find=loud):
    return [(p.time, p.time + len(p.samples) / RATE) for p in passages(pieces, find)]


def ones(*spans, seconds):
    samples = np.zeros(seconds * RATE, np.float32)
    for start, end in spans:
        samples[round(start * RATE) : round(end * RATE)] = 1
    return samples


def slow(samples):
    """Passages that have lasted half a second; what is shorter is not noticed yet."""
    return [span for span in loud(samples) if span["end"] - span["start"] >= RATE / 2]


def test_passages_across_what_is_held_at_a_time_are_whole():
    there = [(0, 2), (100, 125), (238, 250), (400, 401)]
    assert spans(source(ones(*there, seconds=402))(RATE)) == there


@pytest.mark.parametrize("before", [[], [(20, 30)], [(110, 119.25)]])
def test_speech_that_begins_unnoticed_before_what_is_held_ends_is_whole(before):
    there = [*before, (119.75, 123)]
    assert spans(source(ones(*there, seconds=130))(RATE), slow) == there


@pytest.mark.parametrize("seed", range(5))
def test_each_passage_is_given_once_and_little_is_held(seed):
    rng, seen = np.random.default_rng(seed), []
    edges = np.cumsum(rng.choice([0.25, 0.5, 3, 17, 29.75], 60))  # quiet, loud, quiet, ...
    there = [(float(a), float(b)) for a, b in edges.reshape(-1, 2)]
    piece = int(rng.integers(RATE // 4, 3 * RATE))

    def find(samples):
        seen.append(len(samples))
        return slow(samples)

    samples = ones(*there, seconds=int(edges[-1]) + 2)
    noticed = [(a, b) for a, b in there if b - a >= 0.5]
    given = spans(source(samples, piece=piece)(RATE), find)
    assert given == [pytest.approx(span, abs=1e-9) for span in noticed]
    assert max(seen) < HELD_S * RATE + piece
    assert sum(seen) < len(samples) * HELD_S / (HELD_S - LONGEST_S - 2)


@pytest.mark.skipif(not JFK.exists(), reason="needs ../shared/media")
@pytest.mark.parametrize("start", [119.6, 119.8, 120.1])
def test_speech_begins_where_the_detector_hears_it_begin_in_the_whole_sound(start):
    said = np.concatenate([piece.samples for piece in sound(JFK, RATE)])
    samples = np.concatenate([np.zeros(round(start * RATE), np.float32), said])
    # a quiet room: two minutes of nothing but 0 make the detector's network late by 0.2 s
    samples += np.random.default_rng(0).normal(0, 1e-4, len(samples)).astype(np.float32)
    find = Silero(0.5, 1000)
    whole = [span["start"] / RATE for span in find(samples)]
    assert whole[0] == pytest.approx(start, abs=0.1)
    assert [p.time for p in passages(source(samples)(RATE), find)] == pytest.approx(whole, abs=0.1)


def test_sound_without_speech_is_not_held():
    assert spans(source(ones(seconds=500))(RATE)) == []


def test_sound_that_is_interrupted_is_heard_at_its_own_times():
    pieces = [Sound(0.5, np.ones(RATE, np.float32)), Sound(20.0, np.ones(2 * RATE, np.float32))]
    assert spans(pieces) == [(0.5, 1.5), (20.0, 22.0)]


def test_the_detector_finds_speech_and_not_noise():
    (first, second) = passages(source(TWO)(RATE), Silero(0.5, 1000))
    assert first.time == pytest.approx(0.8, abs=0.3) and second.time == pytest.approx(5.8, abs=0.3)
    noise = np.random.default_rng(1).normal(0, 0.1, 5 * RATE).astype(np.float32)
    assert list(passages(source(noise)(RATE), Silero(0.5, 1000))) == []


# ------------------------------------------------------------------- models --


def copied(tmp_path, without=()):
    shutil.copytree(whispering.model(), tmp_path / "m", ignore=shutil.ignore_patterns(*without))
    return tmp_path / "m"


def test_a_model_is_files_and_where_they_lie_is_no_part_of_a_word(tmp_path):
    options = {"model": str(whispering.model())} | OPTIONS
    known = identity("transcripts", "whisper", options)
    assert known == identity("transcripts", "whisper", options | {"model": str(copied(tmp_path))})
    assert "model.bin" in known["weights"] and "faster-whisper" in known["versions"]


@pytest.mark.parametrize(
    "file, what",
    [("model.bin", "weights"), ("tokenizer.json", "tokenizer"), ("config.json", "configuration")],
)
def test_what_a_model_folder_lacks_is_named(tmp_path, file, what):
    with pytest.raises(FileNotFoundError, match=rf"has no {what}.*hf download Systran/"):
        whisper(copied(tmp_path, without=[file]))


def test_a_model_that_is_nowhere_is_answered_with_how_to_get_it():
    with pytest.raises(FileNotFoundError, match="hf download Systran/faster-whisper-small"):
        whisper("nobody/nothing")


def test_a_corrupt_model_is_named(tmp_path):
    (copied(tmp_path) / "model.bin").write_bytes(b"nonsense")
    with pytest.raises(WeightsError, match=f"the model in {tmp_path}/m cannot be read"):
        whisper(tmp_path / "m")


def test_a_tokenizer_of_another_kind_of_model_is_named(tmp_path):
    from tests.features import written

    shutil.copy(written.model("bert") / "tokenizer.json", copied(tmp_path))
    with pytest.raises(WeightsError, match="is not one of Whisper's"):
        whisper(tmp_path / "m")


def test_a_model_of_more_bands_than_it_is_given_is_named(tmp_path):
    file = copied(tmp_path) / "preprocessor_config.json"
    file.write_text(file.read_text().replace('"feature_size": 80', '"feature_size": 128'))
    with pytest.raises(WeightsError, match=r"80 mel bands, not 128.*preprocessor_config.json"):
        whisper(tmp_path / "m")


@pytest.mark.parametrize(
    "option, value, said",
    [
        ("language", "fr", "no language of the model in .* named 'fr'; there are: en"),
        (
            "compute_type",
            "float23",
            "no compute_type on cpu named 'float23'.*mean 'float32'",
        ),
        ("speech", 0, "speech must be above 0 and at most 1, got 0"),
        ("beam", 0, "beam must be a whole number of at least 1"),
        ("device", "gpu", "device must be one of auto, cpu, cuda"),
    ],
)
def test_an_option_that_cannot_be_is_named(option, value, said):
    with pytest.raises(ValueError, match=said):
        whisper(**{option: value})


def test_without_its_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(LookupError, match="pip install 'faster-whisper"):
        whisper()
