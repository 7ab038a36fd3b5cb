"""Faces by the three networks of MTCNN, tracked through the clip; one is kept, or all.

The whole cascade sees few and small frames only, O-Net every face at full resolution (`_shots`,
`_key_frames`). Each face keeps one identity (`_tracks`), and at the end of the clip it is known
which of them is its subject (`_subject`). Until then the crops of all lie on disk (`_detections`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from features.crops import Face, keep
from features.faces.tracking.align import crop
from features.faces.tracking.cascade import Cascade
from features.faces.tracking.detections import Detections
from features.faces.tracking.key_frames import KeyFrameDetector
from features.faces.tracking.quality import quality
from features.faces.tracking.shots import detected
from features.faces.tracking.subject import Box, Rule, choose, rule
from features.faces.tracking.tracks import Tracks, appearance
from features.media.pictures import Frame
from features.media.sounds import SoundSource, silent
from features.non_subject import keep_all


def build(
    *,
    size_px: int,
    shrink_px: int,
    key_every: int,
    look_every: int,
    min_face: float,
    confidence: float,
    sharpness: float,
    subject: str | Box,
    others: bool,
    device: str,
) -> Mtcnn:
    """A detector of the faces of a clip, that keeps the crops of one, or of all.

    size_px     crops are size_px x size_px
    shrink_px   longest side of the frames that the whole cascade sees
    key_every   frames from one key frame to the next, at most
    look_every  the same where no face is seen
    min_face    smallest face, as a share of the frame's longest side
    confidence  a face below this probability is State.LOW_CONFIDENCE
    sharpness   one whose edges are below this, in relation to its contrast, is State.BLURRED
    subject     longest, largest, centred, speaking, or [left, top, right, bottom] in shares of
                the frame
    others      keep non-subject faces too, where a clip shows several people
    device      auto, cpu or cuda
    """
    counts = {"key_every": (key_every, 1), "look_every": (look_every, 1)}
    sizes = {"size_px": (size_px, 16), "shrink_px": (shrink_px, 12), "sharpness": (sharpness, 0)}
    for name, (value, least) in (counts | sizes).items():
        if value < least:
            raise ValueError(f"mtcnn: {name} must be at least {least}, got {value}")
    for name, share in {"min_face": min_face, "confidence": confidence}.items():
        if not 0 < share <= 1:
            raise ValueError(f"mtcnn: {name} must be above 0 and at most 1, got {share}")
    if not isinstance(others, bool):
        raise ValueError(f"mtcnn: others must be true or false, got {others!r}")
    cascade = Cascade(shrink_px, min_face, device)
    detector = KeyFrameDetector(cascade, key_every, look_every, confidence)
    return Mtcnn(size_px, detector, confidence, sharpness, rule(subject), others, cascade.weights)


class Mtcnn:
    """The detector: frames -> a Face for each. No row is dropped, no crop invented."""

    libraries = ("torchvision",)  # its suppression of overlapping boxes, under facenet-pytorch

    def __init__(
        self,
        size: int,
        detector: KeyFrameDetector,
        confidence: float,
        sharpness: float,
        rule: Rule,
        others: bool,
        weights: Sequence,
    ):
        self.size, self.confidence, self.sharpness = size, confidence, sharpness
        self.weights, self._detector, self._rule = weights, detector, rule
        self.others, self.keep = others, keep_all if others else keep

    def __call__(
        self, frames: Iterable[Frame], sound: SoundSource = silent, clip: str = "", /
    ) -> Iterator[Face]:
        tracks = Tracks()
        with Detections() as detections:
            for frame, faces, new_shot in detected(frames, self._detector):
                sure = int((faces[:, 4] >= self.confidence).sum())
                detections.add_frame(frame, max(sure, min(1, len(faces))))
                if frame.image is None:
                    continue
                crops = [crop(frame.image, face[5:].reshape(5, 2), self.size) for face in faces]
                appearances = [appearance(c) for c in crops]
                numbers = tracks(frame.time, faces[:, :4], appearances, new_shot)
                for number, face, cut in zip(numbers, faces, crops, strict=True):
                    state = quality(float(face[4]), self.confidence, cut, self.sharpness)
                    detections.add_face(number, face, state, cut)
            subject = choose(detections.table(), self._rule, sound)
            faces_of = detections.with_non_subject if self.others else detections.of
            yield from faces_of(subject)
