"""What determines a feature beside its source: options, code, weights, versions of libraries."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

from features.extractor import built
from features.shards.record import canonical

ROOT = Path(__file__).parent.parent
WRITTEN_BY = "features.shards"  # keeps rows, cannot change one: not part of what a feature is


def identity(kind: str, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Everything about an extractor that can change a row, as plain JSON values.

    options   but those that only say where weights lie
    code      sha256 over the syntax trees of its module and of every module of ours that this
              one imports, directly or not; comments and docstrings do not count
    weights   sha256 of each weights file
    versions  of every library those modules import, and of those it names beside

    Raises UnknownNameError for an extractor or an option that does not exist.
    """
    extractor = built(kind, name, canonical(options))
    sources = modules_behind(f"features.{kind}.{name}")
    imported = {library for module, path in sources.items() for library in _imports(module, path)}
    paths = getattr(extractor, "paths", ())
    return {
        "kind": kind,
        "extractor": name,
        "options": {option: value for option, value in options.items() if option not in paths},
        "code": code_sha256(sources.values()),
        "weights": _digests(getattr(extractor, "weights", ())),
        "versions": versions(imported | set(getattr(extractor, "libraries", ()))),
    }


def modules_behind(module: str) -> dict[str, Path]:
    """{name: file} of a module and of every module of features/ it imports, in order of names."""
    found: dict[str, Path] = {}
    queue = [module]
    while queue:
        name = queue.pop()
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        path = path if path.is_file() else path.with_suffix("") / "__init__.py"
        if name not in found and path.is_file() and not name.startswith(WRITTEN_BY):
            found[name] = path
            queue += [m for m in _imports(name, path) if m.startswith("features.")]
    return dict(sorted(found.items()))


def code_sha256(paths: Iterable[Path]) -> str:
    """The digest of what some modules do, hex: not of their comments, docstrings and layout."""
    sha = hashlib.sha256()
    for path in paths:
        tree = _Silent().visit(ast.parse(path.read_text(encoding="utf-8")))
        sha.update(ast.dump(tree).encode())
    return sha.hexdigest()


class _Silent(ast.NodeTransformer):
    """Takes out every string that stands alone: it says something and does nothing."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        alone = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if alone else node


def _imports(module: str, path: Path) -> set[str]:
    """The names a module imports; of `from a import b`, both a and a.b."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = util.resolve_name("." * node.level + (node.module or ""), package)
            names |= {origin} | {f"{origin}.{alias.name}" for alias in node.names}
    return names


def versions(imported: Iterable[str]) -> dict[str, str]:
    """{distribution: version} behind import names, without the standard library."""
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
