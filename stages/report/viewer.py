"""The viewer of single clips: what was predicted, and what there was to predict from.

Clips lie packed in the page and are unpacked one at a time, by viewer.js, when they are chosen.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from features.track import State
from features.words import Word
from stages.report.charts import Look
from stages.report.page import packed, values
from stages.report.scene import Scene

Columns = Mapping[str, Sequence[float | None]]  # of a CSV file
NAMES = {int(state): state.name.lower().replace("_", " ") for state in State} | {0: "data"}
SEEN, IMAGE = 7, '<img alt="">'  # faces at a time
HINT = "Mouse or ← → move the cursor, with shift faster; n and p change the clip; drag to zoom in."


@dataclass(frozen=True)
class Seen:
    """One clip as it is shown.

    runs    {run: its predictions, with the truth beside them}
    states  {stream: State at each step}
    gates   weights of one run, `<stream>_<candidate>`; empty for none
    words   what was said
    faces   (time in s, JPEG) of one face in `faces_every` seconds
    lacking why faces or words are not shown that might be; empty if none are lacking
    """

    runs: Mapping[str, Columns]
    states: Mapping[str, Sequence[int]]
    gates: Columns
    words: Sequence[Word] = ()
    faces: Sequence[tuple[float, bytes]] = ()
    faces_every: float = 0.0
    lacking: str = ""

    @property
    def first(self) -> Columns:
        """The predictions of one run, whose times and truth are those of all."""
        return next(iter(self.runs.values()))


def viewer(
    clips: Mapping[str, Seen], lines: Mapping[str, Look], gated: str | None, scene: Scene
) -> str:
    """HTML of the viewer.

    clips  {caption: clip}; lines  the look of each run, and of `truth`; gated  whose gates
    """
    options = "".join(f"<option>{escape(caption)}</option>" for caption in clips)
    setting = {"looks": lines, "states": NAMES, "gated": gated, **scene.setting()}
    data = "".join(packed(compact(clip, scene), class_="packed") for clip in clips.values())
    plane = '<div class="plane"></div>' if scene.drawn else ""
    return (
        '<div class="viewer"><p class="choose"><label>Clip '
        f'<select autocomplete="off">{options}</select></label> '
        '<button type="button" class="before" aria-label="clip before">&lsaquo;</button>'
        '<button type="button" class="after" aria-label="clip after">&rsaquo;</button></p>'
        f'<p class="hint">{HINT}</p><div class="parts" style="--side: {side(scene)}rem"><div>'
        f'<div class="faces">{SEEN * IMAGE}</div>'
        '<div class="time" tabindex="0" role="slider" aria-label="moment of the clip">'
        '<div class="words"></div><div class="panels"></div><div class="cursor"></div></div>'
        '<p class="lacking"></p></div>'
        f'<div class="side">{plane}<table class="readout"></table></div></div>'
        f"{values(setting)}{data}</div>"
    )


def side(scene: Scene) -> int:
    """Width of the column beside the panels, in rem: room for up to three targets in a row."""
    cells = sum(1 + len(target) / 2 for target in scene.targets)
    return round(min(22, max(17, 7 + cells)))


def compact(clip: Seen, scene: Scene) -> str:
    """A clip as JSON: whole numbers that are less than a pixel, states by stretches."""
    times = [t for t in clip.first["time"] if t is not None]
    step = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 1.0
    truth = {target: clip.first[f"{target}_true"] for target in scene.targets}
    spec: dict[str, Any] = {
        "start": times[0], "step": round(step, 6), "steps": len(times),
        "lines": {
            name: {target: _whole(columns[target], d) for target, d in scene.digits.items()}
            for name, columns in {"truth": truth, **clip.runs}.items()
        },
        "states": {m: [[s, len([*run])] for s, run in groupby(x)] for m, x in clip.states.items()},
        "gates": {name: _whole(x, 2) for name, x in clip.gates.items() if name != "time"},
        "words": [[round(w.start, 2), round(w.end, 2), w.text] for w in clip.words],
        "faces": [[round(t, 2), base64.b64encode(jpeg).decode()] for t, jpeg in clip.faces],
        "faces_every": clip.faces_every, "lacking": clip.lacking,
    }  # fmt: skip
    return json.dumps(spec, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _whole(x: Sequence[float | None], digits: int) -> list[int | None]:
    return [None if v is None else round(10**digits * v) for v in x]
