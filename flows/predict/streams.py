"""What made the streams that a run reads, and which of them a video has something for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from features.nearest import unknown
from flows.predict.chosen import Chosen
from flows.predict.video import Video
from stages.signals.columns import check_columns

Identity = Mapping[str, Any]  # what was chosen to make rows, see features.fingerprint
SHARED = {"visual": "faces", "text": "transcripts"}  # what streams of a kind are made from, once
NEEDS_A_FILE = "sidecar"  # without a transcript it has no words


def identities(run: Chosen) -> dict[str, Identity]:
    """What made each stream that a run reads: {stream: identity}."""
    made = run.about["grid"]["streams"]
    return {stream: made[stream]["made_from"] for stream in run.about["widths"]}


def of_kind(run: Chosen, kind: str) -> list[str]:
    """The streams of a run that are visual, audio, text or signals."""
    return [stream for stream, made in identities(run).items() if made["kind"] == kind]


def shared(run: Chosen, streams: Iterable[str]) -> dict[str, tuple[str, Identity]]:
    """What some streams of a run were made from: {faces or transcripts: (a stream that was made
    from it, identity)}.

    Raises ValueError where two of them were made from different ones, or do not say from which.
    """
    found: dict[str, tuple[str, Identity]] = {}
    for stream in streams:
        made = identities(run)[stream]
        kind = SHARED.get(made["kind"])
        if kind is None:
            continue
        if kind not in made.get("made_from", {}):
            raise ValueError(
                f"{run.folders[0]} does not say what made the {kind} behind its stream "
                f"{stream!r}: its features are older than this command; run `dvc repro`"
            )
        first, identity = found.setdefault(kind, (stream, made["made_from"][kind]))
        if identity != made["made_from"][kind]:
            raise ValueError(
                f"the streams {first!r} and {stream!r} of the run {run.name!r} were made from "
                f"different {kind}, and a video has them once; `dvc repro` makes both from the "
                f"{kind} of params.yaml"
            )
    return found


def check_columns_of(
    run: Chosen, extractors: Mapping[str, Any], tables: Mapping[str, Path]
) -> None:
    """Raises TableError for a table of other columns than those that the run was trained on.

    extractors  of each stream, {stream: (kind, extractor)}
    """
    for stream, file in tables.items():
        _, extractor = extractors[stream]
        expected = identities(run)[stream].get("columns")
        if expected is not None:
            check_columns(file, extractor.columns(file), tuple(expected))


def needed(run: Chosen, video: Video) -> list[str]:
    """The streams of a run that a video has something for."""
    return [stream for stream, made in identities(run).items() if _has(video, stream, made)]


def _has(video: Video, stream: str, made: Identity) -> bool:
    if made["kind"] == "signals":
        return stream in video.tables
    if made["kind"] == "text":
        heard_by = made.get("made_from", {}).get("transcripts", {}).get("extractor", NEEDS_A_FILE)
        return bool(video.transcript or (heard_by != NEEDS_A_FILE and video.info.rate))
    return bool({"visual": video.info.width, "audio": video.info.rate}[made["kind"]])


def check_tables(run: Chosen, tables: Iterable[str]) -> None:
    """Raises LookupError for a table of what is no signals stream of a run, with the nearest."""
    there = of_kind(run, "signals")
    for name in tables:
        if not there:
            raise LookupError(
                f"the run {run.name!r} reads no signals, so no table of {name!r} either; it reads: "
                f"{', '.join(run.about['widths'])}"
            )
        if name not in there:
            raise LookupError(unknown(f"signals stream of the run {run.name!r}", name, there))


def unused(run: Chosen, video: Video) -> list[str]:
    """A sentence for a transcript that a run does not read, one for the tables that it misses."""
    said = []
    if video.transcript and not of_kind(run, "text"):
        said.append(f"the run {run.name} reads no text: {video.transcript} is not used")
    if missing := [s for s in of_kind(run, "signals") if s not in video.tables]:
        options = " ".join(f"--signals {stream}=FILE" for stream in missing)
        said.append(f"masked for want of a table: {', '.join(missing)}; give it by {options}")
    return said
