"""Media files that contradict themselves, and which of their streams is used."""

from __future__ import annotations

from collections.abc import Iterable

from features.manifest import Info
from stages.audit.check import first
from stages.audit.corpus import Member
from stages.audit.table import table

FEW = 20  # clips of one file in a cell
MENDED = "its clock steps back or has wild stamps: joined by what its samples and frames last"
STREAMS = (
    "Where a file has several streams of a kind, or one that cannot be used: which one is used, "
    "counted from 0; ingest.options.video_stream and audio_stream choose another."
)


def doubtful(clips: Iterable[Member]) -> str:
    """A row for each file that contradicts itself or was mended; empty where there is none."""
    files = _files(clip for clip in clips if clip.info.doubts or clip.info.mended)
    rows = []
    for file, those in files.items():
        found = [doubt for clip in those for doubt in clip.info.doubts]
        found += [MENDED] * any(clip.info.mended for clip in those)
        rows.append([file, "\n".join(dict.fromkeys(found)), _names(those)])
    return table("doubtful", ("file", "what", "clips"), rows) if rows else ""


def streams(clips: Iterable[Member]) -> str:
    """A row for each file whose streams had to be chosen from, or hold one that is of no use;
    empty where there is none."""
    rows = [
        [file, *map(_chosen, *_counts(those[0].info)), _names(those)]
        for file, those in _files(clip for clip in clips if _choice(clip.info)).items()
    ]
    titles = ("file", "video stream", "audio stream", "clips")
    return f"<p>{STREAMS}</p>{table('streams', titles, rows)}" if rows else ""


def _counts(info: Info) -> tuple[tuple[int | None, ...], tuple[int, ...]]:
    """The streams that are used, and how many there are: of video, of audio."""
    return (info.video_stream, info.audio_stream), (info.video_streams, info.audio_streams)


def _choice(info: Info) -> bool:
    used, there = _counts(info)
    return any(
        count > 1 or (count and stream is None) for stream, count in zip(used, there, strict=True)
    )


def _chosen(stream: int | None, count: int) -> str:
    if not count:
        return "none there"
    return f"{'none' if stream is None else stream} of {count}"


def _files(clips: Iterable[Member]) -> dict[str, list[Member]]:
    """The clips of each media file."""
    found: dict[str, list[Member]] = {}
    for clip in clips:
        found.setdefault(clip.media or clip.id, []).append(clip)
    return found


def _names(clips: list[Member]) -> str:
    return first([clip.id for clip in clips], FEW)
