"""Transcripts as Praat's .TextGrid, which forced aligners write: any of its text forms."""

from __future__ import annotations

from pathlib import Path

from features.transcripts.formats.praat_text import PraatText
from features.transcripts.formats.reading import Reading
from features.transcripts.formats.text import TranscriptError, read_text
from features.transcripts.formats.tier import Tier
from features.transcripts.formats.tiers import read_tiers
from features.transcripts.formats.timing import Entry

BINARY, TEXT = b"BinaryFile", "ooTextFile"
CHRONOLOGICAL = "Praat chronological TextGrid text file"
INTERVALS, POINTS = "IntervalTier", "TextTier"


def read_textgrid(file: Path) -> Reading:
    """The words of a .TextGrid; blank intervals are silence.

    Of a tier "words" or "word", of several speakers' "ann - words" and "bob - words", or of tiers
    with utterances. Raises TranscriptError naming the file and line, or the tiers.
    """
    with file.open("rb") as opened:
        if BINARY in opened.read(40):
            raise TranscriptError(
                f"{file}: a TextGrid in Praat's binary form; open it in Praat and choose "
                "Save > Save as text file..."
            )
    text = read_text(file)
    return read_tiers(file, _tiers(file, text)) if text.strip() else Reading([])


def _tiers(file: Path, text: str) -> list[Tier]:
    values = PraatText(file, text)
    kind = values.text() if values.following == "text" else ""
    if kind not in (TEXT, CHRONOLOGICAL):
        raise values.flaw(f'expected "{TEXT}" at the beginning')
    if kind == TEXT and (made := values.text()).split(" ")[0] != "TextGrid":
        raise values.flaw(f'expected a "TextGrid", got {made!r:.80}')
    _skip_domain(values)
    if kind == TEXT and (flag := values.flag()) != "exists":
        raise values.flaw(f"expected <exists>, for there are tiers, got <{flag:.80}>")
    count = values.count()
    if kind == TEXT:
        return [_tier(file, values) for _ in range(count)]
    tiers = [_head(values) for _ in range(count)]
    while values.following:  # labels of all tiers, in order of time
        number = values.count()
        if not 0 < number <= len(tiers):
            raise values.flaw(f"expected a tier from 1 to {len(tiers)}, got {number}")
        _read_label(file, values, tiers[number - 1])
    return tiers


def _tier(file: Path, values: PraatText) -> Tier:
    tier = _head(values)
    count = values.count()
    for done in range(count):
        if values.following != "number":
            what = "points" if tier.points else "intervals"
            raise TranscriptError(
                f"{file}: tier {tier.name!r} announces {count} {what} and holds {done}; "
                "was the file cut off?"
            )
        _read_label(file, values, tier)
    return tier


def _head(values: PraatText) -> Tier:
    kind = values.text()
    if kind not in (INTERVALS, POINTS):
        raise values.flaw(f'expected "{INTERVALS}" or "{POINTS}", got {kind!r:.80}')
    name = values.text()
    _skip_domain(values)
    return Tier(name, points=kind == POINTS)


def _skip_domain(values: PraatText) -> None:
    """From when to when; labels say it for themselves."""
    values.number()
    values.number()


def _read_label(file: Path, values: PraatText, tier: Tier) -> None:
    start = values.number()
    end = start if tier.points else values.number()
    where = f"{file}: tier {tier.name!r} interval {len(tier.labels) + 1}"
    tier.labels.append(Entry(values.text(), start, end, where))
