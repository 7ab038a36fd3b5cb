"""Audio extractors against the plainest use of the library or the equation behind each."""

from __future__ import annotations

import json
import shutil
import sys

import librosa
import numpy as np
import pytest
import torch
from transformers import AutoModel

from features.audio.framing.speech import SpeechTransformer
from features.audio.framing.windows import loudest
from features.audio.resnet18 import Spectrogram
from features.audio.vggish import Patches, mel_bands
from features.extractor import build
from features.media.sounds import Sound, sound
from features.pretrained import quiet
from tests.features import written
from tests.features.conftest import write_film

RNG = np.random.default_rng(19)
SPEECH = {"window_ms": 200, "hop_ms": 100, "chunk_s": 5, "context_s": 1, "floor_db": -80}


def noise(count):
    """Noise that swells, so that no two moments are alike."""
    return (RNG.normal(0, 0.1, count) * np.linspace(0.2, 1, count)).astype(np.float32)


def made(name, **options):
    given = {"weights": str(written.weights(name)), "floor_db": -80, "device": "cpu", "batch": 4}
    return build("audio", name, given | options)


def source(samples, at=0.0):
    return lambda rate: iter([Sound(at, samples)])


def agrees(values, expected):
    rounding = 1e-5 * float(np.abs(expected).max())
    assert np.ptp(expected, axis=0).max() > 100 * rounding  # no two moments sound the same to it
    assert values == pytest.approx(expected, abs=rounding)


def test_a_full_scale_sine_is_0_db_loud():
    wave = np.sin(2 * np.pi * 500 * np.arange(1600) / 16_000)
    assert loudest(wave, 160) == pytest.approx(0, abs=1e-6)
    assert loudest(np.stack([wave / 10, wave * 0]), 160).tolist() == pytest.approx(
        [
            -20,
            -97,
        ],
        abs=4,
    )
    assert loudest(wave[:7], 160) < 0  # shorter than a block


def test_the_spectrogram_of_the_clip_pipeline_is_the_published_one():
    """JCA: n_fft 1024, 20 ms Hann frames every 10 ms, 64 HTK mels, 80 dB, standardised."""
    wave = noise(45_599)
    power = librosa.feature.melspectrogram(
        y=wave, sr=44_100, n_fft=1024, hop_length=441, win_length=882, n_mels=64, htk=True,
        norm=None, pad_mode="reflect",
    )  # fmt: skip
    level = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=80)
    found = Spectrogram()(wave[None]).numpy()
    assert found.shape == (1, 1, 64, 104)
    assert found[0, 0] == pytest.approx((level + 14.8) / 19.895, abs=1e-3)


def test_a_short_window_gets_zeros_before_it():
    wave = noise(41_000)
    padded = np.concatenate([np.zeros(4599, np.float32), wave])
    assert torch.equal(Spectrogram()(wave[None]), Spectrogram()(padded[None]))


def test_resnet18_sees_the_window_around_each_row():
    wave = noise(44_100)
    track = made("resnet18", window_ms=500, hop_ms=250)(source(wave, at=3.0))
    assert track.times == pytest.approx([3.125, 3.375, 3.625, 3.875])
    around = np.pad(wave, 22_050)
    starts = [22_050 + round((i + 0.5) * 11_025) - 11_025 for i in range(4)]
    windows = np.stack([around[s : s + 22_050] for s in starts])
    network = written.network("resnet18")
    with torch.inference_mode():
        x = network.layer1(
            network.maxpool(network.relu(network.bn1(network.conv1(Spectrogram()(windows)))))
        )
        expected = network.layer4(network.layer3(network.layer2(x))).mean((2, 3))
    agrees(track.values, expected.numpy())


def test_three_colour_channels_are_added_up(tmp_path):
    numbers = dict(written.network("resnet18").state_dict())
    numbers["conv1.weight"] = numbers["conv1.weight"].expand(-1, 3, -1, -1) / 3
    torch.save(numbers, tmp_path / "imagenet.pth")
    options, wave = {"window_ms": 500, "hop_ms": 250}, source(noise(22_050))
    there = made("resnet18", **options, weights=str(tmp_path / "imagenet.pth"))
    agrees(there(wave).values, made("resnet18", **options)(wave).values)


