"""Mel spectrograms through a ResNet-18, as JCA, RJCA, DCA and JMT use it.

He et al. 2016, https://arxiv.org/abs/1512.03385; TSAV's weights (Kuhnke et al. 2020, Aff-Wild2,
research only) or torchvision's (ImageNet), whose three colour channels are added up.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import librosa
import numpy as np
import torch
from torch import nn
from torchvision.models import resnet18

from features.audio.framing.windows import Windows, in_samples
from features.forward import Forward
from features.media.sounds import SoundSource
from features.network import Convolutions, Place, check_positive, place
from features.track import Track
from features.weights import StateDict, load

RATE = 44_100  # Hz
SIZE, FRAME, FRAME_SHIFT = 1024, 882, 441  # samples: of a transform, a frame, between two frames
MELS = 64
SHORTEST = 45_599  # samples; zeros before a shorter window: 104 frames
MEAN_DB, DEVIATION_DB, RANGE_DB, FLOOR = -14.8, 19.895, 80.0, 1e-10
GET = (
    "dvc import-url https://www.tnt.uni-hannover.de/project/affwild2/aff2model_tntsub4.zip "
    "{file}.zip, and unpack the model in it to {file}"
)


def build(
    *, weights: str, window_ms: float, hop_ms: float, floor_db: float, device: str, batch: int
) -> ResNet18:
    """ResNet-18 without its classifier. D = 512.

    weights    a file of TSAV's or torchvision's; nothing is downloaded
    window_ms  the sound around a row that it sees (32 frames in the papers: 1067 at 30 fps)
    hop_ms     from one row to the next
    floor_db   a row whose loudest 10 ms are below it (dB of full scale) is State.SILENCE
    device     auto, cpu or cuda; batch  windows at a time
    """
    check_positive("resnet18", batch=batch)
    window, hop = in_samples("resnet18", RATE, window_ms=window_ms, hop_ms=hop_ms)
    forward = Forward(network, weights, where=place(device), lower="batch")
    windows = Windows(RATE, window, hop, floor_db, batch, edge=False)
    return ResNet18(forward, windows, [Path(weights)])


def network(where: Place, weights: str) -> Convolutions:
    """The network: spectrograms (B, 1, 64, F) -> (B, 512, 1, 1)."""
    return Convolutions(
        load(_architecture, weights, GET, unused=("fc.",), adapt=_one_channel)[0], where
    )


def _architecture() -> nn.Module:
    _, *parts, _ = resnet18().named_children()  # all but its first layer and classifier
    first = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    return nn.Sequential(OrderedDict([("conv1", first), *parts]))


def _one_channel(weights: StateDict) -> StateDict:
    first = weights.get("conv1.weight")
    if first is None or first.ndim != 4 or first.shape[1] != 3:
        return weights
    return weights | {"conv1.weight": first.sum(1, keepdim=True)}


class Spectrogram:
    """The standardised mel spectrogram of the clip-wise papers.

    Windows (B, N) at 44.1 kHz -> dB of mel bands (B, 1, 64, F), less the mean and over the
    deviation. Power of 20 ms Hann frames every 10 ms, HTK mel bands, no more than 80 dB below a
    window's peak.
    """

    def __init__(self) -> None:
        bands = librosa.filters.mel(sr=RATE, n_fft=SIZE, n_mels=MELS, htk=True, norm=None)
        self._bands, self._window = torch.from_numpy(bands), torch.hann_window(FRAME)

    def __call__(self, windows: np.ndarray) -> torch.Tensor:
        x = nn.functional.pad(torch.from_numpy(windows), (max(0, SHORTEST - windows.shape[1]), 0))
        spectrum = torch.stft(x, SIZE, FRAME_SHIFT, FRAME, self._window, return_complex=True)
        power = self._bands @ spectrum.abs().square()  # (B, 64, F)
        level = 10 * power.clamp_min(FLOOR).log10()
        level = level.maximum(level.amax((1, 2), keepdim=True) - RANGE_DB)
        return ((level - MEAN_DB) / DEVIATION_DB).unsqueeze(1)


class ResNet18:
    """A ResNet-18 over the mel spectrogram of a window around each row.

    Sound -> Track (T, 512), one row every hop. Where unbroken sound begins and ends, windows reach
    beyond it and are filled with zeros.
    """

    dim, rate = 512, RATE
    paths = ("weights",)

    def __init__(self, network: Forward, windows: Windows, weights: list):
        self._network, self._windows, self.weights = network, windows, weights
        self._spectrogram = Spectrogram()

    def __call__(self, sound: SoundSource, /) -> Track:
        return self._windows(sound, self.dim, self._embed)

    def _embed(self, windows: np.ndarray) -> np.ndarray:
        return self._network(self._spectrogram(windows)).flatten(1).numpy()
