"""Annotations on tiers: Praat's .TextGrid and ELAN's .eaf."""

from __future__ import annotations

import random

import pytest

from features.transcripts.sidecar import TranscriptError, build

LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 9
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 9
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 9
            text = "w"
    item [2]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 9
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1
            text = ""
        intervals [2]:
            xmin = 1
            xmax = 2
            text = "so ""we"""
        intervals [3]:
            xmin = 2
            xmax = 4
            text = "drove
home"
'''
FREE = """"ooTextFile"
"TextGrid" 0 9 ! the "time" domain <absent>
<exists> 1 tier, or two ! 3
"IntervalTier" "Word" 0 9 ! -4
2 intervals 1 2 "ab" 2 ! 7
3 "c!" item[3]: [4]
"""
CHRONOLOGICAL = """"Praat chronological TextGrid text file"
0 9   ! Time domain.
3   ! Number of tiers.
"IntervalTier" "ann - words" 0 9
"TextTier" "bell" 0 9
"IntervalTier" "bob - words" 0 9

! ann - words:
1 1 3
"ab"

! bell:
2 1.5 "ding"

! bob - words:
3 2 4
"c"
"""


def grid(*tiers, kind="IntervalTier"):
    """A short TextGrid of tiers given as (name, (start, end, label), ...)."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "9", "<exists>"]
    lines.append(str(len(tiers)))
    for name, *labels in tiers:
        lines += [f'"{kind}"', f'"{name}"', "0", "9", str(len(labels))]
        lines += [f'{start}\n{end}\n"{text}"' for start, end, text in labels]
    return "\n".join([*lines, ""])


def eaf(*tiers, slots=(1000, 2000, None, 4000), head="", listed=()):
    """An .eaf of tiers given as (name, annotations), with time slots ts1, ts2, ... in ms.

    The labels of tiers that are `listed` are of a controlled vocabulary.
    """
    times = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{i}"' + ("/>" if ms is None else f' TIME_VALUE="{ms}"/>')
        for i, ms in enumerate(slots, 1)
    )
    body = "".join(
        f'<TIER TIER_ID="{name}" LINGUISTIC_TYPE_REF="{"code" if name in listed else "free"}">'
        f"{''.join(said)}</TIER>"
        for name, *said in tiers
    )
    body += '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="free"/>'
    body += '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="code" CONTROLLED_VOCABULARY_REF="v"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT>{head}'
        f"<TIME_ORDER>{times}</TIME_ORDER>{body}</ANNOTATION_DOCUMENT>"
    )


def at(name, first, last, text):
    """An annotation from one time slot to another."""
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{name}" TIME_SLOT_REF1="ts{first}" '
        f'TIME_SLOT_REF2="ts{last}"><ANNOTATION_VALUE>{text}</ANNOTATION_VALUE>'
        "</ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


def of(name, other, text):
    """An annotation of another annotation."""
    return (
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{name}" ANNOTATION_REF="{other}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    )


def media(name, origin):
    return f'<MEDIA_DESCRIPTOR MEDIA_URL="file:///{name}.mp4" TIME_ORIGIN="{origin}"/>'


@pytest.fixture
def read(tmp_path):
    def write(suffix, content):
        file = tmp_path / f"clip{suffix}"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = build()(None, file)
        assert words is not None
        return [(word.text, word.start, word.end, word.spread) for word in words]

    return write


GRIDS = {
    "a label of several words, on several lines, with quotes": (
        LONG,
        [
            ("so", 1, 1 + 2 / 6, True),
            ('"we"', 1 + 2 / 6, 2, True),
            ("drove", 2, 2 + 2 * 5 / 9, True),
            ("home", 2 + 2 * 5 / 9, 4, True),
        ],
    ),
    "free form": (FREE, [("ab", 1, 2, False), ("c!", 2, 3, False)]),
    "chronological": (CHRONOLOGICAL, [("ab", 1, 2, False), ("c", 2, 4, False)]),
    "UTF-16": (grid(("words", (1, 2, "é"))).encode("utf-16"), [("é", 1, 2, False)]),
    "Windows line ends": (FREE.replace("\n", "\r\n"), [("ab", 1, 2, False), ("c!", 2, 3, False)]),
    "line ends of old Macs": (FREE.replace("\n", "\r"), [("ab", 1, 2, False), ("c!", 2, 3, False)]),
    "two tiers of one name, which are not the words": (
        grid(("phones",), ("phones",), ("words", (1, 2, "ab"))),
        [("ab", 1, 2, False)],
    ),
    "of several speakers, words that overlap are cut where the next begins": (
        grid(("ann - words", (1, 3, "ab"), (3, 5, "c")), ("bob - words", (2, 4, "d"))),
        [("ab", 1, 2, False), ("d", 2, 3, False), ("c", 3, 5, False)],
    ),
    "one tier of words beside those of speakers": (
        grid(("words", (1, 2, "ab")), ("bob - words", (1, 2, "c"))),
        [("ab", 1, 2, False)],
    ),
    "a second speaker beside a tier of words": (
        grid(("words", (1, 2, "ab")), ("bob - words", (2, 3, "c"))),
        [("ab", 1, 2, False), ("c", 2, 3, False)],
    ),
    "speakers named before and behind": (
        grid(("Speaker1_words", (1, 2, "ab")), ("words_Speaker2", (2, 3, "c"))),
        [("ab", 1, 2, False), ("c", 2, 3, False)],
    ),
    "glosses at the times of the words": (
        grid(("words", (1, 2, "ab")), ("words_gloss", (1, 2, "c"))),
        [("ab", 1, 2, False)],
    ),
    "what is no speech beside what is": (
        grid(("speech", (1, 2, "ab")), ("non-speech", (2, 3, "bang"))),
        [("ab", 1, 2, False)],
    ),
    "points of the same name beside": (
        grid(("words", (1, 2, "ab"))).replace("<exists>\n1", "<exists>\n2")
        + '"TextTier" "words" 0 9 1 2 "x"\n',
        [("ab", 1, 2, False)],
    ),
    "utterances, where there are no words": (
        grid(("utterance", (1, 4, "a bc"))),
        [("a", 1, 2, True), ("bc", 2, 4, True)],
    ),
    "an aligner's words stay whole, whatever their script": (
        grid(("words", (1, 2, "下雨天"))),
        [("下雨天", 1, 2, False)],
    ),
    "noises and silence of aligners": (
        grid(("words", *((i, i + 1, t) for i, t in enumerate("<unk> spn sil we <p:> br".split())))),
        [("we", 3, 4, False)],
    ),
    "a group in brackets is not ended by another speaker": (
        grid(("ann - words", (1, 3, "[door slams]")), ("bob - words", (2, 4, "d"))),
        [("d", 2, 4, False)],
    ),
    "one interval that is broken costs itself": (
        grid(("words", (2, 1, "a"), (3, 4, "b"))),
        [("b", 3, 4, False)],
    ),
}
EAFS = {
    "words": (
        eaf(
            ("words", at("a1", 1, 2, "ab"), at("a2", 2, 4, " c\nd ")), ("gaze", at("a3", 1, 2, "x"))
        ),
        [("ab", 1, 2, False), ("c", 2, 3, True), ("d", 3, 4, True)],
    ),
    "slots without a time share what lies between their neighbours": (
        eaf(("W-Words", at("a1", 2, 3, "ab"), at("a2", 3, 4, "c"))),
        [("ab", 2, 3, False), ("c", 3, 4, False)],
    ),
    "words that refer to an utterance share its time": (
        eaf(
            ("utterance@A", at("a1", 2, 4, "ab cd")),
            ("words@A", of("a2", "a1", "ab"), of("a3", "a1", "cd")),
        ),
        [("ab", 2, 3, True), ("cd", 3, 4, True)],
    ),
    "over others as well": (
        eaf(("x", at("a1", 1, 2, "-")), ("y", of("a2", "a1", "-")), ("word", of("a3", "a2", "ab"))),
        [("ab", 1, 2, False)],
    ),
    "two speakers": (
        eaf(("utterance@A", at("a1", 1, 2, "ab")), ("utterance@B", at("a2", 2, 4, "c"))),
        [("ab", 1, 2, False), ("c", 2, 4, False)],
    ),
    "the only tier with a time, whatever it is called": (
        eaf(("default", at("a1", 1, 2, "ab")), ("valence", at("a2", 1, 2, "0.5"))),
        [("ab", 1, 2, False)],
    ),
    "speech beside what was chosen from a list": (
        eaf(("ann", at("a1", 1, 2, "ab")), ("x", at("a2", 1, 2, "c")), listed=("x",)),
        [("ab", 1, 2, False)],
    ),
    "speech beside codes": (
        eaf(("ann", at("a1", 1, 2, "ab")), ("mood", at("a2", 1, 2, "c d"))),
        [("ab", 1, 2, False)],
    ),
    "nobody speaks, somebody looks": (eaf(("words",), ("gaze", at("a1", 1, 2, "left"))), []),
    "noises": (
        eaf(("words", at("a1", 1, 2, "((laughs))"), at("a2", 2, 4, "(maybe)"))),
        [("(maybe)", 2, 4, False)],
    ),
    "nobody speaks": (eaf(("words",)), []),
    "a medium that began earlier": (
        eaf(("words", at("a1", 1, 2, "ab")), head=f"<HEADER>{media('clip', 500)}</HEADER>"),
        [("ab", 1.5, 2.5, False)],
    ),
    "one medium of several": (
        eaf(
            ("words", at("a1", 1, 2, "ab")),
            head=f"<HEADER>{media('other', 500)}{media('clip', 250)}</HEADER>",
        ),
        [("ab", 1.25, 2.25, False)],
    ),
    "one annotation that is broken costs itself": (
        eaf(("words", at("a1", 2, 1, "ab"), at("a2", 1, 9, "x"), at("a3", 2, 4, "c"))),
        [("c", 2, 4, False)],
    ),
}


@pytest.mark.parametrize("content, words", GRIDS.values(), ids=GRIDS)
def test_the_words_of_a_textgrid_are_read(read, content, words):
    found = read(".TextGrid", content)
    assert found == [(text, pytest.approx(a), pytest.approx(b), s) for text, a, b, s in words]


@pytest.mark.parametrize("content, words", EAFS.values(), ids=EAFS)
def test_the_words_of_an_eaf_are_read(read, content, words):
    assert read(".eaf", content) == words


@pytest.mark.parametrize("suffix", [".TextGrid", ".eaf"])
@pytest.mark.parametrize("content", ["", "\n", "\ufeff"])
def test_in_an_empty_file_nobody_speaks(read, suffix, content):
    assert read(suffix, content) == []


BOMB = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><ANNOTATION_DOCUMENT>&c;'
BROKEN = {
    "two tiers of words": (
        ".TextGrid",
        grid(("words", (1, 2, "ab")), ("words", (1, 2, "c"))),
        "2 tiers are named 'words'; expected one tier named 'words' or 'word'",
    ),
    "words and word": (
        ".TextGrid",
        grid(("words", (1, 2, "ab")), ("word", (1, 2, "c"))),
        "expected one tier named 'words' or 'word', got the tiers 'words', 'word'",
    ),
    "two tiers of a speaker": (
        ".TextGrid",
        grid(("ann - words",), ("ann - words",)),
        "2 tiers are named 'ann - words'",
    ),
    "points": (
        ".TextGrid",
        '"ooTextFile" "TextGrid" 0 9 <exists> 1 "TextTier" "words" 0 9 1 1 "ab"',
        "tier 'words' must hold intervals, it holds points",
    ),
    "binary": (
        ".TextGrid",
        b"ooBinaryFile\x08TextGrid" + b"\xff" * 99,
        "in Praat's binary form; open it in Praat and choose Save > Save as text file...",
    ),
    "another object of Praat": (
        ".TextGrid",
        '"ooTextFile" "Pitch 1" 0 9',
        "line 1: expected a \"TextGrid\", got 'Pitch 1'",
    ),
    "no tiers": (".TextGrid", '"ooTextFile" "TextGrid" 0 9 <absent>', "line 1: expected <exists>"),
    "a text that goes on behind its end": (
        ".TextGrid",
        grid(("words", (1, 2, 'a"b'))),
        "line 15: expected a text",
    ),
    "fewer intervals than announced": (
        ".TextGrid",
        grid(("words", (1, 2, "a"))).replace("9\n1\n1", "9\n2\n1"),
        "tier 'words' announces 2 intervals and holds 1; was the file cut off?",
    ),
    "no number": (".TextGrid", FREE.replace("0 9 !", "0 9x !", 1), "expected a number, got '9x'"),
    "an empty document": (
        ".eaf",
        "<ANNOTATION_DOCUMENT/>",
        "it has no TIME_ORDER and no TIER, so no annotation",
    ),
    "another document": (".eaf", "<tei/>", "expected an ANNOTATION_DOCUMENT of ELAN, got 'tei'"),
    "no XML": (".eaf", "hello", "not XML as ELAN writes it: "),
    "entities": (".eaf", BOMB, "it declares a document type, which ELAN does not write"),
    "an unknown encoding": (".eaf", '<?xml version="1.0" encoding="x"?><a/>', "not XML as ELAN"),
    "frames": (
        ".eaf",
        eaf(("words",), head='<HEADER TIME_UNITS="PAL-frames"/>'),
        "its times must be in milliseconds, they are in 'PAL-frames'",
    ),
    "several tiers that could be meant": (
        ".eaf",
        eaf(("a", at("a1", 1, 2, "ab")), ("b", at("a2", 1, 2, "c"))),
        "expected one tier named 'words' or 'word', got the tiers 'a', 'b'",
    ),
    "codes from a list": (
        ".eaf",
        eaf(("state", at("a1", 1, 2, "ab cd")), listed=("state",)),
        "expected one tier named 'words' or 'word', got the tiers 'state'",
    ),
    "names of feelings": (
        ".eaf",
        eaf(("default", at("a1", 1, 2, "Happy"), at("a2", 2, 4, "neutral"))),
        "got the tiers 'default'",
    ),
    "single words that last long": (
        ".eaf",
        eaf(("default", at("a1", 1, 4, "ab")), slots=(1000, 2000, 3000, 9000)),
        "got the tiers 'default'",
    ),
    "a tier for words without any beside one that may be speech": (
        ".eaf",
        eaf(("words",), ("ann", at("a1", 1, 2, "ab cd"))),
        "got the tiers 'ann'",
    ),
    "only what is no speech": (
        ".TextGrid",
        grid(("non-speech", (1, 2, "bang"))),
        "got the tiers 'non-speech'",
    ),
    "perhaps a second speaker": (
        ".TextGrid",
        grid(("words", (1, 2, "ab")), ("words 2", (2, 3, "c"))),
        "is tier 'words 2' another speaker's? got the tiers 'words', 'words 2'",
    ),
    "annotations that refer to each other": (
        ".eaf",
        eaf(("words", of("a1", "a2", "ab"), of("a2", "a1", "c"))),
        "annotation a1: start of",
    ),
}


@pytest.mark.parametrize("suffix, content, message", BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(read, suffix, content, message):
    with pytest.raises(TranscriptError, match=r"clip\.(TextGrid|eaf)") as failure:
        read(suffix, content)
    assert message in str(failure.value)


@pytest.mark.parametrize(
    "suffix, content",
    [
        (".TextGrid", LONG),
        (".TextGrid", FREE),
        (".TextGrid", CHRONOLOGICAL),
        *((".eaf", content) for content, _ in EAFS.values()),
    ],
)
def test_a_damaged_file_is_read_or_refused(read, suffix, content):
    rng = random.Random(7)
    for _ in range(60):
        damaged = bytearray(content.encode())
        for _ in range(rng.randrange(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        damaged = damaged[: rng.choice([len(damaged), rng.randrange(len(damaged))])]
        try:
            read(suffix, bytes(damaged))
        except TranscriptError:
            continue
