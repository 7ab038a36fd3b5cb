"""Robustness curves: scores of a run over the share of steps with one modality disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate, groupby

from models.aligned import AlignedClip
from models.evaluation.agreement import Clips, Scores, agreement, over_seeds
from models.evaluation.disturbance import Disturbances
from models.targets import Ranges
from models.trained import Predictions, Trained

STEPS_IN_MEMORY = 10_000  # of disturbed clips, about


def curve(
    seeds: Sequence[Trained],
    clips: Clips,
    targets: Ranges,
    disturbances: Disturbances,
    kinds: Sequence[str],
    shares: Sequence[float],
) -> Iterator[tuple[str, float, Scores]]:
    """Scores over seeds for each kind of disturbance and share of disturbed steps.

    seeds  a run under each seed; kinds  of disturbance.KINDS; shares  0 to 1
    -> (kind, share, scores), in that order; at share 0 the clips are as they are
    """
    undisturbed = _scores(seeds, clips, targets, lambda clip: clips[clip])
    for kind in kinds:
        for share in shares:
            disturb = partial(disturbances.of, kind=kind, share=share)
            scores = _scores(seeds, clips, targets, disturb) if share else undisturbed
            yield kind, share, scores


def _scores(
    seeds: Sequence[Trained],
    clips: Clips,
    targets: Ranges,
    disturb: Callable[[str], AlignedClip],
) -> Scores:
    """Scores over seeds for disturbed clips, of which few are in memory at once."""
    ends = dict(zip(clips, accumulate(map(len, clips.values())), strict=True))
    each: list[Predictions] = [{} for _ in seeds]
    for _, names in groupby(clips, lambda clip: ends[clip] // STEPS_IN_MEMORY):
        some = {clip: disturb(clip) for clip in names}
        for predictions, trained in zip(each, seeds, strict=True):
            predictions |= trained.together(some)
    return over_seeds([agreement(predictions, clips, targets) for predictions in each])
