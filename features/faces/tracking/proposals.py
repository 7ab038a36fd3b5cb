"""P-Net and R-Net, the first two networks of MTCNN: small pictures -> squares that may hold a face.

Zhang et al. 2016, https://arxiv.org/abs/1604.02878, section II.B, with the thresholds and the
rounding of facenet-pytorch, so that its weights see what they were made for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import torch
from torch import Tensor
from torchvision.ops import batched_nms

CELL, STRIDE = 12, 2  # px: the receptive field of P-Net, and its stride
PATCH = 24  # px, the input of R-Net
BATCH = 256  # of those in a batch: bounds memory
SMALLEST = 20  # px, the faces that MTCNN looks for in a full picture
FACTOR = 0.709  # from one level of the image pyramid to the next
P_THRESHOLD, R_THRESHOLD = 0.6, 0.7  # probability from which a box goes on to the next network
P_IOU, IOU = 0.5, 0.7  # intersection over union from which non-maximum suppression takes two as one
Net = Callable[[Sequence[np.ndarray]], Sequence[Tensor]]  # N pictures uint8 (H, W, 3) of one size


def proposals(pnet: Net, images: Sequence[np.ndarray], smallest: float) -> tuple[Tensor, Tensor]:
    """P-Net on N image pyramids: squares (K, 4) in px, and the picture that each is of (K,)."""
    scales = _scales(images[0].shape, smallest)
    found = [_at_scale(pnet, images, scale) for scale in scales]
    boxes, scores, owner = (torch.cat(x) for x in zip(*found, strict=True))
    kept = batched_nms(boxes[:, :4], scores, owner, IOU)
    boxes, owner = boxes[kept], owner[kept]
    sides = (boxes[:, 2:4] - boxes[:, :2]).repeat(1, 2)
    return squared(boxes[:, :4] + boxes[:, 4:] * sides), owner


def nearest_size(face: float) -> float:
    """The face size, of those that MTCNN looks for in a full picture, nearest to `face` px.

    Between two of them a weak face may be seen or not: looking for the same ones is to agree.
    """
    return SMALLEST * FACTOR ** round(np.log(face / SMALLEST) / np.log(FACTOR))


def _scales(shape: Sequence[int], smallest: float) -> Iterator[float]:
    """The scales at which a face as small as `smallest` px, or larger, fills P-Net's cell."""
    scale = CELL / smallest
    while min(shape[:2]) * scale >= CELL:
        yield scale
        scale *= FACTOR


def _at_scale(
    pnet: Net, images: Sequence[np.ndarray], scale: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Boxes (K, 4) with their corrections, (K, 8) together, scores (K,) and owners (K,)."""
    height, width = (int(side * scale + 1) for side in images[0].shape[:2])
    small = [cv2.resize(x, (width, height), interpolation=cv2.INTER_AREA) for x in images]
    shifts, scores = pnet(small)
    owner, y, x = (scores[:, 1] >= P_THRESHOLD).nonzero(as_tuple=True)  # (K,) each
    corner = torch.stack([x, y], dim=1) * STRIDE  # (K, 2)
    boxes = torch.cat([((corner + 1) / scale).floor(), ((corner + CELL) / scale).floor()], dim=1)
    found, score = torch.cat([boxes, shifts[owner, :, y, x]], dim=1), scores[owner, 1, y, x]
    kept = batched_nms(boxes, score, owner, P_IOU)
    return found[kept], score[kept], owner[kept]


def refined(
    rnet: Net, images: Sequence[np.ndarray], boxes: Tensor, owner: Tensor
) -> tuple[Tensor, Tensor]:
    """R-Net on squares (K, 4) and the picture of each (K,): those that stay, refined, likewise."""
    patches, inside = [], []
    for place, (box, image) in enumerate(zip(boxes.tolist(), owner.tolist(), strict=True)):
        left, top, right, bottom = map(int, box)
        part = images[image][max(top - 1, 0) : bottom, max(left - 1, 0) : right]
        if right > 0 and bottom > 0 and part.size:
            patches.append(cv2.resize(part, (PATCH, PATCH), interpolation=cv2.INTER_AREA))
            inside.append(place)
    if not patches:
        return boxes[:0], owner[:0]
    outputs = [rnet(patches[at : at + BATCH]) for at in range(0, len(patches), BATCH)]
    shifts, scores = (torch.cat(x) for x in zip(*outputs, strict=True))
    sure = scores[:, 1] > R_THRESHOLD
    chosen = torch.tensor(inside)[sure]
    boxes, owner, shifts, scores = boxes[chosen], owner[chosen], shifts[sure], scores[sure, 1]
    kept = batched_nms(boxes, scores, owner, IOU)
    boxes, shifts = boxes[kept], shifts[kept]
    sides = (boxes[:, 2:] - boxes[:, :2] + 1).repeat(1, 2)
    return squared(boxes + shifts * sides), owner[kept]


def squared(boxes: Tensor) -> Tensor:
    """The squares around the centres of boxes (K, 4), with the longer side of each."""
    middle, side = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).amax(dim=1)
    half = side[:, None] / 2
    return torch.cat([middle - half, middle + half], dim=1)
