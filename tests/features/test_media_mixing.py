"""Mono is as loud as what is there, whatever the channels, their number and their format."""

from __future__ import annotations

import gc
import struct
import tracemalloc
from fractions import Fraction

import av
import numpy as np
import pytest
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from features.media import MediaError, sound
from features.media.layouts import channels_of
from features.media.mono import mono
from features.media.placing import decoded
from features.media.redrawing import redraw
from features.media.samples import readable, rows

RATE = 16_000
SECONDS = np.arange(2 * RATE) / RATE
LOW, HIGH = (0.4 * np.sin(2 * np.pi * hertz * SECONDS) for hertz in (300, 700))
NOTHING = 0 * LOW
HISS = 0.01 * np.random.default_rng(1).standard_normal(2 * RATE)  # 29 dB below LOW
WORD = np.where((SECONDS >= 1.2) & (SECONDS < 1.5), 0.1 * HIGH, 0)  # 20 dB below LOW while it lasts


def blocks(channels, layout=None, size=1000):
    """Packed frames of float samples (C, N), `size` samples each."""
    wide = layout or f"{len(channels)} channels"
    samples = np.stack(channels).astype(np.float32)
    for at in range(0, samples.shape[1], size):
        packed = np.ascontiguousarray(samples[:, at : at + size].T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, "flt", wide)
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        yield frame


def planar(channels, format):
    """One frame of planes, as many decoders give it; numpy could not make it."""
    (frame,) = blocks(channels, size=10**6)
    (frame,) = AudioResampler(format).resample(frame)
    return frame


@pytest.fixture
def written(tmp_path):
    """Write samples float (C, N) into a file."""

    def write(name, channels, codec="pcm_s16le", layout=None, **options):
        with av.open(str(tmp_path / name), "w") as out:
            wide = layout or f"{len(channels)} channels"
            stream = out.add_stream(codec, rate=RATE, layout=wide, options=options)
            assert isinstance(stream, AudioStream)
            for frame in blocks(channels, wide):
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return tmp_path / name

    return write


def heard(path, start=0.0, end=None):
    return np.concatenate([piece.samples for piece in sound(path, RATE, start, end)])


def mixture(channels, size=1000):
    """What channels sound like that are not written into a file."""
    pieces = mono(lambda: ((0.0, frame) for frame in blocks(channels, size=size)), RATE)
    return np.concatenate([samples for _, samples in pieces])


def amplitude(samples, hertz):
    """Of a sine in 2 s of sound."""
    wave = np.exp(-2j * np.pi * hertz * SECONDS)
    return 2 * abs(np.mean(samples[: len(wave)] * wave[: len(samples)]))


