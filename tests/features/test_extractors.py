"""What every extractor promises, tried on every extractor there is."""

from __future__ import annotations

import shutil
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
import torch
from ruamel.yaml import YAML
from safetensors.torch import save_file

from features.crops import Crops, Face, keep, no_face
from features.extractor import UnknownNameError, available, build
from features.manifest import Clip, read
from features.media import Frame, sound
from features.shards import Shards
from features.track import State, Track
from features.weights import WeightsError
from features.words import Word, read_words
from tests.features import tabled, written

ROOT = Path(__file__).parents[2]
PT = {"format": "pt"}  # without which transformers takes a file for somebody else's
CHOSEN = YAML(typ="safe").load(ROOT / "params.yaml")
STREAMS = ("visual", "audio", "text")  # kinds of which params.yaml has streams
KINDS = ("faces", *STREAMS, "signals")
NAMES = {kind: available(kind) for kind in KINDS}
ON = {"device": "cpu", "batch": 3}
CLIPS = {"window_frames": 32, "hop_frames": 1, "pool": "mean"}
ROWS = {"hop_ms": 150, "floor_db": -80}
SPEECH = {"layer": "last_four", "window_ms": 400, "chunk_s": 0.9, "context_s": 0.5}
OPTIONS: dict[tuple[str, str], dict] = {  # of extractors that params.yaml does not choose
    ("visual", "facenet"): ON,
    ("visual", "ir50"): ON,
    ("visual", "r2plus1d"): ON | CLIPS,
    ("visual", "hf_vision"): ON | {"model": "vit", "pool": "mean"},
    ("audio", "resnet18"): ON | ROWS | {"window_ms": 1034},
    ("audio", "vggish"): ON | ROWS,
    ("audio", "hf_audio"): ROWS | SPEECH | {"model": "wav2vec2", "device": "cpu"},
    ("text", "bert_words"): ON | {"model": "bert", "layers": 4, "tokens": 32},
    ("text", "sentences"): ON | {"over": "windows", "words": 5, "every": 1, "pause_s": 0.3},
}
NEURAL = sorted(OPTIONS)  # none of them says where its weights lie: the tests write them
OPTIONS["faces", "ready_crops"] = {"path": str(ROOT / "features"), "size_px": 112}  # no pictures
OPTIONS["audio", "egemaps"] = ROWS | {"window_ms": 400, "chunk_s": 0.9, "context_s": 0.5}
OPTIONS["signals", "table"] = {"path": str(ROOT / "features"), "time": "t", "unit": "s"}  # no table
OPTIONS["faces", CHOSEN["faces"]["extractor"]] = CHOSEN["faces"]["options"]
OPTIONS |= {(k, x["extractor"]): x["options"] for k in STREAMS for x in CHOSEN[k].values()}


@cache
def extractor(kind, name):
    """An extractor as the options above have it."""
    return another(kind, name)


def another(kind, name, **other):
    """One with other options, not kept, since networks are large; weights are written if needed."""
    options = OPTIONS[kind, name] | other
    if name == "egemaps":
        pytest.importorskip("opensmile", reason="an optional package")
    if name in written.NETWORKS:
        options |= {"weights": str(written.weights(name))}
    elif options.get("model") in written.MODELS:
        options |= {"model": str(written.model(options["model"]))}
    elif (kind, name) == ("text", "sentences"):
        options |= {"model": str(written.minilm())}
    return build(kind, name, options)


WITH_BATCHES = [(kind, name) for kind, name in NEURAL if "batch" in OPTIONS[kind, name]]


def test_every_extractor_is_tried():
    assert {(kind, name) for kind, names in NAMES.items() for name in names} == OPTIONS.keys()


def check(track, dim, end):
    """What holds for every Track: width, times inside the clip, reasons where there is no value."""
    assert isinstance(track, Track)  # which checks types, order of times and states itself
    assert track.dim == dim > 0
    assert ((track.times >= 0) & (track.times <= end)).all()


def same(one, two):
    return all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        for a, b in zip(
            (one.values, one.times, one.state), (two.values, two.times, two.state), strict=True
        )
    )


def close(one, two):
    """Equal but for rounding: batches of other sizes add up in another order."""
    return np.abs(one - two).max() <= 1e-5 * np.abs(two).max()


# ------------------------------------------------------------------ visual --


