"""Small pictures of a clip's face, one every so often, from its crops."""

from __future__ import annotations

import cv2
import numpy as np

from features.shards.record import Record
from features.track import State

JPEG_QUALITY = 75


def thumbnails(record: Record, every_s: float, size_px: int) -> list[tuple[float, bytes]]:
    """The thumbnails of one clip: (time in s, JPEG of size_px x size_px), from its face crops.

    The first crop in every `every_s`, decoding no others. Raises ValueError naming a crop that is
    no JPEG.
    """
    times, state = record.columns["times"][:], record.columns["state"][:]
    ends, data = record.blobs["jpeg"]
    starts = np.concatenate([[0], ends[:-1]])
    seen = np.flatnonzero(state == State.OK)
    _, first = np.unique(times[seen] // every_s, return_index=True)
    return [
        (float(times[row]), _small(data[int(starts[row]) : int(ends[row])], times[row], size_px))
        for row in seen[first]
    ]


def _small(jpeg: np.ndarray, time: float, size_px: int) -> bytes:
    image = cv2.imdecode(np.asarray(jpeg), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"the crop at {time:.3f} s is no JPEG")
    small = cv2.resize(image, (size_px, size_px), interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError(f"the crop at {time:.3f} s could not be made smaller")
    return data.tobytes()
