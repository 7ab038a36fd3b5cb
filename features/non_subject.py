"""Non-subject faces: everybody in the picture who is not the clip's subject, kept and read back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from features.crops import Face, encoded, keep, no_face, written
from features.shards.record import Record
from features.track import State

NON_SUBJECT = np.dtype(
    [
        ("track", np.int32),
        ("state", np.uint8),
        ("confidence", np.float32),
        ("box", np.float32, (4,)),
        ("landmarks", np.float32, (5, 2)),
        ("size", np.int64),  # of its JPEG in bytes, 0 without one; those of all follow each other
    ]
)


def keep_all(clip: str, source: str, faces: Iterable[Face]) -> Record:
    """The record of a clip with its non-subject faces: that of `keep`, and two more blobs.

    others       NON_SUBJECT (K,), in order of rows
    others.jpeg  their crops, one after the other
    """
    found, ends, jpeg_ends = bytearray(), [], []
    with tempfile.TemporaryFile() as spool:

        def passing() -> Iterator[Face]:
            for face in faces:
                for x in face.non_subject:
                    size = spool.write(encoded(x.crop))
                    row = (x.track, x.state, x.confidence, x.box, x.landmarks, size)
                    found.extend(np.array(row, NON_SUBJECT).tobytes())
                ends.append(len(found) // NON_SUBJECT.itemsize)
                jpeg_ends.append(spool.tell())
                yield face

        record = keep(clip, source, passing())
        jpegs = written(spool)
    blobs = {
        "others": (np.array(ends, np.int64), np.frombuffer(found, NON_SUBJECT)),
        "others.jpeg": (np.array(jpeg_ends, np.int64), jpegs),
    }
    return replace(record, blobs={**record.blobs, **blobs})


def read_non_subject(record: Record) -> dict[str, np.ndarray]:
    """The non-subject faces of a clip, K of them, in order of rows, then tracks.

    row         int64 (K,): the row of the clip that shows it
    times       float64 (K,): s
    track       int32 (K,): which of the clip's faces it is
    state       uint8 (K,): State.OK exactly if there is a crop
    confidence  float32 (K,): the detector's probability
    box         float32 (K, 4): left, top, right, bottom in pixels of the frame
    landmarks   float32 (K, 5, 2): eyes, nose, mouth corners, the viewer's left first
    size        int64 (K,): bytes of its JPEG

    Raises ValueError where the clip was made without them.
    """
    if "others" not in record.blobs:
        raise ValueError(
            f"clip {record.clip!r} keeps its subject's face alone; for everybody's set "
            "faces.options.others: true in params.yaml and run `dvc repro faces`"
        )
    ends, faces = (x[:] for x in record.blobs["others"])
    row = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    named = {name: faces[name] for name in NON_SUBJECT.names or ()}
    return {"row": row, "times": record.columns["times"][:][row], **named}


def as_subject(record: Record, track: int) -> Record:
    """The record that a clip would have if the non-subject face of a track were its subject.

    For `Crops`, and so for every visual extractor. Raises ValueError where there is no such face.
    """
    found = np.unique(read_non_subject(record)["track"]).tolist()
    if track not in found:
        there = ", ".join(map(str, found)) or "none"
        raise ValueError(f"clip {record.clip!r} has no other face {track}; there are: {there}")
    return keep(record.clip, record.source, _faces(record, track))


def _faces(record: Record, track: int) -> Iterator[Face]:
    """A Face for each row: that of the track, or why there is none."""
    found, jpegs = read_non_subject(record), record.blobs["others.jpeg"][1]
    ends = np.cumsum(found["size"])
    at = {int(found["row"][i]): i for i in np.flatnonzero(found["track"] == track)}
    columns = [record.columns[name][:] for name in ("times", "state", "faces")]
    for row, (time, state, faces) in enumerate(zip(*(x.tolist() for x in columns), strict=True)):
        if row not in at:
            lost = State.UNDECODABLE if state == State.UNDECODABLE else State.NO_FACE
            yield no_face(time, lost, faces=faces)
            continue
        face = {name: x[at[row]] for name, x in found.items()}
        end = int(ends[at[row]])
        crop = jpegs[end - int(face["size"]) : end].tobytes() or None
        state, confidence = State(int(face["state"])), float(face["confidence"])
        yield Face(time, state, confidence, faces, face["box"], face["landmarks"], crop, track)
