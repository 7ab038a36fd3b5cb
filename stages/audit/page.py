"""The audit as one HTML page: no script, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from stages.audit import media, tables, turned_away
from stages.audit.audit import Audit, values
from stages.audit.charts import offsets
from stages.audit.check import Check
from stages.audit.clips import clips
from stages.audit.distribution import histogram, plane
from stages.pages import style

STYLE = Path(__file__).with_name("page.css")


def page(audit: Audit, found: Sequence[Check]) -> str:
    """The whole page."""
    sections = {
        "Limits": tables.limits(found),
        "Splits": tables.splits(audit),
        "Labels": labels(audit),
        "Why there is no value": tables.states(audit),
        "Is the sound in time with the picture?": timing(audit),
        "Features": tables.unlike(audit),
        **doubts(audit),
        "Turned away": turned_away.clips_away(audit.rejected),
        **left(audit),
        "Copies of one file": tables.alike(audit),
        "Every clip": clips(audit),
    }
    body = "".join(f"<section><h2>{escape(h)}</h2>{html}</section>" for h, html in sections.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of the corpus</title><style>{style(STYLE)}</style></head>
<body><h1>Audit of the corpus</h1>{verdict(found)}{body}</body></html>"""


def doubts(audit: Audit) -> dict[str, str]:
    """What is doubtful of media files, where anything is."""
    every = [f.clip for f in audit.facts]
    found = {
        "Files that contradict themselves": media.doubtful(every),
        "Which stream of a file is used": media.streams(every),
    }
    return {heading: html for heading, html in found.items() if html}


def left(audit: Audit) -> dict[str, str]:
    """What is not used of clips and of the corpus folder, where there is anything."""
    found = {}
    if audit.left_out:
        found["What extraction could not use"] = turned_away.left_out(audit.left_out)
    if audit.unread:
        found["Files that nothing reads"] = turned_away.unread(audit.unread)
    return found


def verdict(found: Iterable[Check]) -> str:
    """Whether training may begin; if not, why."""
    broken = [f"<li>{escape(check.sentence())}</li>" for check in found if check.broken]
    if not broken:
        return '<p class="note">No limit is broken: training may begin.</p>'
    count = f"Limits broken: {len(broken)}. Training will not begin."
    return f'<div class="note"><p>{count}</p><ul>{"".join(broken)}</ul></div>'


def labels(audit: Audit) -> str:
    """Where the labels of each split lie, in per cent of its labelled steps."""
    drawn = [planes(audit)] if audit.plane else []
    drawn += [histograms(audit, target) for target in audit.targets]
    return "".join(f'<div class="charts">{row}</div>' for row in drawn if row) or "<p>None.</p>"


def planes(audit: Audit) -> str:
    """The targets of 2-D pictures, where both are labelled, a picture for each split."""
    both = audit.plane or ("", "")
    found = {split: values(facts, *both) for split, facts in audit.splits.items()}
    ranges = [audit.targets[t] for t in both]
    return "".join(
        plane(x, both, ranges, f"{split}, % of {len(x)} steps labelled in both")
        for split, x in found.items()
        if len(x)
    )


def histograms(audit: Audit, target: str) -> str:
    """One target, a picture for each split; empty where the planes show all its labels."""
    found = {split: values(facts, target)[:, 0] for split, facts in audit.splits.items()}
    if audit.plane and target in audit.plane:
        paired = sum(len(values(facts, *audit.plane)) for facts in audit.splits.values())
        if paired == sum(map(len, found.values())):
            return ""
    return "".join(
        histogram(x, target, audit.targets[target], f"{split}, % of {len(x)} steps with {target}")
        for split, x in found.items()
        if len(x)
    )


def timing(audit: Audit) -> str:
    """Offsets that could be told, against how sure they are."""
    both = audit.timed
    told = {f.clip.id: f.lag for f in both if f.lag}
    said = (
        f"An offset was found for {len(told)} of {len(both)} clips with picture and sound, from "
        "the movement of the mouth and the loudness. The higher a mark, the less it can be chance; "
        "crosses are out of sync. Below 0.99 an offset says nothing by itself: chance puts them "
        "anywhere. Mouths move 0.1 to 0.3 s before they are heard."
    )
    return f"<p>{said}</p>" + (offsets(told, {f.clip.id for f in audit.late}) if told else "")
