"""Transcripts as ELAN's .eaf: annotations on tiers, in XML."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from features.transcripts.formats.annotations import annotated
from features.transcripts.formats.reading import Reading
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.tier import is_code, is_said
from features.transcripts.formats.tiers import read_tiers

DOCUMENT, NEEDED = "ANNOTATION_DOCUMENT", ("TIME_ORDER", "TIER")
MS = "milliseconds"
BLANK = b"\xef\xbb\xbf \t\r\n"  # a mark of UTF-8, and spaces


class Builder(ElementTree.TreeBuilder):
    """A builder that takes no document type: ELAN writes none, and entities could grow in it."""

    def doctype(self, *_: object) -> NoReturn:
        raise ElementTree.ParseError("it declares a document type, which ELAN does not write")


def read_eaf(file: Path) -> Reading:
    """The words of an .eaf: of a tier "words", of several speakers' "words@A" and "words@B", or of
    tiers with utterances; otherwise of the one tier that is aligned with the media and has text
    that is no code.

    Raises TranscriptError naming the file, and the tiers if none or several could be meant.
    """
    content = file.read_bytes()
    if not content.strip(BLANK):
        return Reading([])
    found = annotated(_document(file, content), file)
    tiers = [tier for tier, _ in found]
    filled = [tier for tier in tiers if tier.labels]
    likely = [tier for tier, free in found if free and not is_code(tier)]
    if any(map(is_said, tiers)) and not any(map(is_said, filled)):
        if not likely:
            return Reading([])  # a tier for words, and none on it: nobody spoke
        return read_tiers(file, filled)  # or on another tier: which one is meant is not told
    return read_tiers(file, filled or tiers, likely[0] if len(likely) == 1 else None)


def _document(file: Path, content: bytes) -> Element:
    try:
        root = ElementTree.fromstring(content, ElementTree.XMLParser(target=Builder()))
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # or an unknown encoding
        raise TranscriptError(f"{file}: not XML as ELAN writes it: {error}") from error
    if root.tag != DOCUMENT:
        raise TranscriptError(f"{file}: expected an {DOCUMENT} of ELAN, got {root.tag!r:.80}")
    if lacking := [tag for tag in NEEDED if root.find(tag) is None]:
        raise TranscriptError(f"{file}: it has no {' and no '.join(lacking)}, so no annotation")
    header = root.find("HEADER")
    unit = MS if header is None else header.get("TIME_UNITS", MS)
    if unit != MS:
        raise TranscriptError(f"{file}: its times must be in {MS}, they are in {unit!r:.80}")
    return root
