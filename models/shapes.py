"""One guard for the edges of the package: does this tensor have the axes we say it has?"""

from __future__ import annotations

from torch import Tensor


class ShapeError(ValueError):
    """A tensor arrived with other axes than the ones its reader was promised."""


def expect(name: str, x: Tensor, axes: str, **sizes: int) -> dict[str, int]:
    """Check `x` against axes such as "B T D"; return every axis size known so far by its letter.

    Sizes given as keywords must match; letters without one are learned. Chained calls tie tensors
    together:

        sizes = expect("tokens", tokens, "B T D", T=80, D=64)
        expect("mask", mask, "B T", **sizes)

    Raises ShapeError with the name, the axes and the shape that came instead.
    """
    letters = axes.split()
    if len(letters) == x.ndim:
        found = dict(zip(letters, x.shape, strict=True))
        if all(sizes.get(letter, size) == size for letter, size in found.items()):
            return {**sizes, **found}
    spelled = ", ".join(f"{a}={sizes[a]}" if a in sizes else a for a in letters)
    raise ShapeError(f"{name} must be ({spelled}), got {tuple(x.shape)}")
