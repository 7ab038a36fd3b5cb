"""A long transcript in overlapping chunks that a model can read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

Span = tuple[int, int]  # of words: the first, and the one after the last


def chunks(pieces: Sequence[int], most: int) -> list[tuple[Span, Span]]:
    """Overlapping chunks of at most `most` word pieces: of each the words read, and those kept.

    pieces  how many word pieces each word has

    A chunk shares a quarter of its pieces with the one before. Of the words that two share each
    keeps half, so every word is kept once and read with an eighth of a chunk at least on either
    side. A word of more than `most` pieces is a chunk by itself, to be cut off.
    """
    ends = [0, *accumulate(pieces)]  # pieces before each word
    read: list[Span] = []
    begin = 0
    while begin < len(pieces):
        end = max(begin + 1, bisect_right(ends, ends[begin] + most) - 1)
        read.append((begin, end))
        if end == len(pieces):
            break
        shared = bisect_right(ends, (ends[begin] + 3 * ends[end]) // 4) - 1
        begin = max(begin + 1, shared)
    cuts = [0, *((b + a + 1) // 2 for (_, a), (b, _) in pairwise(read)), len(pieces)]
    return list(zip(read, pairwise(cuts), strict=False))
