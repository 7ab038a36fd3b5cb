"""Frames in chunks of bounded size, prefetched while the chunk before is in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from features.media.pictures import Frame

CHUNK = 48  # frames in a chunk, never of two clips
CHUNK_BYTES = 1 << 26  # of their pictures; two chunks are in memory at a time


def chunks(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """Chunks of consecutive frames of one size; one without a picture goes with those around it."""
    chunk: list[Frame] = []
    shape, room = None, CHUNK
    for frame in frames:
        image = frame.image
        if chunk and (
            len(chunk) >= room or (image is not None and shape not in (None, image.shape))
        ):
            yield chunk
            chunk, shape, room = [], None, CHUNK
        if image is not None:
            shape, room = image.shape, max(1, min(CHUNK, CHUNK_BYTES // image.nbytes))
        chunk.append(frame)
    if chunk:
        yield chunk


def prefetched(source: Iterator[list[Frame]]) -> Iterator[list[Frame]]:
    """Chunks, the next of which is made in a thread meanwhile; errors of its are raised here."""
    with ThreadPoolExecutor(1) as thread:
        coming: Future[list[Frame] | None] = thread.submit(next, source, None)
        while (chunk := coming.result()) is not None:
            coming = thread.submit(next, source, None)
            yield chunk
