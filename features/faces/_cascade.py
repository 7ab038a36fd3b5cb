"""MTCNN: the whole cascade on shrunken pictures, or its last network on a box of full size.

Zhang et al. 2016, https://arxiv.org/abs/1604.02878; networks and weights of facenet-pytorch.
A candidate is float32 (15,): left, top, right, bottom, probability, five landmarks' x and y.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import facenet_pytorch
import numpy as np
import torch
from facenet_pytorch import MTCNN

PATCH = 48  # px, what O-Net looks at
SMALLEST = 12  # px, what P-Net looks at


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What one picture shows: the best candidate, in its pixels, and how many faces."""

    best: np.ndarray | None
    faces: int


class Cascade:
    """The three networks, for pictures shrunken to `shrink` px and faces of that share of it."""

    def __init__(self, shrink: int, min_face: float, confidence: float):
        self.shrink, self.min_face, self.confidence = shrink, min_face, confidence
        self._networks = MTCNN(keep_all=True).eval()
        self.weights = sorted((Path(facenet_pytorch.__file__).parent / "data").glob("?net.pt"))

    @torch.inference_mode()
    def whole(self, images: list[np.ndarray]) -> list[Seen]:
        """N images (H, W, 3) of one size -> the largest face of each, of the sure ones if any."""
        if not images:
            return []
        longest = max(images[0].shape[:2])
        scale = min(1.0, self.shrink / longest)
        width, height = (max(1, round(side * scale)) for side in images[0].shape[1::-1])
        smallest = max(SMALLEST, round(self.min_face * longest * scale))
        if min(width, height) < smallest:  # no room for a face, and the networks would fail
            return [Seen(None, 0)] * len(images)
        small = [cv2.resize(x, (width, height), interpolation=cv2.INTER_AREA) for x in images]
        self._networks.min_face_size = smallest
        found = self._networks.detect(np.stack(small), landmarks=True)
        return [self._best(scale, *one) for one in zip(*found, strict=True)]

    def _best(
        self, scale: float, boxes: np.ndarray | None, probabilities: np.ndarray, points: np.ndarray
    ) -> Seen:
        """F boxes (F, 4), their probabilities (F,) and landmarks (F, 5, 2), or None -> Seen."""
        if boxes is None:
            return Seen(None, 0)
        boxes, probabilities = boxes.astype(np.float64), probabilities.astype(np.float64)
        area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        sure = probabilities >= self.confidence
        best = int(np.argmax(area * (1e-6 + sure)))
        row = [*boxes[best] / scale, probabilities[best], *np.ravel(points[best]) / scale]
        return Seen(np.array(row, np.float32), int(sure.sum()) or 1)

    @torch.inference_mode()
    def last(self, images: list[np.ndarray], boxes: list[np.ndarray]) -> list[np.ndarray]:
        """O-Net on one box of each of N images, at full resolution -> N candidates (15,)."""
        if not images:
            return []
        squares = [square(box) for box in boxes]
        patches = np.stack([patch(x, s) for x, s in zip(images, squares, strict=True)])
        x = (torch.from_numpy(patches).permute(0, 3, 1, 2).float() - 127.5) / 128  # (N, 3, 48, 48)
        shifts, points, scores = (y.numpy() for y in self._networks.onet(x))
        out = []
        for s, shift, point, score in zip(squares, shifts, points, scores, strict=True):
            side = s[2] - s[0]
            landmarks = np.column_stack([point[:5], point[5:]]) * side + s[:2]  # (5, 2)
            row = np.concatenate([s + shift * side, score[1:], landmarks.ravel()])
            out.append(row.astype(np.float32))
        return out


def square(box: np.ndarray) -> np.ndarray:
    """The square of the same centre around a box (4,), as MTCNN feeds its networks."""
    centre, side = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max())
    return np.concatenate([centre - side / 2, centre + side / 2])


def patch(image: np.ndarray, around: np.ndarray) -> np.ndarray:
    """The square cut out of the image, black where it reaches beyond it: uint8 (48, 48, 3)."""
    left, top, right, bottom = np.round(around).astype(int)
    height, width = image.shape[:2]
    inside = image[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    if inside.size == 0:
        return np.zeros((PATCH, PATCH, 3), np.uint8)
    beyond = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    whole = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_CONSTANT)
    return cv2.resize(whole, (PATCH, PATCH), interpolation=cv2.INTER_AREA)
