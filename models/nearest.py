"""Messages for unknown names: the names there are, and the nearest of them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """The message for an unknown `name`: "no fusion head named 'grjcaa'; there are: ..."."""
    choices = list(known)
    close = get_close_matches(str(name), choices, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"no {kind} named {name!r}; there are: {', '.join(choices) or 'none'}.{hint}"


def known(kind: str, names: Iterable[str], there_are: Iterable[str]) -> None:
    """Raise LookupError for the first of `names` that does not exist."""
    choices = list(there_are)
    for name in names:
        if name not in choices:
            raise LookupError(unknown(kind, name, choices))
