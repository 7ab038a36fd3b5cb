"""The command line of `python -m flows.predict`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from models.placement import DEVICES, PRECISIONS

WRITES = """
Writes DIR/talk.csv and DIR/talk.json for talk.mp4. Both have, for each step of the run's time
grid, time in s, each target in its own range, for each stream whether it was there and why not,
and the gate weights of a head with gates; the JSON says beside what made them.

examples:
  python -m flows.predict talk.mp4
  python -m flows.predict talk.mp4 --transcript talk.srt --run grjca --overlay talk_felt.mp4
  python -m flows.predict talk.mp4 --signals au=talk_openface.csv
  python -m flows.predict talk.mp4 --option face.weights=weights/ir50.pth
"""


def parse(arguments: Sequence[str] | None, description: str | None) -> argparse.Namespace:
    """The arguments: `option` as {part: {option: path}}, `signals` as {stream: file}.

    Exits with a sentence where they cannot be.
    """
    parser = argparse.ArgumentParser(
        prog="python -m flows.predict",
        description=description,
        epilog=WRITES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("video", type=Path, metavar="VIDEO", help="video or sound file")
    add("--transcript", type=Path, metavar="FILE",
        help=".srt .vtt .json .TextGrid .ctm .csv, or .txt without times; else none")  # fmt: skip
    add("--signals", action="append", type=_table, default=[], metavar="STREAM=FILE",
        help="the table of a signals stream; a stream without one is masked")  # fmt: skip
    add("--run", metavar="RUN", help="a run under data/train (the one that validates best)")
    folder = Path("predictions")
    add("--out", type=Path, metavar="DIR", default=folder, help="where to write (%(default)s)")
    add("--overlay", type=Path, metavar="MP4", help="also the video, with the prediction on it")
    add("--option", action="append", type=_option, default=[], metavar="STREAM.NAME=PATH",
        help="where the weights of a stream's extractor lie, or of faces or transcripts, if "
        "params.yaml does not say")  # fmt: skip
    add("--device", choices=DEVICES, default="auto", help="of the head (%(default)s)")
    add("--precision", choices=PRECISIONS, default="single", help="of the head (%(default)s)")
    add("--force", action="store_true", help="although code or libraries have changed since")
    add("--traceback", action="store_true", help="show where in the code an error arose")
    given = parser.parse_args(arguments)
    streams = [stream for stream, _ in given.signals]
    if twice := {stream for stream in streams if streams.count(stream) > 1}:
        parser.error(f"--signals names {', '.join(sorted(twice))} twice; a stream has one table")
    given.signals = dict(given.signals)
    options: dict[str, dict[str, str]] = {}
    for part, name, value in given.option:
        options.setdefault(part, {})[name] = value
    given.option = options
    return given


def _table(text: str) -> tuple[str, Path]:
    """`au=a/b.csv` -> au, a/b.csv."""
    stream, _, file = text.partition("=")
    if not (stream and file):
        raise argparse.ArgumentTypeError(f"{text!r} is not STREAM=FILE")
    return stream, Path(file)


def _option(text: str) -> tuple[str, str, str]:
    """`face.weights=a/b.pth` -> face, weights, a/b.pth."""
    place, _, value = text.partition("=")
    part, _, name = place.partition(".")
    if not (part and name and value):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not STREAM.NAME=PATH, faces.NAME=PATH or transcripts.NAME=PATH"
        )
    return part, name, value
