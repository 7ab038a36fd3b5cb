"""Text files as lines: their encoding, and no line longer than a line can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from features.signals.reading.columns import TableError

LONGEST = 1 << 22  # characters; what is longer has no line ends, and is no table
BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")


def lines(file: Path) -> Iterator[str]:
    """The lines of a file in UTF-8, with or without byte order mark, or UTF-16 with one.

    Raises TableError naming the first line that is not.
    """
    with file.open("rb") as raw:
        encoding = "utf-16" if raw.read(2) in BYTE_ORDERS else "utf-8-sig"
    number = 0
    try:
        with file.open(encoding=encoding, newline="") as text:
            while line := text.readline(LONGEST):
                number += 1
                _check(file, number, line)
                yield line
    except UnicodeError as error:
        raise TableError(_undecodable(file, encoding)) from error


def _check(file: Path, number: int, line: str) -> None:
    if "\0" in line:
        raise TableError(
            f"{file} line {number}: holds zero bytes; it is no text, or UTF-16 without a byte "
            "order mark: save it as UTF-8"
        )
    if len(line) == LONGEST and not line.endswith(("\n", "\r")):
        raise TableError(f"{file} line {number}: longer than {LONGEST} characters; is it a table?")


def _undecodable(file: Path, encoding: str) -> str:
    """What to say of a file that cannot be decoded: the first line that cannot."""
    if encoding == "utf-16":
        return f"{file} begins as UTF-16 does and cannot be read as it; save it as UTF-8"
    with file.open("rb") as raw:
        for number, line in enumerate(iter(lambda: raw.readline(LONGEST), b""), start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                byte = f"0x{line[error.start]:02x}"
                return f"{file} line {number}: must be UTF-8, got the byte {byte}; save it as UTF-8"
    return f"{file} must be UTF-8; save it so"
