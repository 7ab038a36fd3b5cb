"""What a process of a pool logs, on its way to the log of its stage."""

from __future__ import annotations

import logging
from collections.abc import Callable

Said = tuple[str, int, str, str]  # logger, level, text, and what is to be said once, or ""


class Passing(logging.Handler):
    """Gives whatever is logged to somebody who passes it on."""

    def __init__(self, to: Callable[[Said], None]) -> None:
        super().__init__()
        self._to = to

    def emit(self, record: logging.LogRecord) -> None:
        once = str(getattr(record, "once", ""))
        self._to((record.name, record.levelno, record.getMessage(), once))


class Log:
    """The stage's log of its processes; what each would say once is said once."""

    def __init__(self) -> None:
        self._once: set[str] = set()

    def take(self, logger: str, level: int, text: str, once: str) -> None:
        if once and once in self._once:
            return
        self._once.add(once)
        logging.getLogger(logger).log(level, "%s", text)
