"""What a trained run predicts of a new video: `python -m flows.predict VIDEO`.

By the run in data/train that validates best, or the one that is named, mean over its seeds, with
the extractors and options that it was trained with. A stream that the video lacks, or lacks for a
while, is masked. Of the video nothing is kept but what is written, not even in the clip store.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence

from flows.predict.arguments import parse
from flows.predict.chosen import choose
from flows.predict.extractors import extractors
from flows.predict.observed import observe
from flows.predict.overlay import check, overlay, plane_of
from flows.predict.predicted import about, caution, files, said, write
from flows.predict.prediction import predict
from flows.predict.streams import check_columns_of, check_tables, needed, unused
from flows.predict.video import video
from models.placement import placement
from stages.atomic import atomic_files

log = logging.getLogger("stages")


def run(given: argparse.Namespace) -> None:
    """One video from its file to its prediction. Raises LookupError, ValueError, OSError."""
    film = video(given.video, given.transcript, given.signals)
    targets = files(given.out, film.path)
    drawn = [given.overlay] if given.overlay else []
    for target in drawn:
        check(film, target)
    where = placement(given.device, given.precision)
    chosen = choose(given.run, where, force=given.force)
    check_tables(chosen, film.tables)
    log.info("run %s, validation CCC %.3f, seeds %s", chosen.name, chosen.validation, chosen.seeds)
    for sentence in [*caution(chosen), *unused(chosen, film)]:
        log.warning(sentence)
    plane = plane_of(chosen) if drawn else None
    with atomic_files(*drawn) as parts:
        with atomic_files(*targets) as (table, document):
            streams = needed(chosen, film)
            made, changes = extractors(chosen, streams, given.option, film.tables, given.force)
            changes = [*chosen.changed, *changes]
            check_columns_of(chosen, made.streams, film.tables)
            for change in changes:
                log.warning("not as it was trained: %s", change)
            seen = observe(film, made, chosen.about["widths"])
            steps = predict(chosen, seen.tracks, film.info.duration, film.path.name)
            write(table, document, steps, about(chosen, film, seen.faces, changes))
        log.info("%s: %s", targets[0], said(chosen, steps))
        for part in parts:
            overlay(film, part, steps, seen.faces, chosen, plane)


def main(arguments: Sequence[str] | None = None) -> None:
    given = parse(arguments, __doc__)
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


if __name__ == "__main__":
    main()
