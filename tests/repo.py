"""Facts about this repository that several tests read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
MEDIA = ROOT.parent / "shared" / "media"  # real clips, beside a checkout on some machines
OURS = ("flows", "stages", "features", "models")
SOURCES = sorted(p.relative_to(ROOT) for name in OURS for p in (ROOT / name).rglob("*.py"))
GRAPH = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
PARAMS = YAML(typ="safe").load(ROOT / "params.yaml")


def imported(path: Path, root: Path = ROOT) -> set[str]:
    """The modules that a file of ours imports, names that may be modules included, and those that
    it names in a call of import_module or __import__."""
    modules: set[str] = set()
    for node in ast.walk(_tree(root / path)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            modules |= set(_beginnings(node))
    return modules


def strings(path: Path, root: Path = ROOT) -> set[str]:
    """Every string in a file's code, the fixed parts of f-strings included; no docstrings."""
    tree = _tree(root / path)
    alone = {
        id(n.value)
        for n in ast.walk(tree)
        if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
    }
    texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in alone)
    return {n.value for n in texts if isinstance(n.value, str)}


def module_of(path: Path) -> str:
    """A file of ours as the module that it is."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _beginnings(node: ast.Call) -> Iterator[str]:
    """The strings that a call is given, f-strings up to their first gap."""
    for given in [*node.args, *(keyword.value for keyword in node.keywords)]:
        part = given.values[0] if isinstance(given, ast.JoinedStr) and given.values else given
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value.rstrip(".")
