"""What goes wrong on a card, and on the way to the process that has it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import torch

from features.weights import WeightsError

PASSED = {  # errors that keep their kind on the way from one process to the other
    kind.__name__: kind
    for kind in (WeightsError, FileNotFoundError, LookupError, ValueError, OSError)
}
FULL = "out of memory"  # in the words of torch, and of CTranslate2


class CardError(OSError):
    """A card has no memory left, or its process died."""


class Elsewhere(Exception):
    """The traceback of an error, as it was in the card's process."""


@contextmanager
def enough_memory(lower: str) -> Iterator[None]:
    """A block in which a card that is full is a CardError that names the option to lower."""
    try:
        yield
    except RuntimeError as error:
        if not is_full(error):
            raise
        raise full(str(error), lower) from error


def is_full(error: Exception) -> bool:
    """Whether an error says that the memory of a card is full."""
    return isinstance(error, torch.cuda.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "CUDA" in str(error) and FULL in str(error)
    )


def full(said: str, lower: str) -> CardError:
    """The error for a card whose memory is full; `said` is what the library says of it."""
    return CardError(
        f"the card has no memory left; lower {lower} of this extractor, or end what else is on it "
        f"({said.splitlines()[0] if said else FULL})"
    )


def told(error: Exception) -> dict[str, Any]:
    """An error as the process of a card tells it to the one that asked."""
    kinds = (name for name, kind in PASSED.items() if isinstance(error, kind))
    kind = CardError.__name__ if is_full(error) else next(kinds, None)
    said = str(error) if kind else f"{type(error).__name__}: {error}"
    return {"kind": kind, "said": said, "traceback": traceback.format_exc()}


def raised(answer: Mapping[str, Any], lower: str) -> NoReturn:
    """Raise what the process of a card has told; `lower` is the option to lower if it is full."""
    if answer["kind"] == CardError.__name__:
        error: Exception = full(answer["said"], lower)
    else:
        error = PASSED.get(answer["kind"], RuntimeError)(answer["said"])
    raise error from Elsewhere(f"\n{answer['traceback']}")
