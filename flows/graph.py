"""The graph that DVC has: which stages there are, and what each needs."""

from __future__ import annotations

from dvc.repo import Repo
from networkx import DiGraph, descendants, lexicographical_topological_sort

from features.nearest import closest


def plan(targets: list[str]) -> dict[str, list[str]]:
    """The stages behind the targets, or all: {stage: those it reads}, each after what it needs.

    A target is a stage or, for a matrix, its name without the part after the `@`. Raises
    LookupError with the nearest name for one that does not exist.
    """
    with Repo() as repo:
        graph: DiGraph = repo.index.graph  # from each stage to the stages that it reads
    name = {stage: str(stage.addressing) for stage in graph}
    for target in targets:
        if not any(_is(target, n) for n in name.values()):
            near = closest(target, name.values())
            hint = f"; did you mean {near!r}?" if near else ""
            raise LookupError(f"no stage {target!r} in dvc.yaml{hint}")
    wanted = [s for s in graph if not targets or any(_is(t, name[s]) for t in targets)]
    needed = {*wanted, *(d for s in wanted for d in descendants(graph, s))}
    order = lexicographical_topological_sort(graph.subgraph(needed).reverse(), key=name.__getitem__)
    return {name[stage]: sorted(name[read] for read in graph.successors(stage)) for stage in order}


def _is(target: str, stage: str) -> bool:
    return target in (stage, stage.split("@")[0])
