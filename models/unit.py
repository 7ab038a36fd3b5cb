"""L2 normalisation of rows of features."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def unit(x: Tensor) -> Tensor:
    """L2 normalisation: (..., D) -> (..., D), each row of length 1; a row of zeros stays zero."""
    # eps 1e-6, not the authors' 1e-12: it is also 1 / the gradient of a row of zeros
    return F.normalize(x, dim=-1, eps=1e-6)
