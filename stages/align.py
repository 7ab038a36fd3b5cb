"""One stream, each row at its own time -> the same stream on the time grid.

reads   data/ingest/clips.jsonl, data/<kind>/<stream>
writes  data/align/<stream>/*.h5      for each step: values and State
        data/provenance/align/<stream>.json   which rows it was made from

The grid's times follow from a clip's duration and the step alone, so no stream waits for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from features.grid import grid
from features.shards import Record, Shards, write_folder
from features.track import read_track
from stages.alignment import aligned
from stages.clips import read_clips
from stages.command import main
from stages.params import load
from stages.paths import aligned as folder_of
from stages.paths import extracted
from stages.provenance import write_provenance
from stages.rules import Stream
from stages.timing import Timing
from stages.work.progress import meter


def run(params: Stream, stream: str) -> None:
    clips, timing = {clip.id: clip for clip in read_clips()}, load("grid", Timing)
    rows, out = Shards(extracted(params.of, stream)), folder_of(stream)
    meta = {
        "kind": "aligned",
        "step_s": timing.step_s,
        "rule": params.rule.model_dump(),
        "made_from": rows.meta,
    }

    def read(ids: Iterable[str]) -> Iterator[Record]:
        for clip in ids:
            bar.update(0.5)  # the packer reads every clip twice, for sizes and for rows
            times = grid(clips[clip].info.duration, timing.step_s)
            on = aligned(read_track(rows[clip]), times, timing.step_s, params.rule, params.of)
            yield Record(clip, clips[clip].source, {"values": on.values, "state": on.state})

    with meter(len(clips), f"align {stream}") as bar:
        write_folder(out, timing.shards, meta, clips, read)
    write_provenance(f"align/{stream}", out, {}, {f"{params.of}/{stream}": rows})


if __name__ == "__main__":
    main("align", Stream, run, "stream")
