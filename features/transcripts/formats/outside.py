"""Words where the media has ended: times in other units, from another clock, of another file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from features.transcripts.formats.reading import Reading
from features.transcripts.formats.text import TranscriptError
from features.words import Word, Words

# Ends are rounded to a frame, a packet or a tenth of a second, and recognisers hear words up to
# some tenths late; no program is a second off by rounding.
LATE_S = 1.0
# Whisper fills up what it hears to 30 s and writes words for the silence that it adds; or a time is
# mistyped. A larger share of all words is no slip.
TAIL = 0.2
WORD_S, FACTOR = 0.3, 7.0  # a word lasts about so long, and hardly so many times more or less
FASTEST, ENOUGH = 50.0, 4  # words a second that nobody says, of so many words
UNITS = {  # a second has so many
    "ms": 1000,
    "frames, 25 a second": 25,
    "frames, 30 a second": 30,
    "frames, 60 a second": 60,
    "hundredths of a second": 100,
    "samples at 16 kHz": 16_000,
    "samples at 48 kHz": 48_000,
    "microseconds": 10**6,
    "ticks of 100 ns": 10**7,
    "nanoseconds": 10**9,
}


def check_within(words: Sequence[Word], duration_s: float, where: Path | str) -> None:
    """Raises TranscriptError where words begin after the end of the media, or are as good as at
    once, with the likeliest reason.

    words       of the whole transcript, in order
    duration_s  of the whole media, s
    where       the transcript file
    A small share of the words behind the end is let pass: `without_tail` leaves them out.
    """
    late = _late(words, duration_s)
    if len(late) > TAIL * len(words):
        raise TranscriptError(
            f"{where}: {len(late)} of {len(words)} words begin after the end of the media, which "
            f"last {duration_s:.5g} s: from {_s(late[0].start)} to {_s(late[-1].end)}; "
            f"{_reason(words, duration_s)}"
        )
    if len(words) >= ENOUGH and len(words) > FASTEST * (words[-1].end - words[0].start):
        raise TranscriptError(
            f"{where}: {len(words)} words between {_s(words[0].start)} and {_s(words[-1].end)}, "
            "which nobody can say; are times missing, or divided by 1000 that were in s?"
        )


def without_tail(words: Sequence[Word], duration_s: float, where: Path | str) -> Reading:
    """The words that begin by the end of the media, and a line about those that do not."""
    late = _late(words, duration_s)
    if not late:
        return Reading(list(words))
    said = " ".join(word.text for word in late)
    line = (
        f"{where}: {len(late)} of {len(words)} words begin after the end of the media, which last "
        f"{duration_s:.5g} s: {said!r:.80} from {_s(late[0].start)}; recognisers write such words"
    )
    return Reading([word for word in words if word.start <= duration_s + LATE_S], [line])


def _late(words: Sequence[Word], duration_s: float) -> Words:
    return [word for word in words if word.start > duration_s + LATE_S]


def _reason(words: Sequence[Word], duration_s: float) -> str:
    first, last = words[0].start, max(word.start for word in words)
    length = median([word.end - word.start for word in words if word.end > word.start] or [WORD_S])
    fits = {u: _doubt(length / n) for u, n in UNITS.items() if last / n <= duration_s + LATE_S}
    unit = min(fits, key=fits.__getitem__, default=None)
    if _doubt(length) > math.log(FACTOR) and unit and fits[unit] <= math.log(FACTOR):
        between = f"{_s(first / UNITS[unit])} and {_s(last / UNITS[unit])}"
        return f"are they in {unit}? all would begin between {between}"
    if last - first > duration_s + LATE_S:
        return "is it the transcript of another file, or of a longer one that the clip is cut from?"
    hours = int(first // 3600)
    since = f"from a time code of {hours:02}:00:00:00" if hours else "from elsewhere"
    return f"they would fit from the start of the media: do their times count {since}?"


def _doubt(length: float) -> float:
    """How unlikely it is that a word lasts so many s."""
    return abs(math.log(length / WORD_S))


def _s(time: float) -> str:
    return f"{time:.6g} s"
