"""The folds that the frame-wise heads for Aff-Wild2 are validated with (RJCMA, GRJCA)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from features.corpus import CorpusError

PARTS = 5  # that the official training set is cut into; the official validation set is the sixth


def fold_splits(
    official: Mapping[str, str], group: Callable[[str], str], fold: int
) -> dict[str, str]:
    """The split of each clip in a fold, from the official one: {clip: train, val or test}.

    The training clips in order of name are cut into five parts of equal size, the last one larger
    by what is left over; the validation clips are the sixth. Fold 0 is the official split, and
    fold f validates on the f-th part from the last and trains on the other five. Test clips stay.
    Clips of one `group` are kept together, which the protocol does not say: a part begins with
    the first clip of another group. Raises CorpusError for a fold there is not.
    """
    if fold not in range(PARTS + 1):
        raise CorpusError(f"fold must be 0 (official) to {PARTS}, got {fold}")
    if fold == 0:
        return dict(official)
    train = sorted((c for c, split in official.items() if split == "train"), key=_by(group))
    cuts = [len(train) // PARTS * i for i in range(PARTS)] + [len(train)]
    begin, end = (_moved(train, cut, group) for cut in cuts[PARTS - fold : PARTS - fold + 2])
    if begin == end or len(train) < PARTS:
        raise CorpusError(f"fold {fold} has nothing to validate on: {len(train)} training clips")
    held_out = set(train[begin:end])
    return {
        clip: "test" if split == "test" else "val" if clip in held_out else "train"
        for clip, split in official.items()
    }


def _by(group: Callable[[str], str]) -> Callable[[str], tuple[str, str]]:
    return lambda clip: (group(clip), clip)


def _moved(clips: list[str], cut: int, group: Callable[[str], str]) -> int:
    """The cut, or the next one later that does not part a group."""
    while 0 < cut < len(clips) and group(clips[cut]) == group(clips[cut - 1]):
        cut += 1
    return cut
