"""What shards hold, in lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from features.shards.reading import Shards
from features.shards.record import canonical
from features.track import State


def show(shards: Shards) -> Iterator[str]:
    """One line a fact: what made the rows, how many there are, the share of each State."""
    files = shards.files
    rows = sum(file.offsets[-1] for file in files)
    size = sum(file.path.stat().st_size for file in files)
    yield f"{shards.folder}: {len(files)} files, {len(shards)} clips, {rows} rows, {size} bytes"
    for name, value in shards.meta.items():
        yield f"{name:<10} {_plain(value)}"
    for name in files[0].columns:
        x = files[0].array(f"rows/{name}")
        yield f"{'column':<10} {name}: {x.dtype} ({', '.join(['T', *map(str, x.shape[1:])])})"
    for name in files[0].blob_offsets:
        dtype = files[0].extents[f"blobs/{name}/bytes"][2]
        what = f"items of {', '.join(dtype.names)}" if dtype.names else "bytes"
        yield f"{'blobs':<10} {name}: {sum(f.blob_offsets[name][-1] for f in files)} {what}"
    for name in (n for n in files[0].columns if n.split(".")[-1] == "state"):
        counts: Counter[int] = Counter()
        for file in files:
            counts.update(file.array(f"rows/{name}")[:].tolist())
        shares = (f"{_state(s)} {100 * n / rows:.1f} %" for s, n in sorted(counts.items()))
        yield f"{name:<10} {', '.join(shares) or 'no rows'}"


def _state(number: int) -> str:
    return State(number).name if number in list(State) else f"state {number}"


def _plain(value: Any) -> str:
    """A value of the metadata as a line of text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and all(isinstance(x, str) for x in value.values()):
        return ", ".join(f"{name} {text}" for name, text in value.items()) or "none"
    return canonical(value)
