"""Annotations of an ELAN document: what each tier says from when to when.

https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import numpy as np

from features.transcripts.formats.tier import Tier
from features.transcripts.formats.timing import Entry

ALIGNABLE, REFERRING = "ALIGNABLE_ANNOTATION", "REF_ANNOTATION"
Times = Mapping[str, tuple[float, float]]  # of annotations by id, s; NaN where nothing tells it
Slots = Mapping[str, float | None]  # points in time by id, s; None where it is not aligned
NO_TIME = (math.nan, math.nan)


def annotated(root: Element, file: Path) -> list[tuple[Tier, bool]]:
    """The tiers of a document, each with whether it has times of its own and its labels any text:
    those of a controlled vocabulary are codes.

    Annotations that only refer to others have the time of what they refer to; those of a tier that
    refer to the same one are a label. Labels without text are left out.
    """
    slots, tiers = _slots(root, _shift(root, file)), list(root.iter("TIER"))
    times: dict[str, tuple[float, float]] = {}
    for tier in tiers:
        times |= _times(list(tier.iter(ALIGNABLE)), slots)
    referring = {_id(a): a.get("ANNOTATION_REF", "") for a in root.iter(REFERRING)}
    coded = {
        kind.get("LINGUISTIC_TYPE_ID")
        for kind in root.iter("LINGUISTIC_TYPE")
        if kind.get("CONTROLLED_VOCABULARY_REF")
    }
    return [
        (
            _tier(tier, file, times, referring),
            tier.find(f".//{ALIGNABLE}") is not None
            and tier.get("LINGUISTIC_TYPE_REF") not in coded,
        )
        for tier in tiers
    ]


def _tier(element: Element, file: Path, times: Times, referring: Mapping[str, str]) -> Tier:
    name = element.get("TIER_ID", "")
    tier = Tier(name)
    entries = (a for a in element.iter() if a.tag in (ALIGNABLE, REFERRING))
    for owner, group in groupby(entries, key=lambda a: _owner(_id(a), referring)):
        annotations = list(group)
        where = f"{file}: tier {name!r} annotation {_id(annotations[0])}"
        text = " ".join(a.findtext("ANNOTATION_VALUE") or "" for a in annotations).strip()
        if text:
            tier.labels.append(Entry(text, *times.get(owner, NO_TIME), where))
    return tier


def _owner(annotation: str, referring: Mapping[str, str]) -> str:
    """The annotation with a time that one refers to, over others or not; itself if to none."""
    seen: set[str] = set()
    while annotation in referring and annotation not in seen:
        seen.add(annotation)
        annotation = referring[annotation]
    return annotation


def _times(annotations: Sequence[Element], slots: Slots) -> dict[str, tuple[float, float]]:
    """When the annotations of a tier begin and end; slots without a time share what lies between
    their neighbours in the tier."""
    ends = [(a.get("TIME_SLOT_REF1", ""), a.get("TIME_SLOT_REF2", "")) for a in annotations]
    order = list(dict.fromkeys(slot for pair in ends for slot in pair))
    said = [slots.get(slot, math.nan) for slot in order]
    known = {i: time for i, time in enumerate(said) if time is not None}
    if not known:
        return {}
    places, at = range(len(order)), list(known.values())
    shared = np.interp(places, list(known), at, left=math.nan, right=math.nan).tolist()
    when = dict(zip(order, shared, strict=True))
    return {_id(a): (when[b], when[e]) for a, (b, e) in zip(annotations, ends, strict=True)}


def _slots(root: Element, shift: float) -> Slots:
    slots = {
        slot.get("TIME_SLOT_ID", ""): slot.get("TIME_VALUE") for slot in root.iter("TIME_SLOT")
    }
    return {name: None if ms is None else _seconds(ms) + shift for name, ms in slots.items()}


def _shift(root: Element, file: Path) -> float:
    """How much later than in ELAN something is in the medium that the file is called after, s.

    Or in the only one: media that began at different moments are put side by side in ELAN.
    """
    media = list(root.iter("MEDIA_DESCRIPTOR"))
    ours = [m for m in media if PurePosixPath(m.get("MEDIA_URL", "")).stem == file.stem] or media
    return _seconds(ours[0].get("TIME_ORIGIN", "0")) if len(ours) == 1 else 0.0


def _seconds(ms: str) -> float:
    """ms -> s; NaN for what is no number."""
    try:
        return float(ms) / 1000
    except ValueError:
        return math.nan


def _id(annotation: Element) -> str:
    return annotation.get("ANNOTATION_ID", "")