def test_one_sample_that_is_no_number_costs_the_rows_around_it_and_no_others(tmp_path):
    wave = noise(48_000)[None]
    whole = write_film(tmp_path / "whole.wav", samples=wave, audio_codec="pcm_f32le")
    wave[0, 24_000] = np.nan
    broken = write_film(tmp_path / "broken.wav", samples=wave, audio_codec="pcm_f32le")
    options = {"rate_hz": 16_000, "n_mels": 7, "frame_ms": 25, "frame_shift_ms": 10}
    logmel = build("audio", "logmel", options | {"window_ms": 100, "hop_ms": 50, "floor_db": -80})
    before, after = (logmel(lambda rate, p=p: sound(p, rate)) for p in (whole, broken))
    assert before.times == pytest.approx((np.arange(60) + 0.5) / 20)
    assert np.isfinite(after.values).all() and len(after.times) in (57, 58)
    early, late = after.times < 1.4, after.times > 1.7
    assert early.sum() == 28 and late.sum() == 26
    assert after.values[early] == pytest.approx(before.values[:28], abs=1e-4)
    assert np.abs(after.times[late] - before.times[34:]).max() <= 0.025


def test_the_bands_of_vggish_are_triangles_over_mel():
    bands = mel_bands()
    assert bands.shape == (257, 64) and (bands >= 0).all() and bands.max() <= 1
    assert not bands[0].any() and not bands[:4].any()  # 125 Hz is bin 4
    mel = 1127 * np.log(1 + np.arange(257) * 31.25 / 700)
    low, high = 1127 * np.log(1 + np.array([125, 7500]) / 700)
    step = (high - low) / 65
    for b in (0, 31, 63):
        expected = np.maximum(0, 1 - np.abs(mel - (low + (b + 1) * step)) / step)
        assert bands[:, b] == pytest.approx(expected, abs=1e-9)


def test_a_patch_of_vggish_is_the_published_one():
    """Log of mel magnitudes plus 0.01; periodic Hann frames, 25 ms every 10 ms, of 512."""
    wave = noise(15_600)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = [np.abs(np.fft.rfft(wave[i * 160 : i * 160 + 400] * hann, 512)) for i in range(96)]
    expected = np.log(np.stack(frames) @ mel_bands() + 0.01)
    assert Patches()(wave[None]).numpy()[0, 0] == pytest.approx(expected, abs=1e-5)


def test_vggish_hears_the_patch_around_each_row():
    wave = noise(16_000)
    track = made("vggish", hop_ms=500)(source(wave))
    assert track.times == pytest.approx([0.25, 0.75])
    around = np.pad(wave, 16_000, mode="edge")
    patches = Patches()(np.stack([around[16_000 + c - 7800 :][:15_600] for c in (4000, 12_000)]))
    network = written.network("vggish")
    with torch.inference_mode():
        maps = network.features(patches).numpy()  # (2, 512, 6, 4)
        flat = np.stack(
            [maps[:, c, t, f] for t in range(6) for f in range(4) for c in range(512)], 1
        )
        expected = network.embeddings(torch.from_numpy(flat)).numpy()
    agrees(track.values, expected)


def speech(name, **options):
    given = SPEECH | {"model": str(written.model(name)), "layer": 4, "device": "cpu"} | options
    return build("audio", "hf_audio", given)


SHIFT = {"wav2vec2": 320, "hubert": 320, "wavlm": 320, "sew": 640, "sew_d": 640}  # samples
FRAME = {320: 400, 640: 720}  # the second: two of the first, the one 320 after the other


def heard(name, wave, layer):
    """What the library says of all of a wave at once: frames (F, D), their middles in s (F,)."""
    shift = SHIFT[name]
    with quiet():
        model = AutoModel.from_pretrained(written.model(name), local_files_only=True)
    x = torch.from_numpy((wave - wave.mean()) / np.sqrt(wave.var() + 1e-7))[None]
    with torch.inference_mode():
        states = model(x, output_hidden_states=True).hidden_states
    frames = torch.stack(states[-4:]).mean(0) if layer == "last_four" else states[layer]
    return frames[0].numpy(), (np.arange(frames.shape[1]) * shift + FRAME[shift] / 2) / 16_000


