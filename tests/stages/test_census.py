"""What ingest says of files that nothing reads: in its own file, and in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from features.corpus import Rejection
from features.manifest import Clip, Info
from stages.ingest.census import census, doubts
from stages.paths import REJECTED
from tests.stages.test_ingest import run


def test_files_that_nothing_reads_are_no_clips_and_come_last(corpus: Path):
    for name in ("labels/a.tsv", "media/a.txt", "media/b.vtt", "media/z.xyz", "media/0.mp4"):
        (corpus / name).write_bytes(b"")
    run(corpus)
    lines = [json.loads(line) for line in REJECTED.read_text().splitlines()]
    assert [(line["clip"], line["file"]) for line in lines] == [
        ("0", "corpus/media/0.mp4"),
        (None, "corpus/labels/a.tsv"),
        (None, "corpus/media/b.vtt"),
        (None, "corpus/media/z.xyz"),
    ]
    assert lines[2]["reason"] == "'b.csv' is read for its clip instead"


def test_the_terminal_counts_clips_and_files_apart_and_shows_the_first_of_each_kind():
    away = [Rejection(name, Path(f"{name}.mp4"), f"is {n} bytes") for n, name in enumerate("ab")]
    kinds = [Rejection(None, Path(f"{n}.tsv"), f"'{n}.srt' is") for n in range(3)]
    suffixes = "abcdefghijkl"
    others = [Rejection(None, Path(f"x.{s}"), f"nothing reads .{s}") for s in suffixes]
    first, *rest = census([], [], [], [*away, *others, *kinds])
    assert "0 clips" in first and "2 rejected; train 0" in first
    assert rest == [
        "2 rejected like a.mp4: is 0 bytes",
        "3 not read like 0.tsv: '0.srt' is",
        *(f"1 not read like x.{s}: nothing reads .{s}" for s in suffixes[:9]),
        "and 3 more kinds of files that are not read",
    ]


def of(media: str, *said: str, **more: Any) -> Clip:
    info = Info(4.0, 25.0, 64, 64, 16_000, 1, doubts=said, **more)
    return Clip(id=media.replace("/", "-"), media=media, sha256="0" * 64, info=info)


def test_the_terminal_says_once_of_each_file_what_is_doubtful():
    clips = [
        of("a.wav", "its header tells of 20.00 s, and it holds 4.00 s; is it cut off?"),
        of("b.wav", "its header tells of 90.00 s, and it holds 9.00 s; is it cut off?"),
        of("b.wav", "its header tells of 90.00 s, and it holds 9.00 s; is it cut off?"),
        of("c.ts", mended=True),
        of("d.mkv", audio_streams=2),
        of("e.mp4", video_streams=1, audio_streams=1),
    ]
    assert list(doubts(clips)) == [
        "2 doubtful like a.wav: its header tells of 20.00 s, and it holds 4.00 s; is it cut off?",
        "1 whose clock was put right, like c.ts",
        "1 with several streams, like d.mkv: used is the one that players choose, or "
        "ingest.options.video_stream and audio_stream",
    ]
