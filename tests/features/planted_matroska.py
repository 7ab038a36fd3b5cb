"""Edits of the stamps in a Matroska file, for what no muxer would write and others have written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

SEGMENT, CLUSTER, TIMESTAMP = 0x18538067, 0x1F43B675, 0xE7  # ids of elements
SIMPLE_BLOCK, GROUP, BLOCK = 0xA3, 0xA0, 0xA1


def stamp_block(path: Path, track: int, index: int, shift: float) -> None:
    """Put the stamp of block `index` of a Matroska track (from 1) `shift` s off; -1: of the last.

    A block counts from its cluster, in 16 bits: a shift may be up to 32 s.
    """
    data = bytearray(path.read_bytes())
    at = [place for number, place in _blocks(data) if number == track][index]
    ticks = int.from_bytes(data[at : at + 2], "big", signed=True) + round(shift * 1000)
    data[at : at + 2] = ticks.to_bytes(2, "big", signed=True)
    path.write_bytes(data)


def stamp_clusters(path: Path, first: int, shift: float) -> None:
    """Put the stamps of all clusters from number `first` on `shift` s off."""
    data = bytearray(path.read_bytes())
    found = [(a, b) for name, a, b in _elements(data, 0, len(data)) if name == TIMESTAMP]
    for begin, end in found[first:]:
        ticks = int.from_bytes(data[begin:end], "big") + round(shift * 1000)
        data[begin:end] = ticks.to_bytes(end - begin, "big")
    path.write_bytes(data)


def _blocks(data: bytearray) -> Iterator[tuple[int, int]]:
    """The track of each block, and where its stamp stands."""
    for name, begin, _ in _elements(data, 0, len(data)):
        if name in (SIMPLE_BLOCK, BLOCK):
            yield data[begin] & 0x7F, begin + 1


def _elements(data: bytearray, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The elements of EBML in order, those in them behind them: id, begin and end of content."""
    while at < end:
        name, at = _number(data, at, keep=True)
        size, at = _number(data, at, keep=False)
        stop = end if size < 0 else at + size
        yield name, at, stop
        if name in (SEGMENT, CLUSTER, GROUP):
            yield from _elements(data, at, stop)
        at = stop


def _number(data: bytearray, at: int, keep: bool) -> tuple[int, int]:
    """A number of variable length, -1 if all of its bits are set (unknown), and where it ends."""
    length = 9 - data[at].bit_length()
    raw = int.from_bytes(data[at : at + length], "big")
    value = raw & ((1 << 7 * length) - 1)
    unknown = value == (1 << 7 * length) - 1
    return raw if keep else -1 if unknown else value, at + length
