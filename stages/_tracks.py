"""A Track as a shard keeps it: columns values, times, state."""

from __future__ import annotations

from features.shards import Record
from features.track import Track


def keep_track(clip: str, source: str, track: Track) -> Record:
    """A Track -> the record of a clip; `source` is the digest of what it was made from."""
    return Record(
        clip, source, {"values": track.values, "times": track.times, "state": track.state}
    )


def read_track(record: Record) -> Track:
    """The Track of a record."""
    return Track(*(record.columns[name][:] for name in ("values", "times", "state")))
