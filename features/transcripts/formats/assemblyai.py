"""JSON of AssemblyAI: as Whisper's, but all times are whole numbers of ms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.transcripts.formats.paths import walk

OWN = (
    "audio_url",
    "audio_duration",
    "acoustic_model",
    "language_model",
)  # keys, of which it has two
LISTS = ("words.*", "utterances.*", "utterances.*.words.*")


def in_seconds(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document with the words and the utterances (as segments) of AssemblyAI's, in s; any other
    document as it is."""
    items = [item for path in LISTS for _, item in walk(document, path) if isinstance(item, dict)]
    times = [item.get(key) for item in items for key in ("start", "end")]
    whole = all(isinstance(time, int) for time in times)
    if sum(key in document for key in OWN) < 2 or not whole:
        return document
    segments = [_divided(item) for _, item in walk(document, "utterances.*")]
    return {"words": [_divided(w) for _, w in walk(document, "words.*")], "segments": segments}


def _divided(item: Any) -> Any:
    """A word or an utterance with its times in s."""
    if not isinstance(item, dict):
        return item
    times = {key: item[key] / 1000 for key in ("start", "end") if isinstance(item.get(key), int)}
    words = [_divided(word) for _, word in walk(item, "words.*")]
    return {**item, **times, **({"words": words} if words else {})}