def crops(levels, size=112):
    nothing = no_face(0.0, State.OK)
    seen = []
    for i, level in enumerate(levels):
        if level is None:
            seen.append(no_face(i / 25, State.NO_FACE))
            continue
        rng = np.random.default_rng(level)
        image = rng.integers(0, level + 1, (size, size, 3)).astype(np.uint8)
        seen.append(Face(i / 25, State.OK, 1.0, 1, nothing.box, nothing.landmarks, image))
    return Crops(keep("clip", "source", seen))


@pytest.fixture(params=NAMES["visual"])
def visual(request):
    return extractor("visual", request.param)


def test_visual_keeps_every_frame(visual):
    track = visual(crops([200, None, 30, 0, 255]))
    check(track, visual.dim, 0.16)
    assert track.times.tolist() == [0.0, 0.04, 0.08, 0.12, 0.16]
    assert track.state.tolist() == [0, State.NO_FACE, 0, 0, 0]


def test_visual_of_no_frames_is_empty(visual):
    check(visual(crops([])), visual.dim, 0)


def test_visual_of_a_black_crop_is_a_value(visual):
    assert visual(crops([0])).mask.all()


def test_visual_repeats_itself(visual):
    whole = visual(crops([200, None, 30]))
    visual(crops([1]))
    assert same(whole, visual(crops([200, None, 30])))


@pytest.mark.parametrize("name", sorted(set(NAMES["visual"]) - {"r2plus1d"}))  # it sees clips
def test_visual_of_a_frame_does_not_depend_on_the_others(name):
    one = extractor("visual", name)
    assert close(one(crops([90])).values[0], one(crops([200, 90, None, 30])).values[1])


def test_visual_takes_crops_of_any_size(visual):
    for size in (16, 113, 300):
        check(visual(crops([200], size)), visual.dim, 0)


# ------------------------------------------------------------------ audio --


@pytest.fixture(params=NAMES["audio"])
def audio(request):
    return extractor("audio", request.param)


def tone(seconds, rate, channels=1, hz=440.0):
    wave = 0.4 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[None], channels, axis=0)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_audio_of_any_rate_and_number_of_channels(audio, film, rate, channels):
    path = film("a.wav", samples=tone(1.5, rate, channels), rate=rate)
    track = audio(partial(sound, path))
    check(track, audio.dim, 1.5)
    assert track.mask.all()
    assert track.times[0] < 0.1 and track.times[-1] > 1.4


def test_audio_does_not_depend_on_how_a_tone_is_stored(audio, film):
    mono = audio(partial(sound, film("m.wav", samples=tone(1, 48_000), rate=48_000)))
    stereo = audio(partial(sound, film("s.wav", samples=tone(1, 48_000, 2), rate=48_000)))
    assert close(stereo.values, mono.values)


def test_audio_of_no_sound_is_empty(audio):
    check(audio(lambda rate: iter([])), audio.dim, 0)


def test_audio_of_silence_says_so(audio, film):
    track = audio(partial(sound, film("q.wav", samples=np.zeros((1, 16_000)))))
    check(track, audio.dim, 1.0)
    assert len(track.times) and (track.state == State.SILENCE).all()


@pytest.mark.parametrize("samples", [1, 7, 160, 700])
def test_audio_of_a_very_short_clip_has_a_row(audio, film, samples):
    path = film("short.wav", samples=tone(1, 16_000)[:, :samples])
    track = audio(partial(sound, path))
    check(track, audio.dim, samples / 16_000)
    assert len(track.times) >= 1 or not list(sound(path, audio.rate))  # resampled to nothing


def test_audio_of_real_speech_has_rows_all_along(audio, real):
    track = audio(partial(sound, real / "jfk.flac"))
    check(track, audio.dim, 11.0)
    assert track.mask.all() and np.diff(track.times) == pytest.approx(
        track.times[1] - track.times[0]
    )
    assert track.times[0] < 0.1 and track.times[-1] > 10.8


def test_audio_repeats_itself(audio, film):
    path = film("r.wav", samples=tone(2, 16_000))
    one = audio(partial(sound, path))
    audio(partial(sound, film("other.wav", samples=tone(1, 8000, hz=99.0), rate=8000)))
    assert same(one, audio(partial(sound, path)))


