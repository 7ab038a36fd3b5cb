"""What transcripts write down that nobody says: [Music], (applause), notes, <unk>, spn.

The list, and the rules by which it is told from words:

    [any text]  {up to four words}  <unk> <p:> <|nospeech|>  ++breath++  &=laughs
    (up to four words)     a sound in captions and what recognisers write, if it has two letters or
                           more, or more words with one of SOUNDS and none of SAYING; with aligners
                           and annotators, who put what they are not sure of in round brackets,
                           only what is in SOUNDS; likewise ((laughs)), *laughs*
    notes                  go; the lyrics between them are sung words and stay
    >>  >> ANN:  SPEAKER_00:   a change of speaker. A name before a colon may be said: it stays
    spn nsn lau xxx ...    by themselves, with aligners and annotators

What has no end within LONGEST characters is no bracket. %hesitation, uh and hm are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from features.splitting import words_in

LONGEST = 200  # characters between brackets; a description of a scene has a hundred
FEW = 4  # words between round brackets or braces
NAMED = 8  # sounds in a summary
BARE = frozenset(  # what aligners write for a noise: Kaldi, MFA, HTK, MAUS, Sphinx; CHAT's unclear
    "spn nsn ns lau br !sil !enter !exit !spn !nsn sent-start sent-end xxx yyy www".split()
)
SOUNDS = frozenset(
    """applause applauding beep beeping breath breathes breathing buzzing chatter cheering cheers
    chuckle chuckles chuckling clapping clears coughing coughs cough cries crosstalk crying exhales
    footsteps gasp gasps giggles giggling groans grunts inaudible indistinct inhales laugh laughing
    laughs laughter lipsmack loud lips moans mumbles mumbling music noise pause quietly
    screaming screams shouting sigh sighing sighs silence singing smacks sneeze sneezes sniff
    sniffles sniffs snores sobbing sobs softly static throat unclear unintelligible upbeat
    whispering whispers whistles whistling yawn yawns""".split()
)
# words of somebody who speaks, not of what describes a sound
SAYING = frozenset("i me my we us our you your am are was were did".split())
NOTE = "[\u2669-\u266c\u00b6\U0001f3b5\U0001f3b6\U0001f3bc]\ufe0f?"
CAPITALS = r"A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f"  # Latin, Greek, Cyrillic
CAPITAL = f"[{CAPITALS}]"
SOUND = re.compile(
    rf"""(?P<notes>\*?{NOTE}(?:[\s*]*{NOTE})*\*?)
    |[\[\uff3b\u3010][^][\uff3b\uff3d\u3010\u3011]{{0,{LONGEST}}}[]\uff3d\u3011]:?
    |(?P<brace>\{{[^{{}}]{{0,{LONGEST}}}\}})
    |<(?=[^\W\d]|[/|!?])(?P<angle>[^<>]{{1,{LONGEST}}})>
    |(?P<round>\({{1,2}}[^()]{{0,{LONGEST}}}\){{1,2}}
        |\uff08[^\uff08\uff09]{{0,{LONGEST}}}\uff09)
    |(?<!\S)\*(?P<starred>[^*]{{1,{LONGEST}}})\*(?=[^\w\s]{{0,3}}(?:\s|$))
    |(?<!\S)(?:\+\+[^\s+]{{1,40}}\+\+|&=[\w:]{{1,40}})
    |(?<!\S)>{{2,}}(?:\s*{CAPITAL}[{CAPITALS}.'-]+(?:\s{CAPITAL}[{CAPITALS}.'-]*){{0,2}}:)?
    |(?<!\S)(?i:speaker)[_ ]?\d{{1,3}}:""",
    re.VERBOSE,
)


class Found(NamedTuple):
    """Where in a text something is that nobody says, from `start` to before `end`, and its name."""

    start: int
    end: int
    name: str


def sounds_in(text: str, aligned: bool) -> Iterator[Found]:
    """What is no speech in a text, in order.

    aligned  it comes from a forced aligner, or is somebody's annotation
    """
    for match in SOUND.finditer(text):
        if _is_sound(match, aligned):
            name = match["notes"].strip("* ")[:1] if match["notes"] else match[0]
            yield Found(match.start(), match.end(), name)


def summary(counts: Mapping[str, int]) -> str:
    """A sentence on how often something was left out as no speech; "" where nothing was."""
    if not counts:
        return ""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{count} x {sound}" for sound, count in ordered[:NAMED])
    more = f" and {len(ordered) - NAMED} more kinds" if len(ordered) > NAMED else ""
    return f"left out as no speech: {named}{more} (transcripts.options.keep_sounds: true keeps it)"


def _is_sound(match: re.Match[str], aligned: bool) -> bool:
    kind = match.lastgroup
    if kind not in ("brace", "angle", "round", "starred"):
        return True
    inside = match[kind].strip("(){}\uff08\uff09 ")
    words = words_in(inside)
    if kind == "starred" or (kind == "round" and aligned):
        return 0 < len(words) and all(word.strip(".,;!?").lower() in SOUNDS for word in words)
    if kind == "round":
        return sum(map(str.isalpha, inside)) > 1 and (len(words) <= FEW or _describes(words))
    return len(words) <= FEW


def _describes(words: Iterable[str]) -> bool:
    """Whether words tell of a sound: (crowd cheering in the distance)."""
    bare = {word.strip(".,;!?").lower().partition("'")[0] for word in words}
    return not bare.isdisjoint(SOUNDS) and bare.isdisjoint(SAYING)
