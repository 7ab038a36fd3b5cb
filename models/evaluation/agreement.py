"""Agreement of the predictions of a split with its labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.clip import Clips
from models.evaluation.published import PROTOCOLS
from models.metrics import scores
from models.targets import MEAN, Ranges
from models.trained import Predictions

Scores = dict[str, dict[str, float]]  # {one of models.targets.measured: {metric: value}}


def agreement(
    predictions: Predictions, clips: Clips, targets: Ranges, variants: Sequence[str] = ()
) -> Scores:
    """Every metric of each target, over its labelled steps of all clips together.

    predictions {clip: (T, Y)}; variants of CCC from PROTOCOLS are added, and the mean over targets
    of CCC and its variants. Raises as models.metrics.scores does.
    """
    each = [(predictions[n], c.labels.numpy(), c.label_mask.numpy()) for n, c in clips.items()]
    predicted, label, valid = (np.concatenate(parts) for parts in zip(*each, strict=True))
    table = scores(predicted, label, valid, list(targets))
    for variant in variants:
        for target, value in zip(targets, PROTOCOLS[variant](each, targets), strict=True):
            table[target][variant] = float(value)
    means = {m: float(np.mean([table[t][m] for t in targets])) for m in ("ccc", *variants)}
    return {**table, MEAN: means}


def over_seeds(each: Sequence[Scores]) -> Scores:
    """Mean of every metric over seeds, and the population standard deviation of CCC, `ccc_std`."""
    table: Scores = {}
    for target, metrics in each[0].items():
        table[target] = {m: rounded(np.mean([s[target][m] for s in each])) for m in metrics}
        table[target]["ccc_std"] = rounded(np.std([s[target]["ccc"] for s in each]))
    return table


def ccc_without(
    each: Sequence[Mapping[str, Predictions]], clips: Clips, targets: Ranges
) -> dict[str, Any]:
    """CCC of a run without each of its modalities: {ccc_without: {modality: {target: mean CCC}}}.

    each  of a seed, what it predicts without each modality: {modality: predictions}; the mean is
    over seeds. Empty for a single modality.
    """
    scores = {m: over_seeds([agreement(seed[m], clips, targets) for seed in each]) for m in each[0]}
    table = {m: {t: s[t]["ccc"] for t in targets} for m, s in scores.items()}
    return {"ccc_without": table} if table else {}


def rounded(x: Any) -> float:
    """A number at the precision at which scores are reported, 6 decimals."""
    return round(float(x), 6)
