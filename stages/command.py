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

from stages.naming import Argument, checked_name, of_dvc
from stages.params import PARAMS, S, load
from stages.work.blame import out_of_memory

log = logging.getLogger("stages")
RUNS = "every finished run is kept"
KEPT = {  # what of a stage's work is not lost by Ctrl-C
    "train": f"{RUNS}, the others go on from their last checkpoint",
    "evaluate": RUNS,
    "robustness": RUNS,
}


def main(
    name: str,
    schema: type[S] | None,
    run: Callable[..., None],
    argument: Argument | None = None,
    *,
    page: Path | None = None,
) -> None:
    """Run one stage. Of one that is run for each stream or head, `run` is given the name that the
    command line gives or, without one, that DVC runs it for: no name needs to pass a shell. The
    section of a stage for each stream is that stream's.
    Where it makes a `page`, --open shows the one there is instead. Without a `schema` it has no
    section in params.yaml.

    A problem with the user's input ends it with one line and status 1; anything else is a bug
    and shows its traceback.
    """
    given = _parse(name, run, argument, page)
    of = of_dvc(name) if argument and given.name is None else given.name
    called = f"{name}@{of}" if argument == "stream" and of else name
    called = called.replace("%", "%%")  # in a format
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
        names = [checked_name(name, argument, of)] if argument else []
        section = f"{name}.{of}" if argument == "stream" else name
        params = [load(section, schema)] if schema else []
        run(*params, *names)
    except (LookupError, ValueError, ArithmeticError, OSError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not out_of_memory(error):
            raise
        notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
        log.error("%s%s", _said(error), notes)
        log.debug("traceback", exc_info=True)
        sys.exit(1)
    except KeyboardInterrupt:
        log.error("interrupted; %s", KEPT.get(name, "every finished clip is kept"))
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
    name: str, run: Callable[..., None], argument: Argument | None, page: Path | None
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
    if argument:
        parser.add_argument(
            "name", metavar=argument, nargs="?", help="by default the one that DVC runs it for"
        )
    else:
        parser.set_defaults(name=None)
    given = parser.parse_args()
    if given.traceback:
        log.setLevel(logging.DEBUG)
        logging.getLogger().setLevel(logging.DEBUG)
    return given
