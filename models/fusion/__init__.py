"""Registry of the fusion heads: one head per file of this folder, under the name of the file.

A head is imported only when it is built, and no other with it, so that a head that is not in use
can change without making a trained one stale.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path

from models.head import Head
from models.nearest import unknown


def available() -> list[str]:
    """The names of all heads, in alphabetical order."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(f.stem for f in files if not f.stem.startswith("_"))


def head_class(name: str) -> type[Head]:
    """The class of a head: the one Head that `models/fusion/<name>.py` defines.

    Raises ValueError for an unknown name, with the nearest, and TypeError for no Head or several.
    """
    if name not in available():
        raise ValueError(unknown("fusion head", name, available()))
    module = import_module(f"{__name__}.{name}")
    heads = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Head)]
    heads = [c for c in heads if c.__module__ == module.__name__]
    if len(heads) != 1:
        raise TypeError(f"{module.__name__} must define one Head, got {len(heads)}")
    return heads[0]


def build(
    name: str, widths: Mapping[str, int], steps: int, targets: int = 2, **options: object
) -> Head:
    """Build a head by name: widths {modality: D} in the order to visit them, T steps, Y targets.

    The options are the keyword arguments of the head's class; without them it is as published.
    Raises ValueError for an unknown name or option, with the nearest, and for more or fewer
    modalities than it fuses, with the heads that fuse so many.
    """
    cls = head_class(name)
    if not cls.fuses(count := len(widths)):
        others = ", ".join(other for other in available() if head_class(other).fuses(count))
        raise ValueError(
            f"{cls.limits(name)}, got {list(widths)}; heads that fuse {count}: {others or 'none'}"
        )
    own, common = (inspect.signature(c).parameters for c in (cls, Head))
    known = [p for p in own if p not in common]
    for option in options:
        if option not in known:
            raise ValueError(unknown(f"option of {name}", option, known))
    return cls(widths, steps, targets, **options)


HEADS: dict[str, Callable[..., Head]] = {name: partial(build, name) for name in available()}
