"""Valence and arousal of a new video: `python -m flows.predict VIDEO`.

By the run in data/train that validates best, or the one that is named, mean over its seeds, with
the extractors and options that it was trained with. A modality that the video lacks, or lacks for
a while, is masked. Of the video nothing is kept but what is written, not even in the clip store.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from flows.predict.chosen import choose
from flows.predict.extractors import extractors
from flows.predict.observed import BEHIND, kinds, observe, video
from flows.predict.overlay import check, overlay
from flows.predict.predicted import about, caution, files, said, write
from flows.predict.prediction import predict
from stages.atomic import atomic_files

log = logging.getLogger("stages")
KINDS = [kind for each in BEHIND.values() for kind in each]
WRITES = """
Writes DIR/talk.csv and DIR/talk.json for talk.mp4. Both have, for each step of the run's time
grid, time in s, valence, arousal, for each modality whether it was there and why not, and the gate
weights of a head with gates; the JSON says beside what made them.

examples:
  python -m flows.predict talk.mp4
  python -m flows.predict talk.mp4 --transcript talk.srt --run grjca --overlay talk_felt.mp4
  python -m flows.predict talk.mp4 --option visual.weights=weights/ir50.pth
"""


def run(given: argparse.Namespace) -> None:
    """One video from its file to its prediction. Raises LookupError, ValueError, OSError."""
    film = video(given.video, given.transcript)
    targets = files(given.out, film.path)
    drawn = [given.overlay] if given.overlay else []
    for target in drawn:
        check(film, target)
    chosen = choose(given.run, force=given.force)
    log.info("run %s, validation CCC %.3f, seeds %s", chosen.name, chosen.validation, chosen.seeds)
    if said_first := caution():
        log.warning(said_first)
    widths = chosen.about["widths"]
    if film.transcript and "text" not in widths:
        log.warning("the run %s reads no text: %s is not used", chosen.name, film.transcript)
    with atomic_files(*drawn) as parts:
        with atomic_files(*targets) as (table, document):
            needed = kinds(film, widths, chosen.about["grid"]["made_from"])
            made, changes = extractors(chosen, needed, given.option, given.force)
            changes = [*chosen.changed, *changes]
            for change in changes:
                log.warning("not as it was trained: %s", change)
            seen = observe(film, made, widths)
            steps = predict(chosen, seen.tracks, film.info.duration, film.path.name)
            write(table, document, steps, about(chosen, film, seen.faces, changes))
        log.info("%s: %s", targets[0], said(chosen, steps))
        for part in parts:
            overlay(film, part, steps, seen.faces)


def main(arguments: Sequence[str] | None = None) -> None:
    given = parse(arguments)
    logging.basicConfig(level=logging.INFO, format="predict: %(message)s")
    logging.captureWarnings(True)
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    started = time.monotonic()
    try:
        run(given)
    except (LookupError, ValueError, ArithmeticError, OSError) as error:
        if given.traceback:
            raise
        notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
        sys.exit(f"predict: {error}{notes}")
    except KeyboardInterrupt:
        log.error("interrupted; no file was left half-written")
        sys.exit(130)
    log.info("done in %.1f s", time.monotonic() - started)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.predict",
        description=__doc__,
        epilog=WRITES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("video", type=Path, metavar="VIDEO", help="video or sound file")
    add("--transcript", type=Path, metavar="FILE",
        help=".srt .vtt .json .TextGrid .ctm .csv, or .txt without times; else none")  # fmt: skip
    add("--run", metavar="RUN", help="a run under data/train (the one that validates best)")
    folder = Path("predictions")
    add("--out", type=Path, metavar="DIR", default=folder, help="where to write (%(default)s)")
    add("--overlay", type=Path, metavar="MP4", help="also the video, with the prediction on it")
    add("--option", action="append", type=_option, default=[], metavar="KIND.NAME=PATH",
        help="where an extractor's weights lie, if params.yaml does not say")  # fmt: skip
    add("--force", action="store_true", help="although code or libraries have changed since")
    add("--traceback", action="store_true", help="show where in the code an error arose")
    given = parser.parse_args(arguments)
    options: dict[str, dict[str, str]] = {}
    for kind, name, value in given.option:
        options.setdefault(kind, {})[name] = value
    given.option = options
    return given


def _option(text: str) -> tuple[str, str, str]:
    """`visual.weights=a/b.pth` -> visual, weights, a/b.pth."""
    place, equals, value = text.partition("=")
    kind, dot, name = place.partition(".")
    if not (equals and dot and kind in KINDS and name and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not KIND.NAME=PATH, KIND of {KINDS}")
    return kind, name, value


if __name__ == "__main__":
    main()
