"""The first 512 bytes of a shard: which format it is, and the digest of all the rest."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from features.shards.record import FORMAT, USER_BLOCK, ShardError


def seal(path: Path) -> None:
    """Write format and digest in front of a finished file and force it to disk."""
    with path.open("r+b") as file:
        file.write(_block(_digest(path)))
        file.flush()
        os.fsync(file.fileno())


def check_format(path: Path) -> str:
    """The digest in the first bytes of a shard. Raises ShardError for other formats."""
    with path.open("rb") as file:
        head = file.read(USER_BLOCK)
    line = head.partition(b"\n")[0].decode("ascii", "replace")
    stem, _, digest = line.rpartition(" sha256 ")
    if not head:
        raise ShardError(f"{path} is empty, not a shard")
    if stem != FORMAT:
        what = f"a shard of format {stem[:40]!r}" if stem.startswith("va-shard ") else "no shard"
        raise ShardError(f"{path} is {what}; this code reads {FORMAT!r}")
    if head != _block(digest):
        raise ShardError(f"{path} is damaged in its first {USER_BLOCK} bytes")
    return digest


def check_bytes(path: Path) -> str:
    """The digest of a shard. Raises ShardError unless every byte is as it was written."""
    written = check_format(path)
    found = _digest(path)
    if found != written:
        raise ShardError(
            f"{path} is damaged or cut off: its sha256 was {written[:12]}..., is {found[:12]}..."
        )
    return found


def _block(digest: str) -> bytes:
    return f"{FORMAT} sha256 {digest}\n".encode("ascii", "replace").ljust(USER_BLOCK, b"\0")


def _digest(path: Path) -> str:
    """The sha256 of everything after the user block, hex."""
    with path.open("rb") as file:
        file.seek(USER_BLOCK)
        return hashlib.file_digest(file, "sha256").hexdigest()
