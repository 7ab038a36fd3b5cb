"""The code behind a module: one walk over imports, for whoever asks what decides a result.

A file counts by what it does: its syntax tree without docstrings, spelled the same in every version
of Python; comments and layout do not count. Files that are no Python (css, js, ...) count by their
bytes, for every module in their folder; notes (.md) and locks do not count.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterator
from functools import cache
from importlib import util
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
OURS = ("features", "models", "stages")
NOTES = {".md", ".lock", ".pyc"}


class CodeError(ValueError):
    """A module of ours cannot be read."""


class Parsed(NamedTuple):
    """What a file does, as a sha256 (hex), and the names that it imports."""

    digest: str
    imports: frozenset[str]


def behind(*modules: str, without: Collection[str] = ()) -> dict[str, Path]:
    """Modules and every module of ours that they import, directly or not: {name: file}, by name.

    without  modules, or packages, that cannot change a result and are not followed

    Raises CodeError for a module that is not there or cannot be parsed.
    """
    found: dict[str, Path] = {}
    for name in modules:
        if file_of(name) is None:
            raise CodeError(f"no module {name} in {ROOT}")
    queue = list(modules)
    while queue:
        name = queue.pop()
        path = file_of(name)
        if path is None or name in found or _is_any(name, without):
            continue
        found[name] = path
        queue += parsed(name).imports
    return dict(sorted(found.items()))


def digests(*modules: str, without: Collection[str] = ()) -> dict[str, str]:
    """The files behind modules, those that are no Python included: {path from the root: digest}."""
    files = behind(*modules, without=without)
    table = {path.relative_to(ROOT).as_posix(): parsed(name).digest for name, path in files.items()}
    for folder in {path.parent for path in files.values()}:
        for path in folder.iterdir():
            if path.is_file() and path.suffix not in {".py", *NOTES}:
                table[path.relative_to(ROOT).as_posix()] = _sha256(path.read_bytes())
    return {name: found[:16] for name, found in sorted(table.items())}


def digest(*modules: str, without: Collection[str] = ()) -> str:
    """One digest of all that `digests` tells apart, 16 hex digits."""
    table = digests(*modules, without=without)
    return _sha256("\n".join(f"{name} {found}" for name, found in table.items()).encode())[:16]


def imports(*modules: str) -> set[str]:
    """The names that modules import themselves; of `from a import b`, both a and a.b."""
    return {name for module in modules for name in parsed(module).imports}


def every() -> list[str]:
    """The names of all modules of ours."""
    files = [path.relative_to(ROOT) for name in OURS for path in (ROOT / name).rglob("*.py")]
    return sorted(".".join(f.with_suffix("").parts).removesuffix(".__init__") for f in files)


def choices(package: str) -> list[str]:
    """What a name in params.yaml may choose of a package: its modules, not its folders."""
    return sorted(p.stem for p in ROOT.joinpath(*package.split(".")).glob("[!_]*.py"))


def file_of(module: str) -> Path | None:
    """The file of a module of ours; None for anybody else's, and for a name inside a module."""
    first, *rest = module.split(".")
    if first not in OURS:
        return None
    path = ROOT.joinpath(first, *rest)
    found = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in found if file.is_file()), None)


def parsed(module: str) -> Parsed:
    """What a module of ours does and imports. Raises CodeError."""
    path = file_of(module)
    if path is None:
        raise CodeError(f"no module {module} in {ROOT}")
    stat = path.stat()
    return _parsed(module, path, stat.st_mtime_ns, stat.st_size)


@cache
def _parsed(module: str, path: Path, *_changed: int) -> Parsed:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        place = f"{path.relative_to(ROOT)}, line {error.lineno}"
        raise CodeError(f"{place}, is not Python: {error.msg}") from error
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return Parsed(_sha256(" ".join(_spelled(tree)).encode()), frozenset(_imports(tree, package)))


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = util.resolve_name("." * node.level + (node.module or ""), package)
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _spelled(node: ast.AST) -> Iterator[str]:
    """A syntax tree as words. What is empty is left out: versions of Python differ in it."""
    yield type(node).__name__
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == []:
            continue
        yield name
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, ast.AST):
                yield ascii(part)
            elif not _says_nothing(node, part):
                yield from _spelled(part)
    yield ")"


def _says_nothing(node: ast.AST, part: ast.AST) -> bool:
    """A string that stands alone, and the empty end of an f-string."""
    value = getattr(part.value if isinstance(part, ast.Expr) else part, "value", None)
    if isinstance(part, ast.Expr):
        return isinstance(part.value, ast.Constant) and isinstance(value, str)
    return isinstance(node, ast.JoinedStr) and isinstance(part, ast.Constant) and value == ""


def _is_any(name: str, packages: Collection[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
