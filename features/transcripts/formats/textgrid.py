"""Transcripts as Praat's .TextGrid, which forced aligners write."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier
from praatio.utilities.errors import PraatioException

from features.transcripts.formats.text import SILENCE, TranscriptError, decoded
from features.transcripts.formats.timing import Entry, measured
from features.words import Words

TIERS = ("words", "word")
# both forms of the file: "words" / xmin / xmax / how many, with or without `name = ` and so on
DECLARED = r'"IntervalTier"\s+(?:name ?= ?)?"%s"\s+(?:\w+ ?= ?)?\S+\s+(?:\w+ ?= ?)?\S+\s+\D*(\d+)'


def read_textgrid(file: Path) -> Words:
    """The words of a .TextGrid with a tier "words" or "word"; blank intervals are silence.

    Raises TranscriptError naming the file, and the tiers if none or several could be meant.
    """
    content = file.read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = decoded(file, content, "utf-16" if wide else "utf-8-sig")
    if not text.strip():
        return []
    tier = _word_tier(file)
    declared = re.search(DECLARED % re.escape(tier.name), text)
    if declared and int(declared[1]) != len(tier.entries):
        raise TranscriptError(
            f"{file}: tier {tier.name!r} announces {declared[1]} intervals and holds "
            f"{len(tier.entries)}; was the file cut off?"
        )
    return [
        measured(
            Entry(entry[-1].strip(), float(entry[0]), float(entry[1]), f"{file}: interval {i}")
        )
        for i, entry in enumerate(tier.entries, 1)  # (start, end, label)
        if entry[-1].strip().lower() not in SILENCE
    ]


def _word_tier(file: Path) -> IntervalTier:
    try:
        grid = textgrid.openTextgrid(str(file), includeEmptyIntervals=True, reportingMode="silence")
    except (PraatioException, ValueError, IndexError, KeyError, AttributeError) as error:
        raise TranscriptError(f"{file}: not a TextGrid Praat would write: {error}") from error
    named = [name for name in grid.tierNames if name.lower() in TIERS]
    if len(named) != 1:
        raise TranscriptError(
            f"{file}: expected one tier named 'words' or 'word', "
            f"got the tiers {', '.join(map(repr, grid.tierNames)) or 'none'}"
        )
    tier = grid.getTier(named[0])
    if not isinstance(tier, IntervalTier):
        raise TranscriptError(f"{file}: tier {named[0]!r} must hold intervals, it holds points")
    return tier
