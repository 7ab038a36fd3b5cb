"""The targets of prediction, in the order of the columns of labels and predictions."""

from __future__ import annotations

TARGETS = ("valence", "arousal")
MEASURED = (*TARGETS, "mean")  # what is scored: each target, and the mean of both
