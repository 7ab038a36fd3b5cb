"""VGGish: log-mel patches of 0.96 s through a VGG network, as RJCMA and GRJCA use it.

Hershey et al. 2017, https://arxiv.org/abs/1609.09430; weights of torchvggish (AudioSet). Its last
ReLU is left out, as in those papers, and so are its whitening and rounding to 8 bits.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from features.audio.framing.windows import Windows, in_samples
from features.forward import Forward
from features.media.sounds import SoundSource
from features.network import Convolutions, Place, check_positive, place
from features.track import Track
from features.weights import load

RATE = 16_000  # Hz
FRAME, FRAME_SHIFT, SIZE = 400, 160, 512  # samples: of a frame, between two, of a transform
FRAMES, MELS, LOWEST_HZ, HIGHEST_HZ, OFFSET = 96, 64, 125.0, 7500.0, 0.01
PATCH = (FRAMES - 1) * FRAME_SHIFT + FRAME  # samples, 0.975 s
WIDTHS = ((64,), (128,), (256, 256), (512, 512))  # of the convolutions before each halving
GET = (
    "dvc import-url https://github.com/harritaylor/torchvggish/releases/download/v0.1/"
    "vggish-10086976.pth {file}"
)


def build(*, weights: str, hop_ms: float, floor_db: float, device: str, batch: int) -> Vggish:
    """VGGish. D = 128.

    weights   a file in the format of torchvggish; nothing is downloaded
    hop_ms    from one row to the next
    floor_db  a row whose loudest 10 ms are below it (dB of full scale) is State.SILENCE
    device    auto, cpu or cuda; batch  patches at a time
    """
    check_positive("vggish", batch=batch)
    (hop,) = in_samples("vggish", RATE, hop_ms=hop_ms)
    forward = Forward(network, weights, where=place(device), lower="batch")
    windows = Windows(RATE, PATCH, hop, floor_db, batch, edge=True)
    return Vggish(forward, windows, [Path(weights)])


def network(where: Place, weights: str) -> Convolutions:
    """The network: patches (B, 1, 96, 64) -> (B, 128)."""
    return Convolutions(load(Network, weights, GET)[0], where)


class Network(nn.Module):
    """The network of VGGish: patches (B, 1, 96, 64) -> (B, 128).

    Names of the parts are those of its weights file.
    """

    def __init__(self) -> None:
        super().__init__()
        layers, channels = [], 1
        for widths in WIDTHS:
            for width in widths:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        first, last = nn.Linear(512 * 6 * 4, 4096), nn.Linear(4096, 128)
        self.embeddings = nn.Sequential(first, nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), last)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, 1, 96, 64) -> (B, 128)"""
        maps = self.features(x)  # (B, 512, 6, 4)
        return self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))


class Patches:
    """The log-mel patches that VGGish reads: of magnitudes, not decibels.

    Samples (B, 15600) at 16 kHz -> (B, 1, 96, 64).
    """

    def __init__(self) -> None:
        self._window = torch.hann_window(FRAME, dtype=torch.float64)
        self._bands = torch.from_numpy(mel_bands())

    def __call__(self, samples: np.ndarray) -> Tensor:
        frames = torch.from_numpy(samples).double().unfold(-1, FRAME, FRAME_SHIFT)  # (B, 96, 400)
        spectrum = torch.fft.rfft(frames * self._window, SIZE).abs()
        return (spectrum @ self._bands + OFFSET).log().float().unsqueeze(1)


def mel_bands() -> np.ndarray:
    """The mel filter bank of VGGish (257, 64): triangles over mel, not Hz; lowest bin 0."""
    bins = _mel(np.linspace(0, RATE / 2, SIZE // 2 + 1))[:, None]  # (257, 1)
    edges = np.linspace(_mel(np.array(LOWEST_HZ)), _mel(np.array(HIGHEST_HZ)), MELS + 2)
    below, middle, above = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - below) / (middle - below), (above - bins) / (above - middle)
    bands = np.clip(np.minimum(rising, falling), 0, None)
    bands[0] = 0
    return bands


def _mel(hz: np.ndarray) -> np.ndarray:
    return 1127 * np.log1p(hz / 700)


class Vggish:
    """VGGish over the 0.975 s of sound around each row.

    Sound -> Track (T, 128), one row every hop. Where unbroken sound begins and ends, windows reach
    beyond it and repeat its last sample.
    The papers let a patch begin at its row's time: their row at t is ours at t + 0.49 s.
    """

    dim, rate = 128, RATE
    paths = ("weights",)

    def __init__(self, network: Forward, windows: Windows, weights: list):
        self._network, self._windows, self.weights = network, windows, weights
        self._patches = Patches()

    def __call__(self, sound: SoundSource, /) -> Track:
        return self._windows(sound, self.dim, self._embed)

    def _embed(self, windows: np.ndarray) -> np.ndarray:
        return self._network(self._patches(windows)).numpy()
