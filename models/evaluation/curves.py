"""Robustness curves: CCC of a run over the share of steps with one modality disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from models.clip import Clips
from models.dataset import Batch
from models.evaluation.agreement import Scores
from models.evaluation.bootstrap import ccc_of, sums
from models.evaluation.disturbance import Disturbances
from models.prediction import PREDICTED, Outputs
from models.targets import MEAN, Ranges
from models.trained import Model, Trained


class Point(NamedTuple):
    """A modality, how it is disturbed, and at which share of the steps."""

    modality: str
    kind: str
    share: float


def curves(
    trained: Trained,
    clips: Clips,
    targets: Ranges,
    disturbances: Mapping[str, Disturbances],
    kinds: Sequence[str],
    shares: Sequence[float],
    told: Callable[[float], None] = lambda share: None,
) -> dict[Point, Scores]:
    """CCC of a run under one seed at each point, {target or mean: {ccc}}, in their order.

    disturbances  of these clips, {modality: its}; kinds  of disturbance.KINDS; shares  0 to 1, at
    0 the clips are as they are;  told  how far it is, 0 to 1

    Windows are read once, and only what a disturbance changes of a window is encoded again.
    """
    points = [Point(m, kind, share) for m in disturbances for kind in kinds for share in shares]
    middle = np.array([(low + high) / 2 for low, high in targets.values()])
    added: dict[object, np.ndarray] = {}  # {point, or PREDICTED for the undisturbed: (6, Y)}
    left = {point for point in points if point.share}
    for number, (name, found) in enumerate(_disturbed(trained, clips, disturbances, left), start=1):
        labels, mask = clips[name].truth(0, len(clips[name]))
        truth = np.where(mask.numpy(), labels.numpy(), np.nan) - middle  # (T, Y)
        for point, predicted in found.items():
            added[point] = added.get(point, 0) + sums(predicted - middle, truth)
        told(number / len(clips))
    ccc = {point: ccc_of(each[None])[0] for point, each in added.items()}  # (Y,)
    return {p: _scores(ccc[p if p.share else PREDICTED], targets) for p in points}


def _disturbed(
    trained: Trained, clips: Clips, disturbances: Mapping[str, Disturbances], points: set[Point]
) -> Iterator[tuple[str, dict[object, np.ndarray]]]:
    """What is predicted of each clip at each point, and undisturbed: {point: (T, Y)}."""

    def forward(model: Model) -> Callable[[Batch], Outputs]:
        return lambda batch: _at_points(model, batch, disturbances, points)

    for name, outputs in trained.over_clips(clips, forward):
        yield name, {point: trained.finite(name, x.numpy()) for point, x in outputs.items()}


def _at_points(
    model: Model, batch: Batch, disturbances: Mapping[str, Disturbances], points: set[Point]
) -> Outputs:
    whole = model.model
    encoded = whole.encoded(batch.tokens, batch.masks)
    out: Outputs = {PREDICTED: whole.decoded(encoded)}
    for point in (p for p in points if p.modality in batch.tokens):
        tokens, masks = _windows(batch, disturbances[point.modality], point)
        out[point] = whole.decoded(whole.other(encoded, point.modality, tokens, masks))
    return out


def _windows(
    batch: Batch, disturbances: Disturbances, point: Point
) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The tokens and masks of a batch, those of one modality disturbed."""
    m = point.modality
    tokens, masks = batch.tokens[m].cpu().clone(), batch.masks[m].cpu().clone()
    for row, known, place in zip(tokens, masks, batch.places, strict=True):
        inside = slice(0, place.stop - place.start)
        row[inside], known[inside] = disturbances.window(
            place, point.kind, point.share, row[inside], known[inside]
        )
    device = batch.tokens[m].device
    return {**batch.tokens, m: tokens.to(device)}, {**batch.masks, m: masks.to(device)}


def _scores(ccc: np.ndarray, targets: Ranges) -> Scores:
    table = {target: {"ccc": float(x)} for target, x in zip(targets, ccc, strict=True)}
    return {**table, MEAN: {"ccc": float(ccc.mean())}}
