"""What `python -m stages.<name>` does: load the section, run the stage, say how long it took."""

from __future__ import annotations

import argparse
import inspect
import logging
import sys
import time
import webbrowser
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from stages.params import PARAMS, S, load

log = logging.getLogger("stages")


def main(
    name: str,
    schema: type[S] | None,
    run: Callable[..., None],
    *arguments: str,
    page: Path | None = None,
) -> None:
    """Run one stage; `arguments` are the names of its positional ones, given to `run` as text.
    Of a stage that is run for each stream, the section is the one of the `stream` that is named.
    Where it makes a `page`, --open shows the one there is instead. Without a `schema` it has no
    section in params.yaml.

    A problem with the user's input ends it with one line and status 1; anything else is a bug
    and shows its traceback.
    """
    given = _parse(name, run, arguments, page)
    called = f"{name}@{given.stream}" if "stream" in arguments else name
    logging.basicConfig(level=logging.INFO, format=f"{called}: %(message)s")
    logging.captureWarnings(True)
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    if run.__module__ == "__main__":  # a name by which other processes find its functions
        run = import_module(f"stages.{name}").run
    started = time.monotonic()
    try:
        if page and given.open:
            _show(page, name)
            return
        section = f"{name}.{given.stream}" if "stream" in arguments else name
        params = [load(section, schema)] if schema else []
        run(*params, *(getattr(given, argument) for argument in arguments))
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


def _show(page: Path, name: str) -> None:
    """Open a page in the browser; say where it lies, for those who have none here."""
    if not page.is_file():
        raise FileNotFoundError(f"no {page}; run `dvc repro {name}` first")
    where = page.resolve().as_uri()
    log.info("opening %s" if webbrowser.open(where) else "no browser here; open %s", where)


def _parse(
    name: str, run: Callable[..., None], arguments: tuple[str, ...], page: Path | None
) -> argparse.Namespace:
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
    if page:
        parser.add_argument(
            "--open", action="store_true", help=f"show {page} in the browser, as it is"
        )
    for argument in arguments:
        parser.add_argument(argument)
    given = parser.parse_args()
    if given.traceback:
        log.setLevel(logging.DEBUG)
        logging.getLogger().setLevel(logging.DEBUG)
    return given