def test_audio_is_decoded_once(audio, film):
    asked = []

    def source(rate):
        asked.append(rate)
        return sound(path, rate)

    path = film("once.wav", samples=tone(2, 16_000))
    audio(source)
    assert asked == [audio.rate]


def test_audio_that_starts_late_has_late_rows(audio, film):
    path = film(
        "l.mkv",
        [np.zeros((48, 64, 3), np.uint8)] * 50,
        np.arange(50) / 25,
        tone(1, 16_000),
        sound_from=0.5,
    )
    track = audio(partial(sound, path))
    check(track, audio.dim, 2.0)
    assert 0.5 <= track.times[0] < 0.6


# ------------------------------------------------------------------ text --


@pytest.fixture(scope="module", params=NAMES["text"])
def text(request):
    return extractor("text", request.param)


def said(*words):
    return [Word(text, start, end, False) for text, start, end in words]


GOOD = said(("this", 0.1, 0.3), ("is", 0.3, 0.4), ("wonderful", 0.5, 1.1), ("news", 1.1, 1.5))
BAD = said(("this", 0.1, 0.3), ("is", 0.3, 0.4), ("terrible", 0.5, 1.1), ("news", 1.1, 1.5))


def test_text_has_a_row_a_word(text):
    track = text(GOOD)
    check(track, text.dim, 1.5)
    assert track.times == pytest.approx([0.2, 0.35, 0.8, 1.3])
    assert track.mask.all()


def test_text_of_no_words_is_empty(text):
    check(text([]), text.dim, 0)


def test_text_repeats_itself(text):
    one = text(GOOD)
    text(BAD)
    assert same(one, text(GOOD))


def test_text_tells_words_apart(text):
    assert not np.allclose(text(GOOD).values[2], text(BAD).values[2])


@pytest.mark.parametrize(
    "words, times",
    [
        (said(("no", 1.0, 1.0), ("no", 1.0, 1.0), ("no", 1.0, 1.0)), [1.0]),
        (
            said(("a", 0.0, 6.0), ("b", 1.0, 2.0), ("c", 1.5, 3.5), ("d", 3.0, 4.0)),
            [1.5, 2.5, 3.0, 3.5],
        ),
        (said(("a", 0.0, 4.0), ("b", 1.0, 3.0), ("c", 2.0, 2.0)), [2.0]),
        (said(("\u4f60\u597d", 0.0, 0.0), ("\U0001f600", 0.0, 1e-9)), [0.0, 5e-10]),
    ],
)
def test_text_of_words_at_odd_times_still_has_increasing_ones(text, words, times):
    track = text(words)
    check(track, text.dim, 6.0)
    assert track.times.tolist() == times


def test_text_of_a_long_speech_is_bounded(text):
    words = [Word(f"word{i % 13}", i / 3, i / 3 + 0.2, False) for i in range(101)]
    assert len(text(words).times) == 101


# ------------------------------------------------------------------ signals --

TABLE = {"t": [0.25, 0.75, 1.5], "b": [1.0, "", 3.0], "a": [0.5, 0.25, -7.0]}


@pytest.fixture(params=NAMES["signals"])
def signals(request, tmp_path):
    """One that reads tables of ann and bob, who is asked for between the others; not of eve."""
    tabled.as_csv(tmp_path / "ann", TABLE)
    tabled.as_csv(tmp_path / "bob", {"t": [0.0], "b": [9.0], "a": [9.0]})
    return another("signals", request.param, path=str(tmp_path))


def asked(signals, clip):
    return signals(clip, None, 0.0, None, 2.0)


def test_signals_have_a_row_for_each_moment_and_a_reason_where_there_is_no_number(signals):
    track = asked(signals, "ann")
    check(track, signals.dim, 2.0)
    assert track.times.tolist() == [0.25, 0.75, 1.5]
    assert track.state.tolist() == [State.OK, State.MISSING, State.OK]
    (file,) = signals.files("ann", None)
    assert file == signals.find("ann", None)
    assert signals.columns(file) == ("a", "b") and track.values[2].tolist() == [-7.0, 3.0]


def test_signals_of_a_clip_without_a_table_are_empty(signals):
    check(asked(signals, "eve"), signals.dim, 0)
    assert signals.find("eve", None) is None and signals.files("eve", None) == []


