"""Language identification: of a transcript, and which languages a text model was made for.

By lingua's n-gram models, https://github.com/pemistahl/lingua-rs, those that take little memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard
from lingua import LanguageDetector, LanguageDetectorBuilder
from yaml import YAMLError

from features.splitting import joined
from features.words import Word

FEWEST = 20  # words; what fewer are spoken in is a guess, names above all
SURE = 0.95  # probability from which it counts as known
NORWEGIAN = {"nb": "no", "nn": "no"}  # one language to most models


def foreign(words: Sequence[Word], extractor: Any) -> str | None:
    """The language of some words, if a text extractor's model was surely not made for it."""
    known = languages(extractor)
    spoken = language(words) if known else None
    return None if spoken in known else spoken


def language(words: Sequence[Word]) -> str | None:
    """The language of a transcript, an ISO 639-1 code such as en; None where it is not sure."""
    if len(words) < FEWEST:
        return None
    text = joined(word.text for word in words)
    (best, *_) = _detector().compute_language_confidence_values(text)
    code = best.language.iso_code_639_1.name.lower()
    return NORWEGIAN.get(code, code) if best.value >= SURE else None


def languages(extractor: Any) -> frozenset[str]:
    """The languages of a text extractor's model, by the card beside its weights: ISO 639-1 codes.

    Empty if there is no model, if its card cannot be read or names none, and if it names something
    that is no code (multilingual).
    """
    cards = sorted({file.parent / "README.md" for file in getattr(extractor, "weights", ())})
    return frozenset().union(*(_carded(card) for card in cards if card.is_file()))


@cache
def _carded(card: Path) -> frozenset[str]:
    try:
        found = ModelCard.load(card).data.to_dict().get("language")
    except (ValueError, YAMLError):  # written for people; nobody promised that programs can read it
        return frozenset()
    listed = found if isinstance(found, list) else [found]
    codes = {"no" if code is False else str(code).lower() for code in listed}  # YAML's no is false
    if any(len(code) != 2 for code in codes):
        return frozenset()
    return frozenset(NORWEGIAN.get(code, code) for code in codes)


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
