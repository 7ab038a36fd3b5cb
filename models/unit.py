"""Unit length: the direction of a row of features without its size."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def unit(x: Tensor) -> Tensor:
    """Scale each row to length 1 (L2); a row of zeros stays one. (..., D) -> (..., D)."""
    # eps 1e-6, not the authors' 1e-12: it is also 1 / the gradient of a row of zeros
    return F.normalize(x, dim=-1, eps=1e-6)