def test_signals_repeat_themselves(signals):
    one = asked(signals, "ann")
    asked(signals, "bob")
    assert same(one, asked(signals, "ann"))


def test_signals_of_a_clip_do_not_depend_on_where_tables_lie(signals, tmp_path):
    shutil.copytree(tmp_path, tmp_path / "moved")
    moved = another("signals", "table", path=str(tmp_path / "moved"))
    assert same(asked(signals, "ann"), asked(moved, "ann"))


def test_signals_say_whether_they_read_media(signals):
    assert signals.reads_media is False
    assert build("signals", "table", {"path": str(ROOT), "preset": "openface"}).reads_media is True


# ------------------------------------------------------------------- demo --

SEEN_OR_HEARD = [(kind, name) for kind in STREAMS for name in NAMES[kind]]
FEWER = {"r2plus1d": {"hop_frames": 25}}  # of clips of eight crops, half a second each


@pytest.mark.parametrize("kind, name", SEEN_OR_HEARD)
def test_a_clip_of_the_demo_has_values(kind, name, finished):
    data = finished.folder / "data"
    clip = read(data / "ingest/clips.jsonl", Clip)[0]
    if kind == "visual":
        source = Crops(Shards(data / "faces")[clip.id])
    elif kind == "audio":
        source = partial(sound, finished.folder / clip.media)
    else:
        source = read_words(Shards(data / "transcripts")[clip.id])
    made = another(kind, name, **FEWER.get(name, {}))
    track = made(source)
    check(track, made.dim, clip.info.duration)
    assert track.mask.any() and np.isfinite(track.values[track.mask]).all()
    assert np.isnan(track.values[~track.mask]).all()


# ----------------------------------------------------------------- neural --


def signal(kind, film):
    """Something to see, hear or read for an extractor of a kind."""
    if kind == "visual":
        return crops([200, 90, None, 30, 0])
    path = film("n.wav", samples=tone(1.2, 16_000)) if kind == "audio" else None
    return partial(sound, path) if path else GOOD * 7


@pytest.mark.parametrize("kind, name", WITH_BATCHES)
def test_the_size_of_batches_changes_nothing_but_rounding(kind, name, film):
    one, three = another(kind, name, batch=1), extractor(kind, name)
    whole, apart = three(signal(kind, film)), one(signal(kind, film))
    assert whole.mask.sum() >= 4 and (whole.state == apart.state).all()
    assert close(apart.values[whole.mask], whole.values[whole.mask])


@pytest.mark.parametrize("kind, name", NEURAL)
def test_weights_are_files_and_where_they_lie_is_no_part_of_a_feature(kind, name):
    made = extractor(kind, name)
    assert made.weights and all(Path(file).is_file() for file in made.weights)
    assert set(made.paths) <= {"weights", "model"}


@pytest.mark.parametrize("kind, name", NEURAL)
def test_weights_that_are_not_there_are_not_made_up(kind, name, tmp_path):
    where = "weights" if name in written.NETWORKS else "model"
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}/none.*(dvc|hf|ask) "):
        build(kind, name, OPTIONS[kind, name] | {where: str(tmp_path / "none")})


FOLDERS = {
    name: partial(written.model, OPTIONS[kind, name]["model"])
    for kind, name in NEURAL
    if "model" in OPTIONS[kind, name]
}
FOLDERS |= dict.fromkeys(("sentences", "minilm"), written.minilm)
WITH_WEIGHTS = [*NEURAL, ("text", "minilm")]
IN_FOLDERS = [(kind, name) for kind, name in WITH_WEIGHTS if name in FOLDERS]


def spoilt(kind, name, tmp_path, spoil):
    """The extractor with a copy of its weights to which `spoil` has done something."""
    if name in FOLDERS:
        where = {"model": str(shutil.copytree(FOLDERS[name](), tmp_path / "model"))}
        spoil(tmp_path / "model" / "model.safetensors")
    else:
        where = {"weights": str(shutil.copy(written.weights(name), tmp_path / "w.safetensors"))}
        spoil(tmp_path / "w.safetensors")
    return build(kind, name, OPTIONS[kind, name] | where)


@pytest.mark.parametrize("kind, name", WITH_WEIGHTS)
def test_weights_of_another_network_are_named(kind, name, tmp_path):
    with pytest.raises(WeightsError, match=rf"{tmp_path}.* of another (network|architecture)"):
        spoilt(kind, name, tmp_path, lambda file: save_file({"x": torch.zeros(2)}, file, PT))


