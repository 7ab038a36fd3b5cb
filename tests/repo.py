"""Facts about this repository that several tests read."""

from __future__ import annotations

import ast
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
MEDIA = ROOT.parent / "shared" / "media"  # real clips, beside a checkout on some machines
OURS = ("flows", "stages", "features", "models")
GRAPH = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
PARAMS = YAML(typ="safe").load(ROOT / "params.yaml")


def imported(path: Path) -> set[str]:
    """The modules that a file of ours imports, names that may be modules included."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def file_of(module: str) -> Path | None:
    """A module of ours as its file, relative to the root; None for anybody else's."""
    if module.split(".")[0] not in OURS:
        return None
    path = Path(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if (ROOT / file).is_file():
            return file
    return None


def files_behind(path: Path, harmless: set[Path]) -> set[Path]:
    """`path` and every file of ours that it imports, directly or not."""
    seen: set[Path] = set()
    queue = [path]
    while queue:
        file = queue.pop()
        if file not in seen | harmless:
            seen.add(file)
            queue += [f for module in imported(file) if (f := file_of(module))]
    return {f for f in seen if (ROOT / f).read_text(encoding="utf-8").count("import ")}
