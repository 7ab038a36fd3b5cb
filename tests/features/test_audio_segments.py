"""Sound in segments is the same sound, and how it is cut changes no feature."""

from __future__ import annotations

import numpy as np
import pytest

from features.audio import logmel
from features.audio.framing.segments import segments
from features.audio.framing.spectrum import Spectrum
from features.media import Sound
from features.track import State

RATE = 16_000
OPTIONS = {
    "rate_hz": RATE,
    "n_mels": 13,
    "frame_ms": 25,
    "frame_shift_ms": 10,
    "window_ms": 400,
    "hop_ms": 40,
    "floor_db": -80,
}
STEP = RATE * 40 // 1000


def pieces(samples, begin=0.0, size=1024, rate=RATE):
    return [Sound(begin + a / rate, samples[a : a + size]) for a in range(0, len(samples), size)]


def noise(count, seed=1):
    return (np.random.default_rng(seed).standard_normal(count) * 0.1).astype(np.float32)


@pytest.mark.parametrize("length, margin", [(7, 3), (100, 0), (1000, 250), (5000, 30), (1, 1)])
@pytest.mark.parametrize("size", [1, 17, 999, 2000])
def test_segments_put_together_are_the_sound(length, margin, size):
    samples = noise(2000 if length > 1 else 50)
    found = list(segments(pieces(samples, 0.5, size), RATE, length, margin))
    own = [s.samples[s.lead : s.lead + s.length] for s in found]
    assert np.array_equal(np.concatenate(own), samples)
    at = 0
    for s in found:
        assert (s.begin, s.at) == (0.5, at)
        assert s.lead == min(margin, at)
        assert len(s.samples) - s.lead - s.length == min(margin, len(samples) - at - s.length)
        assert np.array_equal(s.samples, samples[at - s.lead : at - s.lead + len(s.samples)])
        at += s.length


def test_a_gap_begins_a_segment_of_its_own():
    one, two = noise(1500, 1), noise(700, 2)
    sound = pieces(one) + pieces(two, begin=3.0)
    found = list(segments(sound, RATE, 1000, 100))
    assert [(s.begin, s.at, s.length) for s in found] == [(0, 0, 1000), (0, 1000, 500), (3, 0, 700)]
    assert np.array_equal(found[2].samples, two)


def test_no_sound_is_no_segments():
    assert list(segments([], RATE, 1000, 100)) == []


def test_what_is_held_does_not_grow():
    held = 0
    for segment in segments((Sound(i / 16, noise(1000)) for i in range(500)), RATE, 4000, 500):
        held = max(held, len(segment.samples))
        assert segment.samples.base is None or segment.samples.base.size <= 4000 + 1000 + 1000
    assert held == 5000


@pytest.fixture
def extract():
    return logmel.build(**OPTIONS)


@pytest.mark.parametrize("seconds", [0.001, 0.03, 0.5, 2.0, 2.016, 2.03, 3.3])
def test_the_length_of_segments_changes_nothing(extract, monkeypatch, seconds):
    samples = noise(round(seconds * RATE))
    whole = extract(lambda rate: pieces(samples))
    for segment_s in (0.04, 0.32, 1.0):
        monkeypatch.setattr(logmel, "SEGMENT_S", segment_s)
        cut = extract(lambda rate: pieces(samples, size=333))
        assert np.array_equal(cut.times, whole.times)
        assert np.array_equal(cut.state, whole.state)
        assert cut.values == pytest.approx(whole.values, abs=1e-5)


@pytest.mark.parametrize("samples, rows", [(1, 1), (STEP, 1), (STEP * 3 // 2, 2), (STEP * 7, 7)])
def test_a_row_stands_for_a_hop_of_sound(extract, samples, rows):
    found = extract(lambda rate: pieces(noise(samples), begin=0.25))
    assert len(found.times) == rows
    end = 0.25 + samples / RATE
    expected = [
        min(0.25 + 0.04 * (i + 0.5), (0.25 + end) / 2 if rows == 1 else end) for i in range(rows)
    ]
    assert found.times == pytest.approx(expected)


def test_many_short_stretches_keep_their_order(extract):
    sound = [Sound(0.1 * i, noise(n, i)) for i, n in enumerate((5, 300, 900, 1, 40, 800))]
    found = extract(lambda rate: iter(sound))
    assert len(found.times) == 6
    assert np.all(np.diff(found.times) > 0)


def test_silence_has_no_value_and_sound_beside_it_has(extract):
    samples = np.concatenate([np.zeros(2 * RATE, np.float32), noise(RATE)])
    found = extract(lambda rate: pieces(samples))
    states = [State(s) for s in found.state]
    assert set(states) == {State.OK, State.SILENCE}
    assert [t < 1.8 for t in found.times] == [s == State.SILENCE for s in states]


@pytest.mark.parametrize("hz", [300.0, 1000.0, 4000.0])
def test_a_full_scale_sine_is_0_db(hz):
    sine = np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)
    bands, loudness = Spectrum(RATE, 40, 400, 160)(sine)
    assert bands.shape == (100, 40)
    assert loudness[5:-5] == pytest.approx(0, abs=0.1)
    halved = Spectrum(RATE, 40, 400, 160)(sine / 2)[1]
    assert halved[5:-5] == pytest.approx(-6.02, abs=0.1)


def test_a_higher_tone_is_in_a_higher_band():
    spectrum = Spectrum(RATE, 40, 400, 160)
    peaks = [
        int(spectrum(np.sin(2 * np.pi * hz * np.arange(RATE) / RATE))[0][50].argmax())
        for hz in (200, 800, 3000, 7000)
    ]
    assert peaks == sorted(set(peaks))


def test_a_tone_is_heard_in_the_rows_of_its_time(extract):
    samples = noise(3 * RATE) * 0.01
    samples[RATE : 2 * RATE] += np.sin(np.arange(RATE) * 0.5).astype(np.float32)
    found = extract(lambda rate: pieces(samples))
    level = found.values[:, :13].max(axis=1)
    loud = found.times[level > level.max() - 6]
    assert (loud.min(), loud.max()) == pytest.approx((1.0, 2.0), abs=0.2)


@pytest.mark.parametrize(
    "option, value, message",
    [
        ("rate_hz", 22_050, "must be whole samples at 22050 Hz .got 220.5"),
        ("hop_ms", 15, "a whole number of them .got 1.5"),
        ("hop_ms", 0, "a whole number"),
        ("frame_shift_ms", 0, "must be whole samples"),
        ("window_ms", 0, "above 0"),
        ("n_mels", 0, "above 0"),
    ],
)
def test_options_that_do_not_fit_show_their_arithmetic(option, value, message):
    with pytest.raises(ValueError, match=message):
        logmel.build(**OPTIONS | {option: value})
