"""Entries of transcripts that cannot be read, while the others of their file can."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from features.extractor import built
from features.manifest import Clip, Transcript
from features.shards import canonical
from features.transcripts.formats.reading import Reading
from stages.flaws import Flaw
from stages.params import Extraction
from stages.work.each import each

Pair = tuple[Clip, Transcript]


def left_out(params: Extraction, pairs: Sequence[Pair]) -> list[Flaw]:
    """A Flaw for each entry that a reader of transcripts leaves out, in order of clips; none where
    words are heard. They are found anew each time, since the words alone are kept in the store."""
    options = canonical(params.options)
    if not hasattr(built("transcripts", params.extractor, options), "read"):
        return []
    found: dict[str, list[Flaw]] = {}
    work = partial(_left_out, name=params.extractor, options=options)
    for clip, flaws in each(work, pairs, "transcripts/left out", apart=True, lost=_crashed):
        found[clip] = flaws
    return [flaw for clip, _ in pairs for flaw in found[clip.id]]


def reading(extractor: Any, clip: Clip, transcript: Transcript) -> Reading:
    """What a reader of transcripts finds in the file of a clip. Raises TranscriptError."""
    return extractor.read(Path(transcript.file), clip.start, clip.end, clip.info.media_s)


def _left_out(pair: Pair, name: str, options: str) -> tuple[str, list[Flaw]]:
    clip, transcript = pair
    problems = reading(built("transcripts", name, options), clip, transcript).problems
    file = transcript.file
    return clip.id, [Flaw(clip.id, file, f"left out: {x}", all=False) for x in problems]


def _crashed(pair: Pair, reason: str) -> tuple[str, list[Flaw]]:
    clip, transcript = pair
    said = f"left out: perhaps more than its words show, {reason}"
    return clip.id, [Flaw(clip.id, transcript.file, said, all=False)]
