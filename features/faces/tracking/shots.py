"""The detections of a clip, frame by frame, and its shot boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from features.faces.tracking.cascade import NO_CANDIDATES
from features.faces.tracking.chunks import chunks, prefetched
from features.faces.tracking.key_frames import KeyFrameDetector
from features.media.pictures import Frame

CUT = 24  # grey levels by which the picture changes on average from one shot to the next
THUMB = 24  # px, the side of what is compared for that


def detected(
    frames: Iterable[Frame], detector: KeyFrameDetector
) -> Iterator[tuple[Frame, np.ndarray, bool]]:
    """Each frame of a clip, the candidates (F, 15) in it, and whether it begins a shot."""
    image, faces = None, NO_CANDIDATES  # of the last frame that could be decoded
    for chunk in prefetched(chunks(frames)):
        images = [frame.image for frame in chunk if frame.image is not None]
        if image is None or not images or image.shape != images[0].shape:
            known = {}
        else:
            images, known = [image, *images], {0: faces}
        shots = cuts(images)
        found = detector(images, known, shots)
        at = len(known)
        for frame in chunk:
            if frame.image is None:
                yield frame, NO_CANDIDATES, False
            else:
                yield frame, found[at], at in shots or not at
                at += 1
        if images:
            image, faces = images[-1], found[-1]


def cuts(images: Sequence[np.ndarray]) -> list[int]:
    """Shot boundary detection: the images before which there is a cut, as the picture changes."""
    steps = [-(-side // THUMB) for side in images[0].shape[:2]] if images else [1, 1]
    thumbs = [x[:: steps[0], :: steps[1]].astype(np.int16) for x in images]
    changes = [np.abs(a - b).mean() for a, b in pairwise(thumbs)]
    return [i for i, change in enumerate(changes, start=1) if change > CUT]
