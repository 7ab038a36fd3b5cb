"""Each extractor beside its library, called in the plainest loop: for one item after another.

Networks have the sizes of the published ones (ViT-B/16, wav2vec 2.0 base, BERT base, MiniLM-L6) and
noise for weights, which costs the same time; BERT reads with the real vocabulary of word pieces. An
item is what somebody with that library would call it with: a crop, a clip of eight, a window of
sound, a sentence.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import cv2
import librosa
import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers import (
    AutoFeatureExtractor,
    AutoImageProcessor,
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertModel,
    ViTConfig,
    ViTImageProcessor,
    ViTModel,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2Model,
)
from transformers.utils import logging

from features.audio.vggish import mel_bands
from features.crops import Crops, Face, keep, no_face
from features.extractor import build
from features.media.sounds import Sound
from features.pretrained import quiet
from features.track import State, Track
from features.visual.networks.frame_wise import resized
from features.visual.r2plus1d import DEVIATION, MEAN
from features.words import Word
from tests.features import written
from tests.repo import PARAMS

RNG = np.random.default_rng(0)
TEXTS = ["well", "so", "it", "was", "good", "and", "then", "we", "went", "home"] * 20
WORDS = [Word(text, i / 3, i / 3 + 0.2, False) for i, text in enumerate(TEXTS)]
Run = Callable[[], Any]


@dataclass(frozen=True)
class Pair:
    """One extractor: how to set it up on a device, and how its library; each then runs once a call.

    neural  it has a device, and can compute in half precision
    """

    ours: Callable[[str], Callable[[], Track]]
    plain: Callable[[], Run]
    neural: bool = True


def crops(count: int) -> Crops:
    nothing = no_face(0.0, State.OK)
    images = RNG.integers(0, 256, (count, 112, 112, 3), np.uint8)
    faces = (
        Face(i / 25, State.OK, 1.0, 1, nothing.box, nothing.landmarks, x)
        for i, x in enumerate(images)
    )
    return Crops(keep("clip", "source", faces))


def noise(seconds: float, rate: int) -> np.ndarray:
    return RNG.normal(0, 0.1, round(seconds * rate)).astype(np.float32)


def source(wave: np.ndarray) -> Callable[[int], Iterable[Sound]]:
    return lambda rate: iter([Sound(0.0, wave)])


def each(call: Callable, items: Callable[[], Iterable]) -> Run:
    """A library, called for one item after another."""

    @torch.inference_mode()
    def run() -> list:
        return [call(item) for item in items()]

    return run


def tensor(image: np.ndarray, size: int) -> torch.Tensor:
    return torch.from_numpy(resized(image, size)).permute(2, 0, 1)[None].float()


def of_crops(name: str, count: int, read: Callable[[np.ndarray], torch.Tensor]) -> Pair:
    """An extractor that embeds one crop after another with a network from a file."""

    def ours(device: str) -> Callable[[], Track]:
        options = {"weights": str(written.weights(name)), "device": device, "batch": 32}
        return partial(build("visual", name, options), crops(count))

    def plain() -> Run:
        network = written.network(name)
        return each(lambda x: network(read(x)), crops(count).images)

    return Pair(ours, plain)


facenet = of_crops("facenet", 64, lambda x: (tensor(x, 160) - 127.5) / 128)
ir50 = of_crops("ir50", 64, lambda x: tensor(x, 48)[..., 4:44, 4:44] / 127.5 - 1)


def r2plus1d() -> Pair:
    def ours(device: str) -> Callable[[], Track]:
        options = {"window_frames": 8, "hop_frames": 8, "pool": "mean", "batch": 1}
        options |= {"weights": str(written.weights("r2plus1d")), "device": device}
        return partial(build("visual", "r2plus1d", options), crops(40))

    def plain() -> Run:
        network, mean, deviation = (
            written.network("r2plus1d"),
            *map(torch.tensor, (MEAN, DEVIATION)),
        )

        def call(clip: np.ndarray) -> torch.Tensor:
            x = (torch.from_numpy(clip).float() / 255 - mean) / deviation
            return network(x.permute(3, 0, 1, 2)[None])

        return each(call, lambda: np.stack([*crops(40).images()]).reshape(5, 8, 112, 112, 3))

    return Pair(ours, plain)


def hog() -> Pair:
    def ours(_: str) -> Callable[[], Track]:
        return partial(build("visual", "hog", PARAMS["visual"]["face"]["options"]), crops(2000))

    def plain() -> Run:
        library, seen = cv2.HOGDescriptor((64, 64), (16, 16), (16, 16), (8, 8), 9), crops(2000)

        def call(image: np.ndarray) -> Any:
            grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
            return library.compute(cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA))

        return each(call, seen.images)

    return Pair(ours, plain, neural=False)


def of_windows(name: str, rate: int, options: dict, window: int, setup: Callable) -> Pair:
    """An extractor with a row each 100 ms of six seconds of sound, made from a window around it.

    setup  () -> window (N,) -> what the library makes of it
    """

    def ours(device: str) -> Callable[[], Track]:
        own = {"hop_ms": 100, "floor_db": -80, **options}
        if name in written.NETWORKS:
            own |= {"weights": str(written.weights(name)), "device": device, "batch": 32}
        return partial(build("audio", name, own), source(noise(6, rate)))

    def plain() -> Run:
        call, around = setup(), np.pad(noise(6, rate), window // 2)
        return each(lambda i: call(around[i * rate // 10 :][:window]), lambda: range(60))

    return Pair(ours, plain, neural=name in written.NETWORKS)


def spectrum_and_resnet18() -> Callable[[np.ndarray], Any]:
    network = written.network("resnet18")

    def call(window: np.ndarray) -> Any:
        power = librosa.feature.melspectrogram(
            y=window, sr=44_100, n_fft=1024, hop_length=441, win_length=882,
            n_mels=64, htk=True, norm=None, pad_mode="reflect",
        )  # fmt: skip
        level = (librosa.power_to_db(power, amin=1e-10, top_db=80) + 14.8) / 19.895
        return network(torch.from_numpy(level)[None, None])

    return call


def spectrum_and_vggish() -> Callable[[np.ndarray], Any]:
    network, hann, bands = written.network("vggish"), np.hanning(401)[:400], mel_bands()

    def call(window: np.ndarray) -> Any:
        frames = np.lib.stride_tricks.sliding_window_view(window, 400)[::160]
        level = np.log(np.abs(np.fft.rfft(frames * hann, 512)) @ bands + 0.01)
        return network(torch.from_numpy(level).float()[None, None])

    return call


def log_mel() -> Callable[[np.ndarray], Any]:
    def call(window: np.ndarray) -> Any:
        power = librosa.feature.melspectrogram(
            y=window, sr=16_000, n_fft=512, hop_length=160, win_length=400, n_mels=64, center=False
        )
        level = librosa.power_to_db(power)
        return np.concatenate([level.mean(1), level.std(1)])

    return call


def egemaps_of_a_window() -> Callable[[np.ndarray], Any]:
    import opensmile  # optional

    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.LowLevelDescriptors,
    )
    return lambda window: smile.process_signal(window, 16_000).to_numpy().mean(0)


LOGMEL = {**PARAMS["audio"]["voice"]["options"], "hop_ms": 100}
SMILE = {"window_ms": 400, "chunk_s": 20, "context_s": 1}


@cache
def folder(name: str) -> Path:
    """A model of transformers of the published size."""
    root = written.root() / f"large-{name}"
    with quiet():
        if name == "vit":
            ViTModel(ViTConfig(), add_pooling_layer=False).save_pretrained(root)
            ViTImageProcessor().save_pretrained(root)
        elif name == "wav2vec2":
            Wav2Vec2Model(Wav2Vec2Config()).save_pretrained(root)
            Wav2Vec2FeatureExtractor().save_pretrained(root)
        else:
            BertModel(BertConfig(), add_pooling_layer=False).save_pretrained(root)
            for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
                shutil.copy(written.minilm() / file, root)
    return root


def library(name: str) -> Any:
    with quiet():
        unpooled = {} if name == "wav2vec2" else {"add_pooling_layer": False}
        return AutoModel.from_pretrained(folder(name), **unpooled)


def hf_vision() -> Pair:
    def ours(device: str) -> Callable[[], Track]:
        options = {"model": str(folder("vit")), "pool": "first", "device": device, "batch": 32}
        return partial(build("visual", "hf_vision", options), crops(16))

    def plain() -> Run:
        network, read = library("vit"), AutoImageProcessor.from_pretrained(folder("vit"))
        return each(lambda x: network(**read(x, return_tensors="pt")), crops(16).images)

    return Pair(ours, plain)


def hf_audio() -> Pair:
    options = {"layer": 12, "window_ms": 400, "hop_ms": 100, "chunk_s": 10, "context_s": 1}

    def ours(device: str) -> Callable[[], Track]:
        own = {"model": str(folder("wav2vec2")), "floor_db": -80, "device": device, **options}
        return partial(build("audio", "hf_audio", own), source(noise(6, 16_000)))

    def plain() -> Run:
        network, around = library("wav2vec2"), np.pad(noise(6, 16_000), 3200)
        read: Any = AutoFeatureExtractor.from_pretrained(folder("wav2vec2"))

        def call(i: int) -> Any:
            sound = around[i * 1600 :][:6400]
            return network(**read(sound, sampling_rate=16_000, return_tensors="pt"))

        return each(call, lambda: range(60))

    return Pair(ours, plain)


def bert_words() -> Pair:
    def ours(device: str) -> Callable[[], Track]:
        options = {"model": str(folder("bert")), "layers": 4, "tokens": 256}
        return partial(build("text", "bert_words", options | {"device": device, "batch": 8}), WORDS)

    def plain() -> Run:
        network, read = library("bert"), AutoTokenizer.from_pretrained(folder("bert"))

        def call(i: int) -> Any:
            sentence = read(" ".join(TEXTS[i : i + 10]), return_tensors="pt")
            return network(**sentence, output_hidden_states=True)

        return each(call, lambda: range(0, len(TEXTS), 10))

    return Pair(ours, plain)


def one_window_after_another() -> Run:
    logging.disable_progress_bar()
    model = SentenceTransformer(str(written.minilm()), device="cpu", local_files_only=True)
    encode = partial(model.encode, show_progress_bar=False)
    return each(lambda i: encode(" ".join(TEXTS[max(0, i - 2) : i + 3])), lambda: range(200))


def sentences(device: str) -> Callable[[], Track]:
    options = {"over": "windows", "words": 5, "every": 1, "pause_s": 1, "batch": 32}
    options |= {"model": str(written.minilm()), "device": device}
    return partial(build("text", "sentences", options), WORDS)


def minilm(_: str) -> Callable[[], Track]:
    return partial(build("text", "minilm", PARAMS["text"]["words"]["options"]), WORDS)


PAIRS = {
    "hog": hog(),
    "facenet": facenet,
    "ir50": ir50,
    "r2plus1d": r2plus1d(),
    "hf_vision": hf_vision(),
    "logmel": of_windows("logmel", 16_000, LOGMEL, 6400, log_mel),
    "egemaps": of_windows("egemaps", 16_000, SMILE, 6400, egemaps_of_a_window),
    "resnet18": of_windows("resnet18", 44_100, {"window_ms": 1034}, 45_599, spectrum_and_resnet18),
    "vggish": of_windows("vggish", 16_000, {}, 15_600, spectrum_and_vggish),
    "hf_audio": hf_audio(),
    "minilm": Pair(minilm, one_window_after_another, neural=False),
    "sentences": Pair(sentences, one_window_after_another),
    "bert_words": bert_words(),
}
