"""Where stages read and write, named once; all relative to the repository."""

from __future__ import annotations

from pathlib import Path

DATA = Path("data")
CODE = DATA / "code.json"  # the digest of the code behind each stage
DEMO = DATA / "demo"

INGEST = DATA / "ingest"
CLIPS = INGEST / "clips.jsonl"
TRANSCRIPT_FILES = INGEST / "transcripts.jsonl"
SPLITS = INGEST / "splits.jsonl"
SENTENCES = INGEST / "sentences.json"  # apart: what people said is not pushed
REJECTED = INGEST / "rejected.jsonl"
LABELS = INGEST / "labels"

FACES = DATA / "faces"
TRANSCRIPTS = DATA / "transcripts"
SYNC = DATA / "sync"
PROVENANCE = DATA / "provenance"  # <stage>.json: what made its rows, code and libraries included
GRID = DATA / "grid"  # the times of every clip's steps, and the labels on them
ALIGN = DATA / "align"
REJECTED_CLIPS = DATA / "rejected"  # by the stages that extract
AUDIT = DATA / "audit"

TRAIN = DATA / "train"
EVALUATE = DATA / "evaluate"
METRICS = EVALUATE / "metrics.json"
ROBUSTNESS = DATA / "robustness"
CURVES = ROBUSTNESS / "curves.csv"
REPORT = DATA / "report" / "index.html"
VEGA = REPORT.with_name("vega.js")


def extracted(kind: str, stream: str) -> Path:
    """Where the rows of a stream lie, each at its own time."""
    return DATA / kind / stream


def aligned(stream: str) -> Path:
    """Where the rows of a stream lie on the time grid."""
    return ALIGN / stream


def rejected(name: str) -> Path:
    """Which clips a stage or a stream could not read, and why."""
    return REJECTED_CLIPS / f"{name}.jsonl"
