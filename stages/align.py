"""Visual, audio, text and labels -> one time grid with masks.

reads   data/ingest/clips.jsonl and labels, data/visual, data/audio, data/text
writes  data/align/*.h5               for each step: time, and of each modality values and state
        data/provenance/align.json    which rows of each modality it was made from
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import Field

from features.shards import Record, Shards, write_folder
from features.track import read_track
from stages.alignment import Rule, aligned
from stages.clips import read_clips
from stages.command import main
from stages.params import Section
from stages.paths import ALIGN, AUDIO, LABELS, TEXT, VISUAL
from stages.provenance import write_provenance
from stages.work.progress import meter

INPUTS = {"visual": VISUAL, "audio": AUDIO, "text": TEXT, "labels": LABELS}


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
    rules: dict[str, Rule] = {name: getattr(params, name) for name in INPUTS}
    meta = {
        "kind": "grid",
        "rules": params.model_dump(exclude={"shards"}),
        "made_from": {name: shards.meta for name, shards in inputs.items()},
    }

    def read(ids: Iterable[str]) -> Iterator[Record]:
        for clip in ids:
            bar.update(0.5)  # the packer reads every clip twice, for sizes and for rows
            tracks = {name: read_track(shards[clip]) for name, shards in inputs.items()}
            columns = aligned(tracks, clips[clip].info.duration, params.step_s, rules)
            yield Record(clip, clips[clip].source, columns)

    with meter(len(clips), "align") as bar:
        write_folder(ALIGN, params.shards, meta, clips, read)
    write_provenance("align", ALIGN, {}, inputs)


if __name__ == "__main__":
    main("align", Params, run)
