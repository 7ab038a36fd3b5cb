"""The suffixes of media and of transcripts, in lower case, and what to say of any other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from features.nearest import nearest

VIDEO = (
    *(".mp4", ".m4v", ".mov", ".qt", ".mkv", ".mk3d", ".webm", ".avi", ".divx", ".wmv", ".asf"),
    *(".mpg", ".mpeg", ".mpe", ".m1v", ".m2v", ".mpv", ".vob", ".mod", ".tod"),
    *(".ts", ".mts", ".m2t", ".m2ts", ".trp", ".flv", ".f4v", ".3gp", ".3g2", ".3gpp"),
    *(".ogv", ".ogm", ".mxf", ".dv", ".nut", ".wtv", ".rm", ".rmvb"),
)
AUDIO = (
    *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".wv", ".tta", ".ape"),
    *(".mp3", ".mpga", ".mp2", ".mpa", ".m4a", ".m4b", ".3ga", ".aac", ".adts", ".wma", ".ra"),
    *(".ogg", ".oga", ".opus", ".spx", ".mka", ".weba", ".ac3", ".eac3", ".dts"),
    *(".aif", ".aiff", ".aifc", ".caf", ".au", ".snd", ".voc", ".sph"),
    *(".amr", ".awb", ".gsm", ".dss"),
)
MEDIA = frozenset(VIDEO + AUDIO)
# word times before cue times; .tsv may be a table of anything, .ass has signs and songs as well
TRANSCRIPTS = (
    *(".textgrid", ".json", ".ctm", ".csv", ".eaf"),
    *(".vtt", ".srt", ".tsv", ".ass", ".ssa"),
)
PLAIN = (".txt",)  # words without times

TIMELESS = frozenset({".264", ".265", ".avc", ".h264", ".h265", ".hevc", ".mjpeg", ".mjpg"})
# plainly something else: .jpg is no slip for .mpg, .part none for .mpa
OTHERS = frozenset(
    (
        ".bak .bmp .doc .docx .gif .heic .htm .html .jpeg .jpg .log .m3u .mat .npy .npz "
        ".part .pdf .pkl .png .py .rtf .sav .thm .tif .tiff .tmp .webp .xls .xlsx .xml .yaml "
        ".yml .zip "
        ".cha .dfxp .etf .lrc .pfsx .sbv .smi .stl .sub .trs .ttml "  # transcripts not read
    ).split()
)

CUES = (".vtt", ".srt")  # which programs that download or translate call after their language
LANGUAGE = re.compile(r"\.[a-z]{2,3}(?:[-_]\w{2,8}){0,2}", re.IGNORECASE)  # .en-US, .zh-Hans


def is_tagged(transcript: Path) -> bool:
    """Whether a transcript has a language or the suffix of media in its name: talk.mp4.json."""
    tag, suffix = Path(transcript.stem).suffix, transcript.suffix.lower()
    language = suffix in CUES and bool(LANGUAGE.fullmatch(tag))
    return language or (suffix in TRANSCRIPTS and tag.lower() in MEDIA)


def why_unread(file: Path, what: str, known: Iterable[str]) -> str:
    """Why nothing reads a file as `what`, for which there are the suffixes `known`."""
    suffix = file.suffix.lower()
    if not suffix:
        return "nothing reads it: its name has no suffix that says what it is"
    if suffix in TIMELESS:
        return f"nothing reads {suffix}: a bare stream has no times; put it into .mp4 or .mkv"
    near = "" if suffix in OTHERS else nearest(suffix, known)
    return f"nothing reads {suffix} as {what}{near}"
