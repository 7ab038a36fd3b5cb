"""A clip from its first frame to its last: the faces in each, and where a new shot begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from features.faces._cascade import NOTHING
from features.faces._chunks import ahead, chunks
from features.faces._follow import Follower
from features.media.pictures import Frame

CUT = 24  # grey levels by which the picture changes on average from one shot to the next
THUMB = 24  # px, the side of what is compared for that


def watched(
    frames: Iterable[Frame], follower: Follower
) -> Iterator[tuple[Frame, np.ndarray, bool]]:
    """Each frame, the candidates (F, 15) in it, and whether it begins a shot."""
    image, faces = None, NOTHING  # of the last frame that could be decoded
    for chunk in ahead(chunks(frames)):
        images = [frame.image for frame in chunk if frame.image is not None]
        if image is None or not images or image.shape != images[0].shape:
            known = {}
        else:
            images, known = [image, *images], {0: faces}
        shots = cuts(images)
        found = follower(images, known, shots)
        at = len(known)
        for frame in chunk:
            if frame.image is None:
                yield frame, NOTHING, False
            else:
                yield frame, found[at], at in shots or not at
                at += 1
        if images:
            image, faces = images[-1], found[-1]


def cuts(images: Sequence[np.ndarray]) -> list[int]:
    """The images that begin a new shot: the picture as a whole is another than before."""
    steps = [-(-side // THUMB) for side in images[0].shape[:2]] if images else [1, 1]
    thumbs = [x[:: steps[0], :: steps[1]].astype(np.int16) for x in images]
    changes = [np.abs(a - b).mean() for a, b in pairwise(thumbs)]
    return [i for i, change in enumerate(changes, start=1) if change > CUT]
