"""Where words begin and end in a text, also in scripts that put no space between them.

Chinese, Japanese, Thai, Lao, Khmer, Burmese and their neighbours are cut by rule, without a
dictionary: the same words on every machine and in every year, and nobody has to say the language.
Two characters are about a word of Chinese, and take as long to say as one of a language with
spaces; so do four letters of Thai.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

HAN = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003fffd"
)
HIRAGANA, KATAKANA = r"\u3041-\u309f\u30fc", r"\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
TIBETAN = r"\u0f00\u0f40-\u0fbc"  # a dot, which is punctuation, ends each syllable
ABUGIDAS = (  # Thai, Lao, Burmese, Khmer, the Tai scripts, Balinese, Javanese; no digits
    r"\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u104c-\u108f\u109a-\u109f"
    r"\u1780-\u17d3\u17d7\u17dc\u17dd\u1950-\u1974\u1980-\u19cf\u1a20-\u1a7c\u1b00-\u1b4b"
    r"\ua980-\ua9c0\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaadd"
)
SPACELESS = f"{HAN}{HIRAGANA}{KATAKANA}{TIBETAN}{ABUGIDAS}"
MARKS = (  # of letters, and joiners; spelt out, since each Python knows another Unicode
    r"\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f18-\u0f19"
    r"\u0f35\u0f37\u0f39\u0f3e-\u0f3f\u0f71-\u0f84\u0f86-\u0f87\u0f8d-\u0f97\u0f99-\u0fbc\u0fc6"
    r"\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d"
    r"\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\u1a55-\u1a5e\u1a60-\u1a7c\u1a7f\u1b00-\u1b04"
    r"\u1b34-\u1b44\u200c\u200d\u3099\u309a\ua980-\ua983\ua9b3-\ua9c0\ua9e5\uaa7b-\uaa7d\uaab0"
    r"\uaab2-\uaab4\uaab7-\uaab8\uaabe-\uaabf\uaac1\ufe00-\ufe0f\uff9e\uff9f\U000e0100-\U000e01ef"
)
LEADING = r"\u0e40-\u0e44\u0ec0-\u0ec4"  # vowels that stand before the consonant they follow
TRAILING = r"\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6\u17d7"  # behind it
VIRAMAS = r"\u1039\u17d2\u1a60\u1b44\ua9c0"  # put the next consonant below the one before
LONG = r"\u30fc\uff70"  # lengthens the kana before it
OTHER = rf"(?:(?![{SPACELESS}])\w[{MARKS}]*)+"


def _letter(script: str) -> str:
    return rf"(?![{MARKS}{LONG}])[{script}][{MARKS}{LONG}]*"


CORE = re.compile(
    rf"(?:{_letter(HAN)}){{1,2}}|(?:{_letter(HIRAGANA)}){{1,2}}|(?:{_letter(KATAKANA)}){{1,2}}"
    rf"|(?:[{LEADING}]*(?![{MARKS}])[{ABUGIDAS}]"
    rf"(?:[{VIRAMAS}][{ABUGIDAS}]|[{TRAILING}{MARKS}])*){{1,4}}"
    rf"|(?:{_letter(TIBETAN)})+|{OTHER}(?:[^\w{SPACELESS}]+{OTHER})*"  # don't, 3.14
)
UNSPACED = re.compile(f"[{SPACELESS}]")
OPENING = ("Ps", "Pi", "Sc")  # brackets, quotation marks and currencies belong to what follows
ZERO_WIDTH_SPACE = "\u200b"


def words_in(text: str) -> list[str]:
    """The words of a text: what stands between spaces, or so many characters where none are put.

    Punctuation stays with the word before it, an opening bracket with the one behind; what is in a
    script with spaces stays whole. No combining mark is parted from its letter.
    """
    return [word for token in text.split() for word in _parted(token)]


def joined(words: Iterable[str]) -> str:
    """Words as a text: with a space between two, unless both are in scripts that put none."""
    texts = list(words)
    gaps = ["" if _ends(a, -1) and _ends(b, 0) else " " for a, b in pairwise(texts)]
    return "".join(part for pair in zip(texts, [*gaps, ""], strict=False) for part in pair)


def _ends(word: str, place: int) -> bool:
    """Whether the first or last letter of a word is of a script without spaces."""
    letters = [letter for letter in word if letter.isalnum() or UNSPACED.match(letter)]
    return bool(letters and UNSPACED.match(letters[place]))


def _parted(token: str) -> list[str]:
    if not UNSPACED.search(token):
        return [token]
    if ZERO_WIDTH_SPACE in token:  # somebody has said where its words are
        return [word for word in token.split(ZERO_WIDTH_SPACE) if word]
    begins = [0]
    for one, other in pairwise(CORE.finditer(token)):
        between = token[one.end() : other.start()]
        begins.append(one.end() + _closing(between))
    return [token[a:b] for a, b in pairwise([*begins, len(token)])]


def _closing(between: str) -> int:
    """How many of the characters between two words belong to the first."""
    opening = (i for i, c in enumerate(between) if unicodedata.category(c) in OPENING)
    return next(opening, len(between))
