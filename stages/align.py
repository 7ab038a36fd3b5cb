"""Visual, audio, text and labels -> one time grid with masks.

reads   data/ingest/clips.jsonl and labels, data/visual, data/audio, data/text
writes  data/align/*.h5           for each step: time, and of each modality values and state
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field

from features.grid import How, grid, onto
from features.shards import Record, Shards, write_folder
from features.track import State, read_track
from stages._clips import read_clips
from stages._each import meter
from stages._main import main
from stages._params import Section

ALIGN = Path("data/align")
INPUTS = {
    "visual": Path("data/visual"),
    "audio": Path("data/audio"),
    "text": Path("data/text"),
    "labels": Path("data/ingest/labels"),
}
FAR = {"text": State.NO_SPEECH, "labels": State.UNLABELLED}  # what a step far from every row is


class Rule(Section):
    """How one modality gets from its own times to the grid."""

    how: How
    largest_gap_s: float = Field(gt=0)


class Params(Section):
    step_s: float = Field(gt=0)
    visual: Rule
    audio: Rule
    text: Rule
    labels: Rule
    shards: int = Field(gt=0)


def run(params: Params) -> None:
    clips = {clip.id: clip for clip in read_clips()}
    inputs = {name: Shards(folder) for name, folder in INPUTS.items()}
    meta = {
        "kind": "grid",
        "rules": params.model_dump(exclude={"shards"}),
        "made_from": {name: shards.meta for name, shards in inputs.items()},
    }

    def read(ids: Iterable[str]) -> Iterator[Record]:
        for clip in ids:
            bar.update(0.5)  # the packer reads every clip twice, for sizes and for rows
            times = grid(clips[clip].info.duration, params.step_s)
            columns = {"times": times}
            for name, shards in inputs.items():
                rule: Rule = getattr(params, name)
                rows = read_track(shards[clip])
                far = FAR.get(name, State.GAP)
                on = onto(rows, times, params.step_s, rule.how, rule.largest_gap_s, far)
                columns |= {name: on.values, f"{name}.state": on.state}
            yield Record(clip, clips[clip].sha256, columns)

    with meter(len(clips), "align") as bar:
        write_folder(ALIGN, params.shards, meta, clips, read)


if __name__ == "__main__":
    main("align", Params, run)
