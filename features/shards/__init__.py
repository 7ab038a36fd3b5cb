"""Shards: immutable HDF5 files of ragged rows. The only package that knows h5py.

A store entry is a shard of one clip; `data/<stage>/` is a folder of shards, each clip in the one
that a hash of its id chooses. The format, version 1:

    bytes 0-511         user block, ASCII: "va-shard 1 sha256 <of every byte after the user block>"
    attribute meta      canonical JSON: what made the rows - kind, extractor, options, versions, ...
    clips   (N,)        clip ids, UTF-8, in byte order
    sources (N,)        sha256 of what each clip was made from, hex
    contents (N,)       sha256 of each clip's own arrays (see Record), hex
    offsets (N + 1,)    int64; clip i has rows offsets[i] to offsets[i + 1]
    rows/<column>       (sum T, ...)  one row a moment: values, times, state, ...
    blobs/<name>/offsets (N + 1,)  int64; clip i has bytes offsets[i] to offsets[i + 1]
    blobs/<name>/ends   int64 (sum T,)  where in its clip's bytes each row's blob ends; it begins
                        where the row before it ended
    blobs/<name>/bytes  uint8 (sum of bytes,); or items of any other type, counted in their place

Everything is contiguous and uncompressed (gzip would make windows 15 times slower for a tenth of
the size) and written in a fixed order without timestamps: same rows, same bytes. A file appears
under its name complete or not at all, and is never changed afterwards.

Read somebody's shards, nothing else of this project needed:

    from features.shards import Shards
    shards = Shards("data/visual")
    values, times, state = (shards[clip].columns[c][:] for c in ("values", "times", "state"))
"""

from features.shards.reading import Shards
from features.shards.record import Record, ShardError, canonical
from features.shards.writing import write, write_folder

__all__ = ["Record", "ShardError", "Shards", "canonical", "write", "write_folder"]
