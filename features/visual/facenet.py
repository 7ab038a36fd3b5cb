"""Face identity embeddings of the aligned crop.

Schroff et al. 2015, https://arxiv.org/abs/1503.03832; the Inception-ResNet v1 of facenet-pytorch,
trained on VGGFace2 or CASIA-WebFace. It saw faces cropped upright with some margin, not aligned by
their landmarks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from facenet_pytorch import InceptionResnetV1, fixed_image_standardization

from features.crops import Crops
from features.forward import Forward
from features.network import Convolutions, Place, check_positive, place
from features.track import Track
from features.visual.networks.frame_wise import frame_wise, resized
from features.weights import load

SIZE = 160  # px; crops of another size are resized to it
GET = (
    "dvc import-url https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9/"
    "20180402-114759-vggface2.pt {file}"
)


def build(*, weights: str, device: str, batch: int) -> Facenet:
    """InceptionResnetV1. D = 512.

    weights  a file in the format of facenet-pytorch's own; nothing is downloaded
    device   auto, cpu or cuda; batch  crops at a time
    """
    check_positive("facenet", batch=batch)
    forward = Forward(network, weights, where=place(device), lower="batch")
    return Facenet(forward, batch, [Path(weights)])


def network(where: Place, weights: str) -> Convolutions:
    """The network: pictures (N, 3, 160, 160) -> (N, 512)."""
    return Convolutions(load(InceptionResnetV1, weights, GET, unused=("logits.",))[0], where)


class Facenet:
    """Face identity embeddings of unit length.

    Crops -> Track (T, 512), a row a frame; frames without a crop keep their state.
    """

    dim = 512
    libraries = ("torchvision",)  # facenet-pytorch works on it
    paths = ("weights",)

    def __init__(self, network: Forward, batch: int, weights: list):
        self._network, self._batch, self.weights = network, batch, weights

    def __call__(self, crops: Crops, /) -> Track:
        return frame_wise(crops, self.dim, self._batch, self._embed)

    def _embed(self, images: list[np.ndarray]) -> np.ndarray:
        x = torch.from_numpy(np.stack([resized(image, SIZE) for image in images]))
        x = fixed_image_standardization(x.permute(0, 3, 1, 2).float())  # (N, 3, 160, 160)
        return self._network(x).numpy()
