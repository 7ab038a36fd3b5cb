"""What determines a feature beside its source: options, code, weights, versions of libraries."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from features import code
from features.extractor import built
from features.shards.record import canonical

WRITTEN_BY = ("features.shards",)  # keeps rows, cannot change one: not part of what a feature is
IDENTITY = ("kind", "extractor", "options", "code", "weights", "versions")
CHOSEN = ("kind", "extractor", "options", "weights")  # of an identity: what a user has chosen


def identity(kind: str, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The identity of an extractor: all about it that can change a row, as plain JSON values.

    options   but those that only say where weights lie
    code      the digest of its module and of every module of ours behind it, see features.code
    weights   sha256 of each weights file
    versions  of every library those modules import, and of those it names beside

    Raises UnknownNameError for an extractor or an option that does not exist.
    """
    extractor = built(kind, name, canonical(options))
    modules = code.behind(module_of(kind, name), without=WRITTEN_BY)
    paths = getattr(extractor, "paths", ())
    return {
        "kind": kind,
        "extractor": name,
        "options": {option: value for option, value in options.items() if option not in paths},
        "code": code.digest(module_of(kind, name), without=WRITTEN_BY),
        "weights": _digests(getattr(extractor, "weights", ())),
        "versions": versions(
            code.imports(*modules) | set(getattr(extractor, "libraries", ())),
        ),
    }


def chosen(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an identity that users choose.

    Code and libraries are not in it: where they change and rows do not, nothing that is made of
    the rows changes.
    """
    return {key: identity[key] for key in CHOSEN}


def modules(kind: str, name: str) -> dict[str, str]:
    """The digest of each file behind an extractor, {path: digest}: to say which has changed."""
    return code.digests(module_of(kind, name), without=WRITTEN_BY)


def module_of(kind: str, name: str) -> str:
    """The module of an extractor."""
    return f"features.{kind}.{name}"


def versions(imported: Iterable[str]) -> dict[str, str]:
    """The versions of the distributions behind import names, without the standard library's."""
    tops = {name.split(".")[0] for name in imported} - {"features"}
    names = {distribution for top in tops for distribution in _packages().get(top, ())}
    return {name: metadata.version(name) for name in sorted(names)}


@cache
def _packages() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


def _digests(files: Iterable[Path]) -> dict[str, str]:
    """{path from the folder that holds them all: sha256}, wherever that folder is."""
    files = sorted(files)
    top = os.path.commonpath([file.parent for file in files]) if files else ""
    return {file.relative_to(top).as_posix(): file_sha256(file) for file in files}


def file_sha256(path: Path) -> str:
    """Sha256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
