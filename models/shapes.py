"""Shape checks of tensors against named axes."""

from __future__ import annotations

from torch import Tensor


class ShapeError(ValueError):
    """A tensor with other axes than the expected ones."""


def expect(name: str, x: Tensor, axes: str, **sizes: int) -> dict[str, int]:
    """Check `x` against axes such as "B T D" -> the size of every axis known so far, by its letter.

    Sizes given as keywords must match; letters without one are read off `x`. Chained calls
    check tensors against each other:

        sizes = expect("tokens", tokens, "B T D", T=80, D=64)
        expect("mask", mask, "B T", **sizes)

    Raises ShapeError with the name, the axes and the shape that it got.
    """
    letters = axes.split()
    if len(letters) == x.ndim:
        found = dict(zip(letters, x.shape, strict=True))
        if all(sizes.get(letter, size) == size for letter, size in found.items()):
            return {**sizes, **found}
    spelled = ", ".join(f"{a}={sizes[a]}" if a in sizes else a for a in letters)
    raise ShapeError(f"{name} must be ({spelled}), got {tuple(x.shape)}")
