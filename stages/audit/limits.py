"""The section `audit` of params.yaml: what a corpus must keep to; none is not checked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from stages.params import Section

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class Coverage(Section):
    """The least share of the steps of each split with a value, for each stream of a kind."""

    visual: Share | None
    audio: Share | None
    text: Share | None
    signals: Share | None


class Labelled(Section):
    """The least share of the steps of a split with a label, for each target."""

    train: Share | None
    val: Share | None
    test: Share | None


class Limits(Section):
    """Beside limits, what counts as late and as unlike the other clips."""

    max_leaks: Count | None
    max_shared_subjects: Count | None
    max_rejected_share: Share | None
    max_faceless_share: Share | None
    max_silent_share: Share | None
    min_coverage: Coverage
    min_labelled: Labelled
    max_av_offset_s: Positive | None
    av_confidence: Annotated[float, Field(gt=0, lt=1)]
    max_late_share: Share | None
    outlier_spreads: Positive
    max_outlier_share: Share | None
    max_dead_share: Share | None
