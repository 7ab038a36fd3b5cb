"""The section `grid` of params.yaml: the step of the time grid, and how labels get onto it."""

from __future__ import annotations

from pydantic import Field

from stages.params import Section
from stages.rules import Rule


class Timing(Section):
    """step_s  from one step to the next; shards  files in data/grid and in each data/align/..."""

    step_s: float = Field(gt=0)
    labels: Rule
    shards: int = Field(gt=0)
