"""What `python -m stages.<name>` does: load the section, run the stage, say how long it took."""

from __future__ import annotations

import argparse
import inspect
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from stages._params import PARAMS, S, load

log = logging.getLogger("stages")


def main(name: str, schema: type[S], run: Callable[..., None], *arguments: str) -> None:
    """Run one stage; `arguments` are the names of its positional ones, given to `run` as text.

    A problem with the user's input ends it with one line and status 1; anything else is a bug
    and shows its traceback.
    """
    logging.basicConfig(level=logging.INFO, format=f"{name}: %(message)s")
    logging.captureWarnings(True)
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    given = _parse(name, run, arguments)
    started = time.monotonic()
    try:
        run(load(name, schema), *given)
    except (LookupError, ValueError, ArithmeticError, OSError) as error:
        notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
        log.error("%s%s", _said(error), notes)
        log.debug("traceback", exc_info=True)
        sys.exit(1)
    except KeyboardInterrupt:
        log.error("interrupted; every finished clip is kept")
        sys.exit(130)
    log.info("done in %.1f s", time.monotonic() - started)


def _said(error: Exception) -> str:
    return str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)


def _parse(name: str, run: Callable[..., None], arguments: tuple[str, ...]) -> list[str]:
    module = inspect.getmodule(run)
    parser = argparse.ArgumentParser(
        prog=f"python -m stages.{name}",
        description=module.__doc__ if module else None,
        epilog=f"Options are in the section {name!r} of {Path(PARAMS)}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--traceback", action="store_true", help="show where in the code an error arose"
    )
    for argument in arguments:
        parser.add_argument(argument)
    given = parser.parse_args()
    if given.traceback:
        log.setLevel(logging.DEBUG)
        logging.getLogger().setLevel(logging.DEBUG)
    return [getattr(given, a) for a in arguments]
