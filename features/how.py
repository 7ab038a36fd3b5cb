"""The ways from rows at their own times to a grid, by name; what they do is in features.grid."""

from __future__ import annotations

from typing import Literal

How = Literal["nearest", "mean", "linear"]
