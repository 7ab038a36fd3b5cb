"""The text of a transcript file, or a reason why there is none."""

from __future__ import annotations

import codecs
from pathlib import Path

# what aligners write where nobody speaks
SILENCE = ("", "sil", "sp", "pau", "<sil>", "<sp>", "<eps>", "<p:>")


class TranscriptError(ValueError):
    """A transcript cannot be read as timed words."""


def read_text(file: Path) -> str:
    """The text of a UTF-8 file, or of a UTF-16 file which says so by its byte order mark.

    Raises TranscriptError naming the byte.
    """
    content = file.read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return decoded(file, content, "utf-16" if wide else "utf-8-sig")


def decoded(file: Path, content: bytes, encoding: str) -> str:
    """The text of `content`; raises TranscriptError naming the first byte that does not fit."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        place = len(content) - len(error.object) + error.start  # codecs count behind the mark
        byte = f"byte {place} is 0x{content[place]:02x}"
        if encoding == "utf-16":
            raise TranscriptError(
                f"{file} begins as UTF-16, but {byte}, which does not fit; was it cut off?"
            ) from error
        raise TranscriptError(
            f"{file} must be UTF-8, but {byte}; "
            "many old subtitles are Windows-1252: iconv -f cp1252 -t utf-8"
        ) from error
