"""The axes of the pictures of a clip: every target in its range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.targets import Ranges


@dataclass(frozen=True)
class Scene:
    """What is drawn of every clip: targets in their ranges, two of them as a plane or None."""

    targets: Ranges
    plane: Sequence[str] | None = None

    @property
    def digits(self) -> dict[str, int]:
        """Decimals of each target that a picture can show: two hundred steps of its range."""
        steps = {t: math.log10((high - low) / 200) for t, (low, high) in self.targets.items()}
        return {target: max(0, math.ceil(-step)) for target, step in steps.items()}

    @property
    def drawn(self) -> Sequence[str] | None:
        """The two targets of the plane, if runs predict both."""
        both = self.plane
        return both if both and all(target in self.targets for target in both) else None

    def setting(self) -> dict[str, Any]:
        """The same for panels.js and readout.js."""
        digits = self.digits
        targets = [
            {"name": name, "low": low, "high": high, "digits": digits[name]}
            for name, (low, high) in self.targets.items()
        ]
        return {"targets": targets, "plane": self.drawn}
