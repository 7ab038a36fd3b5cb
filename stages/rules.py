"""How rows get from their own times to the time grid, as params.yaml says it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from features.how import How
from stages.params import Section

Kind = Literal["visual", "audio", "text", "signals"]


class Rule(Section):
    """How one stream, or the labels, get from their own times to the grid."""

    how: How
    largest_gap_s: float = Field(gt=0)


class Stream(Rule):
    """One stream on the grid: the kind of stage that extracts it, and the rule of its rows."""

    of: Kind

    @property
    def rule(self) -> Rule:
        """How its rows get onto the grid."""
        return Rule(how=self.how, largest_gap_s=self.largest_gap_s)
