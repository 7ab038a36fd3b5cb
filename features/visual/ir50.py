"""Facial expression embeddings of the aligned crop, as RJCMA and GRJCA use them.

An IR-ResNet-50 that its authors trained on MS-Celeb-1M, then on FER+. Their input: 48 x 48 px
faces, of which the middle 40 x 40 px are seen, scaled to [-1, 1].
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import torch

from features.crops import Crops
from features.forward import Forward
from features.network import Convolutions, Place, check_positive, place
from features.track import Track
from features.visual.networks.frame_wise import frame_wise, resized
from features.visual.networks.iresnet import IResNet50
from features.weights import load

SIZE, CENTRE = 48, 40  # px: of the picture, and of the middle of it that the network gets
GET = (
    "nothing: they are at no public address; ask the authors of https://github.com/sucv/ABAW3 for "
    "res50_ir_0.887.pth and copy it to {file}"
)


def build(*, weights: str, device: str, batch: int) -> Ir50:
    """IR-ResNet-50. D = 512.

    weights  a file in the format of res50_ir_0.887.pth; nothing is downloaded
    device   auto, cpu or cuda; batch  crops at a time
    """
    check_positive("ir50", batch=batch)
    forward = Forward(network, weights, where=place(device), lower="batch")
    return Ir50(forward, batch, [Path(weights)])


def network(where: Place, weights: str) -> Convolutions:
    """The network: pictures (N, 3, 40, 40) -> (N, 512)."""
    return Convolutions(
        load(partial(IResNet50, CENTRE), weights, GET, unused=("logits.",))[0], where
    )


class Ir50:
    """Facial expression embeddings of unit length.

    Crops -> Track (T, 512), a row a frame; frames without a crop keep their state.
    """

    dim = 512
    paths = ("weights",)

    def __init__(self, network: Forward, batch: int, weights: list):
        self._network, self._batch, self.weights = network, batch, weights

    def __call__(self, crops: Crops, /) -> Track:
        return frame_wise(crops, self.dim, self._batch, self._embed)

    def _embed(self, images: list[np.ndarray]) -> np.ndarray:
        x = torch.from_numpy(np.stack([resized(image, SIZE) for image in images]))
        edge = (SIZE - CENTRE) // 2
        x = x[:, edge : edge + CENTRE, edge : edge + CENTRE].permute(0, 3, 1, 2)  # (N, 3, 40, 40)
        return self._network((x.float() / 255 - 0.5) / 0.5).numpy()
