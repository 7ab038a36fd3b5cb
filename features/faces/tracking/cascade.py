"""MTCNN's networks: all three on shrunken pictures, or O-Net alone on a box of full size.

Zhang et al. 2016, https://arxiv.org/abs/1604.02878; networks and weights of facenet-pytorch.
A candidate is float32 (15,): left, top, right, bottom, probability, five landmarks' x and y.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import facenet_pytorch
import numpy as np
import torch
from facenet_pytorch import MTCNN
from torch import Tensor

from features.faces.tracking.patches import patch, shrunken, square
from features.faces.tracking.proposals import CELL, nearest_size, proposals, refined
from features.forward import Forward
from features.network import DEVICES, Place, place

O_THRESHOLD, O_OVERLAP = 0.7, 0.7  # probability of a candidate; overlap of two that are one
PICTURES, BATCH = 16, 64  # pictures and patches in a batch: bounds memory
NO_CANDIDATES = np.zeros((0, 15), np.float32)


class Networks:
    """MTCNN's networks by name: pictures uint8 (N, H, W, 3) -> what the one makes of them."""

    def __init__(self, where: Place):
        self._where, self.facts = where, {}
        self._module = MTCNN(keep_all=True).eval()
        for weight in self._module.parameters():
            if weight.ndim == 4:  # channels innermost: a third of the time on a CPU
                weight.data = weight.data.to(memory_format=torch.channels_last)

    @cached_property
    def _networks(self) -> Any:
        return self._module.to(self._where.device)

    @torch.inference_mode()
    def __call__(self, name: str, pictures: Tensor) -> list[Tensor]:
        x = pictures.to(self._where.device).permute(0, 3, 1, 2)  # (N, 3, H, W)
        return [y.cpu() for y in getattr(self._networks, name)((x.float() - 127.5) / 128)]


class Cascade:
    """The three networks of MTCNN.

    shrink    longest side that pictures are shrunken to, px
    min_face  smallest face, as a share of a picture's longest side
    """

    def __init__(self, shrink: int, min_face: float, device: str):
        self.shrink, self.min_face = shrink, min_face
        where = place(device, DEVICES)  # half would move boxes by pixels
        self._forward = Forward(Networks, where=where, lower="shrink_px")
        self.weights = sorted((Path(facenet_pytorch.__file__).parent / "data").glob("?net.pt"))

    def detect(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The candidates in each of N images (H, W, 3) of one size, (F, 15), largest first."""
        if not images:
            return []
        longest = max(images[0].shape[:2])
        scale = min(1.0, self.shrink / longest)
        width, height = (max(1, round(side * scale)) for side in images[0].shape[1::-1])
        smallest = max(CELL, scale * nearest_size(self.min_face * longest))
        if min(width, height) < smallest:  # no room for a face, and the networks would fail
            return [NO_CANDIDATES] * len(images)
        small = [shrunken(x, width, height) for x in images]
        found = [NO_CANDIDATES] * len(images)
        for at in range(0, len(images), PICTURES):
            boxes, owner = self._squares(small[at : at + PICTURES], smallest)
            seen = self.onet([images[at + i] for i in owner], list(boxes / scale))
            for i in set(owner):
                found[at + i] = _suppressed(seen[(owner == i) & (seen[:, 4] > O_THRESHOLD)])
        return found

    @torch.inference_mode()
    def _squares(self, small: list[np.ndarray], smallest: float) -> tuple[np.ndarray, np.ndarray]:
        """P-Net and R-Net: N pictures -> squares (K, 4), and the picture that each is of (K,)."""
        boxes, owner = proposals(partial(self._net, "pnet"), small, smallest)
        boxes, owner = refined(partial(self._net, "rnet"), small, boxes, owner)
        return boxes.numpy(), owner.numpy()

    def _net(self, name: str, pictures: Sequence[np.ndarray]) -> list[Tensor]:
        return self._forward(name, torch.from_numpy(np.stack(pictures)))

    def onet(self, images: Sequence[np.ndarray], boxes: Sequence[np.ndarray]) -> np.ndarray:
        """O-Net on one box (4,) of each of N images, at full resolution -> candidates (N, 15)."""
        batches = [
            self._onet(images[at : at + BATCH], boxes[at : at + BATCH])
            for at in range(0, len(images), BATCH)
        ]
        return np.concatenate([NO_CANDIDATES, *batches])

    @torch.inference_mode()
    def _onet(self, images: Sequence[np.ndarray], boxes: Sequence[np.ndarray]) -> np.ndarray:
        squares = np.stack([square(box) for box in boxes])  # (N, 4)
        patches = [patch(x, s) for x, s in zip(images, squares, strict=True)]
        shift, points, scores = (y.numpy() for y in self._net("onet", patches))
        side, corner = squares[:, 2:3] - squares[:, :1], squares[:, :2]
        x, y = points[:, :5] * side + corner[:, :1], points[:, 5:] * side + corner[:, 1:]
        landmarks = np.stack([x, y], axis=2).reshape(-1, 10)  # (N, 10)
        rows = [squares + shift * side, scores[:, 1:], landmarks]
        return np.concatenate(rows, axis=1).astype(np.float32)


def _suppressed(faces: np.ndarray) -> np.ndarray:
    """Candidates (F, 15) without those that lie mostly within a surer one, largest first."""
    kept: list[np.ndarray] = []
    for face in faces[np.argsort(-faces[:, 4], kind="stable")]:
        if not any(_within(face, other) > O_OVERLAP for other in kept):
            kept.append(face)
    kept.sort(key=_area, reverse=True)
    return np.array(kept, np.float32).reshape(-1, 15)


def _within(a: np.ndarray, b: np.ndarray) -> float:
    """The share of the smaller of two boxes that lies in the other."""
    sides = np.minimum(a[2:4], b[2:4]) - np.maximum(a[:2], b[:2])
    return float(np.prod(np.maximum(sides, 0))) / max(min(_area(a), _area(b)), 1e-9)


def _area(box: np.ndarray) -> float:
    return float(np.prod(box[2:4] - box[:2]))
