"""Faces by the three networks of MTCNN, each followed through the clip; one is kept, or all.

The whole cascade sees few and small frames only, its last network every face at full resolution
(`_watch`, `_follow`). Each face keeps one identity (`_tracks`), and at the end of the clip it is
known which of them is its subject (`_subject`). Until then the crops of all lie on disk
(`_sightings`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from features.crops import Face, keep
from features.faces._align import crop
from features.faces._cascade import Cascade
from features.faces._follow import Follower
from features.faces._quality import quality
from features.faces._sightings import Sightings
from features.faces._speech import Heard, silence
from features.faces._subject import Box, Rule, choose, rule
from features.faces._tracks import Tracks, look
from features.faces._watch import watched
from features.media.pictures import Frame
from features.others import keep_all


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
    look_every  the same where there is no face to follow
    min_face    smallest face, as a share of the frame's longest side
    confidence  a face below this probability is State.LOW_CONFIDENCE
    sharpness   one whose edges are below this, in relation to its contrast, is State.BLURRED
    subject     longest, largest, centred, speaking, or [left, top, right, bottom] in shares of
                the frame
    others      keep everybody else's crops too, where a clip shows several people
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
    follower = Follower(cascade, key_every, look_every, confidence)
    return Mtcnn(size_px, follower, confidence, sharpness, rule(subject), others, cascade.weights)


class Mtcnn:
    """Frames -> a Face for each: no row is dropped, no crop invented."""

    libraries = ("torchvision",)  # its suppression of overlapping boxes, under facenet-pytorch

    def __init__(
        self,
        size: int,
        follower: Follower,
        confidence: float,
        sharpness: float,
        rule: Rule,
        others: bool,
        weights: Sequence,
    ):
        self.size, self.confidence, self.sharpness = size, confidence, sharpness
        self.weights, self._follower, self._rule = weights, follower, rule
        self.others, self.keep = others, keep_all if others else keep

    def __call__(
        self, frames: Iterable[Frame], sound: Heard = silence, clip: str = "", /
    ) -> Iterator[Face]:
        tracks = Tracks()
        with Sightings() as sightings:
            for frame, faces, new_shot in watched(frames, self._follower):
                sure = int((faces[:, 4] >= self.confidence).sum())
                sightings.frame(frame, max(sure, min(1, len(faces))))
                if frame.image is None:
                    continue
                crops = [crop(frame.image, face[5:].reshape(5, 2), self.size) for face in faces]
                looks = [look(c) for c in crops]
                numbers = tracks(frame.time, faces[:, :4], looks, new_shot)
                for number, face, cut in zip(numbers, faces, crops, strict=True):
                    state = quality(float(face[4]), self.confidence, cut, self.sharpness)
                    sightings.face(number, face, state, cut)
            subject = choose(sightings.table(), self._rule, sound)
            yield from sightings.with_others(subject) if self.others else sightings.of(subject)
