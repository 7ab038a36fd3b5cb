"""The digest of the code behind each stage, and behind each thing that a stage may choose.

reads   features/, models/, stages/
writes  data/code.json   {stage: digest}, or {stage: {extractor, adapter or head: digest}}

Every other stage depends on its own key of that file and on no source file. Comments, docstrings
and layout do not count (see features.code). A name in params.yaml that no file has is refused here,
before anything is made; so are streams and targets whose names cannot be. What lies in data/ of
streams and heads that params.yaml no longer names is removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from features import code
from features.nearest import unknown
from stages.atomic import write_lines
from stages.command import main
from stages.leftover import take_away
from stages.params import document
from stages.paths import CODE
from stages.streams import KINDS, misnamed_streams
from stages.targets import misnamed_targets

# They cannot change a byte of any output: how a stage is started, where its work runs.
HARMLESS = ("stages.command", "stages.params", "stages.work")
STAGES = ("demo", "ingest", "faces", "visual", "audio", "transcripts", "text", "signals", "sync",
          "grid", "align", "audit", "train", "evaluate", "robustness", "report")  # fmt: skip
CHOICES = {  # stage -> the package one module of which it is told to use
    "ingest": "features.corpora",
    "faces": "features.faces",
    "visual": "features.visual",
    "audio": "features.audio",
    "transcripts": "features.transcripts",
    "text": "features.text",
    "signals": "features.signals",
    "sync": "features.sync",
    "train": "models.fusion",
}
KEYS = {"ingest": "corpus", "train": "heads"}  # where a section names it; elsewhere `extractor`


def behind(stage: str, choice: str | None = None) -> str:
    """The digest of the code of a stage, with what it was told to use."""
    modules = [module_of(stage)]
    if choice is not None:
        modules.append(f"{CHOICES[stage]}.{choice}")
    return code.digest(*modules, without=HARMLESS)


def module_of(stage: str) -> str:
    """The module of a stage: a file, or `stage` in a folder of the same name."""
    inside = f"stages.{stage}.stage"
    return inside if code.file_of(inside) else f"stages.{stage}"


def table() -> dict[str, str | dict[str, str]]:
    """All that data/code.json holds."""
    found: dict[str, str | dict[str, str]] = {}
    for stage in STAGES:
        package = CHOICES.get(stage)
        found[stage] = (
            {choice: behind(stage, choice) for choice in code.choices(package)}
            if package
            else behind(stage)
        )
    return found


def misnamed(params: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each name in params.yaml that no file has, or that cannot be one."""
    for stage, package in CHOICES.items():
        there = code.choices(package)
        for key, name in _chosen(stage, params.get(stage)):
            if name not in there:
                where = f"{package.replace('.', '/')} ({stage}.{key} in params.yaml)"
                yield unknown(f"module in {where}", str(name), there)
    yield from misnamed_streams(params)
    yield from misnamed_targets(params.get("targets"), params.get("align") or {})


def _chosen(stage: str, section: Any) -> Iterator[tuple[str, Any]]:
    """What a section names of its package, and under which key, of each stream if it has some."""
    if not isinstance(section, dict):
        return
    if stage in KINDS:
        for stream, values in section.items():
            if isinstance(values, dict) and "extractor" in values:
                yield f"{stream}.extractor", values["extractor"]
        return
    key = KEYS.get(stage, "extractor")
    named = section.get(key, [])
    yield from ((key, name) for name in (named if isinstance(named, list) else [named]))


def run() -> None:
    params = document()
    if wrong := list(misnamed(params)):
        raise LookupError("; ".join(sentence.removesuffix(".") for sentence in wrong))
    take_away(params)
    write_lines(CODE, [json.dumps(table(), indent=1)])


if __name__ == "__main__":
    main("code", None, run)