@pytest.mark.parametrize("name", SHIFT)
@pytest.mark.parametrize("layer", [0, 3, "last_four"])
def test_hf_audio_averages_what_its_library_says(name, layer):
    wave = noise(16_000)
    track = speech(name, layer=layer)(source(wave))
    assert track.times == pytest.approx((np.arange(10) + 0.5) / 10)
    frames, middles = heard(name, wave, layer)
    around = [frames[np.abs(middles - t) <= 0.1].mean(0) for t in track.times]
    agrees(track.values, np.stack(around))


def test_hf_audio_hears_a_long_clip_in_chunks_with_sound_around_them():
    wave = noise(16_000 * 7)
    track = speech("wav2vec2", chunk_s=1.5, context_s=0.7)(source(wave))
    assert track.times == pytest.approx((np.arange(70) + 0.5) / 10)
    begin, end = 3.0 - 0.7, 4.5 + 0.7  # of the third chunk, with what lies around it
    frames, middles = heard("wav2vec2", wave[round(begin * 16_000) : round(end * 16_000)], 4)
    around = [frames[np.abs(begin + middles - t) <= 0.1].mean(0) for t in track.times[30:45]]
    agrees(track.values[30:45], np.stack(around))


@pytest.mark.parametrize("name", SHIFT)
def test_a_row_of_hf_audio_hears_its_own_moment(name):
    wave = RNG.normal(0, 0.1, (2, 16_000)).astype(np.float32)
    wave[1, :11_200], wave[1, 12_800:] = wave[0, :11_200], wave[0, 12_800:]  # but 0.7 to 0.8 s
    before, after = (speech(name, layer=0, window_ms=100)(source(x)) for x in wave)
    assert np.abs(after.values - before.values).sum(1).argmax() == 7  # the row at 0.75 s


@pytest.mark.parametrize("count", [1, 719, 720, 1359, 1360, 16_079, 16_080])
def test_sound_of_any_length_is_heard_by_a_model_that_squeezes_its_frames(count):
    encoder = SpeechTransformer(written.model("sew"), 4, "cpu")
    assert (encoder.frame_shift, encoder.frame) == (640, 720)
    assert len(encoder(noise(count))) == max(0, count - 720) // 640 + 1


def test_a_model_whose_frames_are_not_where_its_config_says_is_named(tmp_path):
    shutil.copytree(written.model("hubert"), tmp_path, dirs_exist_ok=True)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"squeeze_factor": 2}))
    said = (
        rf"{tmp_path}, a hubert, makes 49 frames of 16000 samples .* says 24, each of 720 and 640"
    )
    with pytest.raises(ValueError, match=said):
        speech("hubert", model=str(tmp_path))(source(noise(16_000)))


def test_a_layer_that_the_model_lacks_is_named():
    for layer in (6, -1, "last"):
        with pytest.raises(ValueError, match=f"layer must be 0 to 5 or last_four, got {layer!r}"):
            speech("wav2vec2", layer=layer)


def test_a_model_that_does_not_read_sound_is_named(tmp_path):
    for file in written.model("bert").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "preprocessor_config.json").write_text("{}")
    with pytest.raises(ValueError, match="a bert, does not read sound itself"):
        speech("wav2vec2", model=str(tmp_path))


def test_egemaps_averages_what_its_library_says():
    opensmile = pytest.importorskip("opensmile", reason="an optional package")
    wave = noise(16_000 * 4)
    options = SPEECH | {"chunk_s": 1.5}
    track = build("audio", "egemaps", options)(source(wave))
    library = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.LowLevelDescriptors,
    )
    frames = library.process_signal(wave, 16_000).to_numpy()
    middles = np.arange(len(frames)) / 100 + 0.01
    begins = track.times - 0.1 - 1e-9
    around = [frames[(middles >= b) & (middles < b + 0.2)].mean(0) for b in begins]
    assert track.dim == 25
    assert track.values == pytest.approx(np.stack(around), rel=1e-4, abs=1e-4)


def test_a_package_that_is_not_installed_is_answered_with_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opensmile", None)
    with pytest.raises(LookupError, match=r"not installed: make egemaps"):
        build("audio", "egemaps", SPEECH)


def test_lengths_that_cannot_be_are_named():
    with pytest.raises(ValueError, match="vggish: hop_ms must be at least one sample long, got 0"):
        made("vggish", hop_ms=0)
    with pytest.raises(ValueError, match=r"context_s \(0\.05\) .*than half a window .200 ms"):
        speech("wav2vec2", context_s=0.05)
