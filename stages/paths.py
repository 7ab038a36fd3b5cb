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
VISUAL = DATA / "visual"
AUDIO = DATA / "audio"
TRANSCRIPTS = DATA / "transcripts"
TEXT = DATA / "text"
SYNC = DATA / "sync"
PROVENANCE = DATA / "provenance"  # <stage>.json: what made its rows, code and libraries included
ALIGN = DATA / "align"
AUDIT = DATA / "audit"

TRAIN = DATA / "train"
TRAINING = DATA / ".training"  # where interrupted trainings are taken up; outside DVC's outs
EVALUATE = DATA / "evaluate"
METRICS = EVALUATE / "metrics.json"
ROBUSTNESS = DATA / "robustness"
CURVES = ROBUSTNESS / "curves.csv"
REPORT = DATA / "report" / "index.html"
VEGA = REPORT.with_name("vega.js")