def level(samples):
    """Of the middle of 2 s of sound; codecs fade in and out."""
    return np.sqrt(np.mean(samples[RATE // 2 : RATE * 3 // 2] ** 2))


# ------------------------------------------------------------------ loudness --


@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.m4a", "aac")])
def test_two_channels_in_antiphase_are_as_loud_as_one(written, name, codec):
    path = written(name, [LOW, -LOW], codec, "stereo")
    assert level(heard(path)) == pytest.approx(level(LOW), abs=0.005)


@pytest.mark.parametrize("count", [2, 4, 7])
@pytest.mark.parametrize("at", [0, -1])
@pytest.mark.parametrize("idle", [NOTHING, HISS, NOTHING + 0.5], ids=["silent", "hiss", "offset"])
def test_a_channel_alone_among_idle_ones_is_as_loud_as_it_is(count, at, idle):
    channels = [idle] * count
    channels[at] = LOW
    assert np.abs(mixture(channels) - LOW).max() < 1e-6


def test_a_silent_first_channel_makes_the_others_no_quieter():
    assert np.abs(mixture([NOTHING, LOW, LOW, LOW]) - LOW).max() < 1e-6


def test_two_speakers_with_a_channel_each_are_both_heard():
    found = mixture([LOW, HIGH])
    assert [amplitude(found, f) for f in (300, 700)] == pytest.approx([0.2, 0.2], abs=1e-4)


def test_one_word_of_a_second_speaker_20_db_below_the_first_is_heard():
    assert np.abs(mixture([LOW, WORD]) - (LOW + WORD) / 2).max() < 1e-6


def test_each_of_two_pairs_in_antiphase_is_heard():
    found = mixture([LOW, -LOW, HIGH, -HIGH])
    assert [amplitude(found, f) for f in (300, 700)] == pytest.approx([0.2, 0.2], abs=1e-4)


def test_dialogue_in_one_of_six_channels_is_6_db_down_and_not_16():
    room = [0.1 * HIGH] * 5
    found = mixture([*room[:2], LOW, *room[2:]])
    left = np.sqrt(np.mean(found**2) / np.mean(LOW**2))
    assert left == pytest.approx(0.5, abs=1e-4)
    assert amplitude(found, 700) / amplitude(found, 300) == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize(
    "right", [LOW, HIGH, 0.1 * LOW, LOW + HIGH, HIGH - 0.4 * LOW], ids=range(5)
)
def test_ordinary_stereo_is_the_plain_mean_to_the_last_bit(right):
    left, right = LOW.astype(np.float32), right.astype(np.float32)
    assert np.array_equal(mixture([left, right]), (left + right) / 2)


def test_channels_that_are_all_silent_are_averaged():
    assert np.array_equal(mixture([NOTHING + 0.5, NOTHING + 0.25]), NOTHING + 0.375)
    assert not mixture([NOTHING] * 3).any()


def test_equal_channels_are_as_loud_as_one_however_many():
    for count in (3, 8, 16):
        assert np.abs(mixture([LOW] * count) - LOW).max() < 1e-6


# ------------------------------------------------------------------ the clip decides --


@pytest.mark.parametrize("channels", [[LOW, HIGH], [LOW, -LOW], [LOW, -HIGH, WORD]], ids=len)
def test_the_mix_does_not_depend_on_how_sound_is_cut_into_frames(channels):
    same = mixture(channels, 1024)
    for size in (7, 480, 32_000):
        assert np.array_equal(mixture(channels, size), same)


def test_a_stretch_is_mixed_by_what_is_heard_in_it(written):
    """The second channel speaks in the second half only, louder by far than it hisses before."""
    late = np.where(SECONDS < 1, HISS, HIGH)
    path = written("s.wav", [LOW, late], "pcm_f32le")
    assert np.abs(heard(path, 0.0, 1.0) - LOW[:RATE]).max() < 1e-6
    assert np.abs(heard(path, 1.0, 2.0) - (LOW + HIGH)[RATE:] / 2).max() < 1e-6


def test_sound_that_is_no_number_does_not_decide(written):
    right = -LOW.copy()
    right[100] = np.nan
    found = heard(written("n.wav", [LOW, right], "pcm_f32le"))
    assert np.abs(found - LOW[-len(found) :]).max() < 1e-6 and len(found) > RATE


def counted(*kinds):
    """Frames of several kinds one after another, and how often they were decoded."""
    times = []

    def pieces():
        times.append(1)
        for at, channels in enumerate(kinds):
            yield from ((2.0 * at, frame) for frame in blocks(channels))

    return pieces, times


def test_mono_and_ordinary_stereo_are_decoded_once_and_the_rest_twice():
    for channels, often in (
        ([LOW], 1),
        ([LOW, HIGH], 1),
        ([LOW, -LOW], 2),
        ([LOW, NOTHING], 2),
        ([LOW] * 3, 2),
    ):
        pieces, times = counted(channels)
        list(mono(pieces, RATE))
        assert len(times) == often


def test_what_is_too_long_to_be_held_is_decoded_twice_to_the_same_sound(monkeypatch):
    pieces, times = counted([LOW, HIGH])
    whole = [samples for _, samples in mono(pieces, RATE)]
    monkeypatch.setattr("features.media.mono.HELD", RATE)
    assert np.array_equal(whole, [samples for _, samples in mono(pieces, RATE)])
    assert len(times) == 3


@pytest.mark.parametrize("later", [[HIGH, -HIGH], [HIGH, HIGH], [HIGH, NOTHING, HIGH]])
def test_a_number_of_channels_that_changes_within_the_clip_changes_the_mix(later):
    pieces, _ = counted([LOW], later, [LOW, -LOW] if len(later) == 3 else [WORD])
    found = list(mono(pieces, RATE))
    assert np.all(np.diff([time for time, _ in found]) > 0)
    samples = np.concatenate([part for _, part in found])
    last = LOW if len(later) == 3 else WORD
    assert np.abs(samples - np.concatenate([LOW, HIGH, last])).max() < 1e-6


def test_memory_of_many_channels_does_not_grow_with_length():
    def peak(times):
        pieces, _ = counted(*[[LOW, HIGH, WORD]] * times)
        gc.collect()
        tracemalloc.start()
        count = sum(len(samples) for _, samples in mono(pieces, RATE))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == times * 2 * RATE
        return size

    assert peak(9) < peak(2) + 100_000


# ------------------------------------------------------------------ formats --

CODECS = {"pcm_u8": 2**-7, "pcm_s16le": 2**-15, "pcm_s32le": 2**-24, "pcm_s64le": 2**-24} | {
    "pcm_f32le": 0.0,
    "pcm_f64le": 0.0,
}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("count", [2, 7, 8, 9, 16, 64])
def test_samples_are_exact_whatever_the_format_and_the_number_of_channels(written, codec, count):
    channels = [NOTHING] * count
    channels[-1] = LOW.astype(np.float32)
    path = written("e.wav", channels, codec)
    for start, end in ((0.0, None), (0.25, 0.75)):
        source = LOW[round(start * RATE) : round((end or 2) * RATE)]
        found = heard(path, start, end)
        assert len(found) == len(source)
        assert np.abs(found - source).max() <= CODECS[codec] + 1e-7


@pytest.mark.parametrize(
    ("name", "codec", "layout"),
    [
        ("a.mp4", "aac", "7.1"),
        ("f.flac", "flac", "7.1"),
        ("p.nut", "pcm_s16le_planar", "9 channels"),
        ("w.wv", "wavpack", "hexadecagonal"),
        ("m.mkv", "pcm_s16le", "22.2"),
    ],
)
def test_codecs_of_eight_channels_and_more_are_heard(written, name, codec, layout):
    count = av.AudioLayout(layout).nb_channels
    path = written(name, [*[NOTHING] * (count - 2), -LOW, LOW], codec, layout)
    assert level(heard(path)) == pytest.approx(level(LOW), abs=0.005)


@pytest.mark.parametrize("format", ["u8p", "s16p", "s32p", "s64p", "fltp", "dblp"])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 64])
def test_planes_are_read_without_the_end_of_the_process(format, count):
    ramps = [np.arange(5.0) / 8 - (c % 3) / 8 for c in range(count)]
    (frame,) = readable([planar(ramps, format)])
    scale = {"u8p": 2**7, "s16p": 2**15, "s32p": 2**31}.get(format, 1)
    offset = 128 if format == "u8p" else 0
    assert np.array_equal((np.stack(rows(frame)).astype(float) - offset) / scale, ramps)
    assert np.array_equal(rows(planar(ramps, format)), rows(frame))


def test_packing_moves_no_time():
    frame = planar([LOW] * 9, "fltp")
    frame.pts, frame.time_base = 12_345, Fraction(1, 90_000)
    (packed,) = readable([frame])
    assert packed.time == 12_345 / 90_000 and packed.samples == len(LOW)


def test_more_channels_than_can_be_decoded_are_an_error_that_says_so():
    frame = av.AudioFrame("fltp", "65 channels", 10)
    frame.sample_rate = RATE
    with pytest.raises(MediaError, match="its sound has 65 channels; at most 64 can be decoded"):
        list(readable([frame]))


@pytest.mark.parametrize("labels", [(3, 1, 2), (1, 1), (1, 2, 1, 2)], ids=str)
def test_channels_in_an_order_that_has_no_name_are_heard(tmp_path, labels):
    """As QuickTime lists them: 1 left, 2 right, 3 centre."""
    count, samples = len(labels), np.zeros((RATE, len(labels)), "<i2")
    samples[:, -1] = 16_000
    chunks = {
        b"desc": struct.pack(">d4s5I", RATE, b"lpcm", 2, 2 * count, 1, count, 16),
        b"chan": struct.pack(">3I", 0, 0, count)
        + b"".join(struct.pack(">2I3f", label, 0, 0, 0, 0) for label in labels),
        b"data": bytes(4) + samples.tobytes(),
    }
    data = b"".join(kind + struct.pack(">Q", len(body)) + body for kind, body in chunks.items())
    (tmp_path / "o.caf").write_bytes(b"caff\0\1\0\0" + data)
    with av.open(str(tmp_path / "o.caf")) as container:
        (stream,) = container.streams.audio
        assert channels_of(stream.codec_context) == channels_of(stream.codec_context) == count
        found = [rows(frame) for frame in decoded(container.demux(stream))]
    assert np.array_equal(np.concatenate(found, axis=1), samples.T)


@pytest.mark.parametrize("layout", ["2 channels", "4 channels", "5.1", "16 channels"])
def test_a_film_is_redrawn_with_the_sound_of_many_channels(tmp_path, layout):
    channels = [LOW] * av.AudioLayout(layout).nb_channels
    with av.open(str(tmp_path / "film.mkv"), "w") as out:
        pictures = out.add_stream("ffv1", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "bgr0"
        stream = out.add_stream("pcm_s16le", rate=RATE, layout=layout)
        assert isinstance(stream, AudioStream)
        for _ in range(3):
            grey = np.full((48, 64, 3), 128, np.uint8)
            out.mux(pictures.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        out.mux(pictures.encode(None))
        for frame in blocks(channels, layout):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    redraw(tmp_path / "film.mkv", tmp_path / "new.mp4", lambda time, image: image)
    assert level(heard(tmp_path / "new.mp4")) == pytest.approx(level(LOW), abs=0.01)