@pytest.mark.parametrize("kind, name", WITH_WEIGHTS)
def test_weights_that_are_corrupt_are_named(kind, name, tmp_path):
    with pytest.raises(WeightsError, match=f"{tmp_path}.* cannot be read"):
        spoilt(kind, name, tmp_path, lambda file: file.write_bytes(b"nonsense"))


@pytest.mark.parametrize("kind, name", IN_FOLDERS)
def test_a_model_folder_without_weights_is_named(kind, name, tmp_path):
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}/model has no weights "):
        spoilt(kind, name, tmp_path, lambda file: file.unlink())


@pytest.mark.parametrize("kind, name", IN_FOLDERS)
def test_a_model_folder_without_what_reads_for_it_is_named(kind, name, tmp_path):
    def lose(weights):
        for file in ("tokenizer.json", "vocab.txt", "preprocessor_config.json"):
            (weights.parent / file).unlink(missing_ok=True)

    said = f"{tmp_path}/model has no (tokenizer|image processor|feature extractor) "
    with pytest.raises(FileNotFoundError, match=said):
        spoilt(kind, name, tmp_path, lose)


HALVED = [x for x in NEURAL if "device" in OPTIONS[x]]


@pytest.mark.parametrize("kind, name", HALVED)
def test_half_precision_changes_no_more_than_it_says(kind, name, film):
    whole = extractor(kind, name)(signal(kind, film))
    half = another(kind, name, device="cpu_half")(signal(kind, film))
    assert (half.state == whole.state).all()
    away = np.abs(half.values - whole.values)[whole.mask].max()
    assert 0 < away <= 0.02 * np.abs(whole.values[whole.mask]).max()


@pytest.mark.parametrize("kind, name", NEURAL)
def test_a_device_that_is_none_is_named(kind, name):
    with pytest.raises(ValueError, match=r"device must be one of auto, cpu, cuda.*, got 'gpu'"):
        another(kind, name, device="gpu")


@pytest.mark.parametrize("kind, name", WITH_BATCHES)
def test_a_batch_of_nothing_is_refused(kind, name):
    with pytest.raises(ValueError, match=f"{name}: batch must be a whole number of at least 1"):
        another(kind, name, batch=0)


# ------------------------------------------------------------------ faces --


@pytest.fixture(scope="module", params=NAMES["faces"])
def faces(request):
    return extractor("faces", request.param)


def frames(*images):
    return [Frame(i / 25, image) for i, image in enumerate(images)]


def empty(height=90, width=120):
    return np.full((height, width, 3), 90, np.uint8)


def test_faces_answers_every_frame(faces):
    shown = frames(empty(), None, empty(48, 300), empty(300, 48), None, empty(1, 1), empty(11, 40))
    found = list(faces(shown))
    assert [f.time for f in found] == [f.time for f in shown]
    assert all((f.crop is not None) == (f.state == State.OK) for f in found)
    states = [State.UNDECODABLE if f.image is None else State.NO_FACE for f in shown]
    assert [f.state for f in found] == states


def test_faces_of_no_frames_are_none(faces):
    assert list(faces([])) == []
    assert [f.state for f in faces(frames(None, None))] == [State.UNDECODABLE] * 2


def test_faces_in_noise_and_in_the_dark_are_none(faces):
    rng = np.random.default_rng(5)
    shown = [np.zeros((240, 320, 3), np.uint8), rng.integers(0, 256, (240, 320, 3), np.uint8)]
    assert all(f.state != State.OK for f in faces(frames(*shown)))


# ------------------------------------------------------------------ names --


@pytest.mark.parametrize("kind", NAMES)
def test_an_extractor_that_does_not_exist_is_named_with_those_that_do(kind):
    with pytest.raises(UnknownNameError, match=NAMES[kind][0]):
        build(kind, "nothing", {})


@pytest.mark.parametrize("kind, name", OPTIONS)
def test_an_option_that_does_not_exist_is_named(kind, name):
    with pytest.raises(UnknownNameError, match=f"no option of {kind}/{name} named 'x'"):
        build(kind, name, OPTIONS[kind, name] | {"x": 1})
