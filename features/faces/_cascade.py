"""MTCNN's networks: all three on shrunken pictures, or the last one on a box of full size.

Zhang et al. 2016, https://arxiv.org/abs/1604.02878; networks and weights of facenet-pytorch.
A candidate is float32 (15,): left, top, right, bottom, probability, five landmarks' x and y.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import facenet_pytorch
import numpy as np
import torch
from facenet_pytorch import MTCNN

from features.faces._patches import patch, shrunken, square
from features.faces._proposals import CELL, confirmed, nearest_size, proposals, tensor
from features.network import DEVICES, place

O_LEAST, O_SAME = 0.7, 0.7  # probability of a candidate; overlap of two that are one
PICTURES, BATCH = 16, 64  # pictures and patches looked at together: bounds memory
NOTHING = np.zeros((0, 15), np.float32)


class Cascade:
    """The three networks, for pictures shrunken to `shrink` px and faces of that share of it."""

    def __init__(self, shrink: int, min_face: float, device: str):
        self.shrink, self.min_face = shrink, min_face
        self.device = place(device, DEVICES).device  # half would move boxes by pixels
        self._networks = MTCNN(keep_all=True, device=self.device).eval()
        for weight in self._networks.parameters():
            if weight.ndim == 4:  # channels innermost: a third of the time on a CPU
                weight.data = weight.data.to(memory_format=torch.channels_last)
        self.weights = sorted((Path(facenet_pytorch.__file__).parent / "data").glob("?net.pt"))

    def whole(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """N images (H, W, 3) of one size -> the candidates of each, (F, 15), largest first."""
        if not images:
            return []
        longest = max(images[0].shape[:2])
        scale = min(1.0, self.shrink / longest)
        width, height = (max(1, round(side * scale)) for side in images[0].shape[1::-1])
        smallest = max(CELL, scale * nearest_size(self.min_face * longest))
        if min(width, height) < smallest:  # no room for a face, and the networks would fail
            return [NOTHING] * len(images)
        small = [shrunken(x, width, height) for x in images]
        found = [NOTHING] * len(images)
        for at in range(0, len(images), PICTURES):
            boxes, owner = self._squares(small[at : at + PICTURES], smallest)
            seen = self.last([images[at + i] for i in owner], list(boxes / scale))
            for i in set(owner):
                found[at + i] = _apart(seen[(owner == i) & (seen[:, 4] > O_LEAST)])
        return found

    @torch.inference_mode()
    def _squares(self, small: list[np.ndarray], smallest: float) -> tuple[np.ndarray, np.ndarray]:
        """What the first two networks see in N pictures -> squares (K, 4), and whose (K,)."""
        boxes, owner = proposals(self._networks.pnet, small, smallest, self.device)
        boxes, owner = confirmed(self._networks.rnet, small, boxes, owner, self.device)
        return boxes.cpu().numpy(), owner.cpu().numpy()

    def last(self, images: Sequence[np.ndarray], boxes: Sequence[np.ndarray]) -> np.ndarray:
        """O-Net on one box (4,) of each of N images, at full resolution -> candidates (N, 15)."""
        batches = [
            self._last(images[at : at + BATCH], boxes[at : at + BATCH])
            for at in range(0, len(images), BATCH)
        ]
        return np.concatenate([NOTHING, *batches])

    @torch.inference_mode()
    def _last(self, images: Sequence[np.ndarray], boxes: Sequence[np.ndarray]) -> np.ndarray:
        squares = np.stack([square(box) for box in boxes])  # (N, 4)
        patches = [patch(x, s) for x, s in zip(images, squares, strict=True)]
        answers = self._networks.onet(tensor(patches, self.device))
        shift, points, scores = (y.cpu().numpy() for y in answers)
        side, corner = squares[:, 2:3] - squares[:, :1], squares[:, :2]
        x, y = points[:, :5] * side + corner[:, :1], points[:, 5:] * side + corner[:, 1:]
        landmarks = np.stack([x, y], axis=2).reshape(-1, 10)  # (N, 10)
        rows = [squares + shift * side, scores[:, 1:], landmarks]
        return np.concatenate(rows, axis=1).astype(np.float32)


def _apart(faces: np.ndarray) -> np.ndarray:
    """Candidates (F, 15) -> without those that lie mostly within a surer one, largest first."""
    kept: list[np.ndarray] = []
    for face in faces[np.argsort(-faces[:, 4], kind="stable")]:
        if not any(_within(face, other) > O_SAME for other in kept):
            kept.append(face)
    kept.sort(key=_area, reverse=True)
    return np.array(kept, np.float32).reshape(-1, 15)


def _within(a: np.ndarray, b: np.ndarray) -> float:
    """The share of the smaller of two boxes that lies in the other."""
    sides = np.minimum(a[2:4], b[2:4]) - np.maximum(a[:2], b[:2])
    return float(np.prod(np.maximum(sides, 0))) / max(min(_area(a), _area(b)), 1e-9)


def _area(box: np.ndarray) -> float:
    return float(np.prod(box[2:4] - box[:2]))
