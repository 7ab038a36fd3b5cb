"""The text of a transcript file, or a reason why there is none."""

from __future__ import annotations

from pathlib import Path

SILENCE = ("", "sil", "sp", "<sil>", "<eps>")  # what aligners write where nobody speaks


class TranscriptError(ValueError):
    """A transcript cannot be read as timed words."""


def read_text(file: Path) -> str:
    """A UTF-8 file's text, without byte order mark; raises TranscriptError naming the byte."""
    return decoded(file, file.read_bytes(), "utf-8-sig")


def decoded(file: Path, content: bytes, encoding: str) -> str:
    """Text of `content`; raises TranscriptError naming the first byte that does not fit."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise TranscriptError(
            f"{file} must be UTF-8, but byte {error.start} is 0x{error.object[error.start]:02x}; "
            "many old subtitles are Windows-1252: iconv -f cp1252 -t utf-8"
        ) from error
