"""Crops that somebody else has made: a folder of images for each clip, named by frame number.

As the organisers of Aff-Wild2 give them: `<path>/<clip id>/00001.jpg` shows the face of the first
frame of the video, and a frame without an image is one without a face.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from features.crops import Face, jpeg, no_face
from features.media.pictures import Frame
from features.nearest import nearest
from features.track import State

NUMBERED = re.compile(r"(\d+)\.(jpe?g|png|bmp)", re.IGNORECASE)


def build(*, path: str, size_px: int) -> ReadyCrops:
    """The crops below `path`, resized to size_px x size_px; JPEG of that size is kept as it is."""
    if size_px < 1:
        raise ValueError(f"ready_crops: size_px must be at least 1, got {size_px}")
    return ReadyCrops(Path(path), size_px)


class ReadyCrops:
    """A detector that reads ready crops: frames -> a Face for each, at the frame's own time.

    Neither box, landmarks nor confidence are known: they are NaN.
    """

    paths = ("path",)  # the images count by their bytes, wherever they lie

    def __init__(self, path: Path, size: int):
        self.path, self.size = path, size

    def __call__(
        self, frames: Iterable[Frame], sound: Callable | None = None, clip: str = "", /
    ) -> Iterator[Face]:
        """Raises ValueError where the folder does not fit the clip."""
        images, number = self._numbered(clip), 0
        for number, frame in enumerate(frames, start=1):
            if number in images:
                yield self._face(frame.time, images[number])
            else:
                state = State.UNDECODABLE if frame.image is None else State.NO_FACE
                yield no_face(frame.time, state)
        if images and max(images) > number:
            raise ValueError(
                f"ready_crops: {images[max(images)]} is of frame {max(images)}, but the video has "
                f"{number} frames: these crops are of another video, or of another frame rate"
            )

    def files(self, clip: str) -> list[Path]:
        """The images of a clip's crops, in order of frames."""
        return [file for _, file in sorted(self._numbered(clip).items())]

    def _numbered(self, clip: str) -> dict[int, Path]:
        folder = self.path / clip
        if not folder.is_dir():
            known = [p.name for p in self.path.iterdir()] if self.path.is_dir() else []
            raise ValueError(f"ready_crops: no folder {folder}{nearest(clip, known)}")
        images: dict[int, Path] = {}
        for file in sorted(folder.iterdir()):
            if found := NUMBERED.fullmatch(file.name):
                number = int(found[1])
                if number in images or number < 1:
                    why = "the first is 1" if number < 1 else f"so does {images[number].name}"
                    raise ValueError(f"ready_crops: {file} shows frame {number}; {why}")
                images[number] = file
        return images

    def _face(self, time: float, file: Path) -> Face:
        data = file.read_bytes()
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
        if image is None:
            return no_face(time, State.UNDECODABLE)
        same = image.shape[:2] == (self.size, self.size)
        if not same or data[:2] != b"\xff\xd8":  # with which JPEG begins
            small = cv2.resize(image, (self.size, self.size), interpolation=cv2.INTER_AREA)
            data = jpeg(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
        unknown = no_face(time, State.OK)
        return Face(time, State.OK, float("nan"), 1, unknown.box, unknown.landmarks, data, 0)
