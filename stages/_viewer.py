"""The chart of one clip: what was predicted, what there was to predict from, which gates opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stages._charts import Look, chart, line
from stages._page import Chart

Columns = Mapping[str, Sequence[float | None]]  # of a CSV file
Panel = tuple[int, list[Any], dict[str, Any]]  # height in px, traces, y axis
SHADES = ("#bdbdbd", "#56b4e9", "#0072b2", "#e69f00", "#d55e00")  # of a gate's candidates
GAP_PX, BELOW_PX = 14, 44


def viewer(
    heads: Mapping[str, Columns],
    lines: Mapping[str, Look],
    present: Mapping[str, Sequence[bool]],
    gates: Columns,
) -> Chart:
    """Valence, arousal, which modalities have data, and each gate's weights, one below the other.

    heads    {run: its predictions of the clip}; lines holds their looks, and that of `truth`
    present  {modality: whether it has a row, at each step}
    gates    weights of one run, `<modality>_<candidate>`; empty for none
    """
    first = next(iter(heads.values()))
    times = list(first["time"])
    panels: list[Panel] = []
    for target in ("valence", "arousal"):
        traces = [line("truth", times, first[f"{target}_true"], lines["truth"])]
        traces += [line(name, times, made[target], lines[name]) for name, made in heads.items()]
        panels.append((130, traces, {"title": {"text": target}, "range": [-1, 1]}))
    panels.append(_ribbon(times, present))
    gated = dict.fromkeys(column.rpartition("_")[0] for column in gates if column != "time")
    panels += [_gate(times, m, gates) for m in gated]
    return _stacked(panels)


def _ribbon(times: list[Any], present: Mapping[str, Sequence[bool]]) -> Panel:
    """A bar for each modality, drawn where it has data."""
    bars = {
        "type": "heatmap", "x": times, "y": list(present), "hoverinfo": "skip", "ygap": 4,
        "z": [[1 if there else None for there in row] for row in present.values()],
        "colorscale": [[0, "#009e73"], [1, "#009e73"]], "showscale": False,
    }  # fmt: skip
    return 20 * len(present), [bars], {"autorange": "reversed"}


def _gate(times: list[Any], modality: str, gates: Columns) -> Panel:
    """The weights of one modality's candidates, stacked to 1."""
    weights = {c: y for c, y in gates.items() if c.rpartition("_")[0] == modality}
    traces = []
    for n, (column, y) in enumerate(weights.items()):
        shade = SHADES[n % len(SHADES)]
        look = {"width": 0, "color": shade}
        traces.append(line(column, times, y, look, stackgroup=modality, fillcolor=shade))
    whose = modality.replace(":", "<br>") if ":" in modality else f"gate<br>{modality}"
    return 64, traces, {"title": {"text": whose}, "range": [0, 1], "nticks": 3}


def _stacked(panels: Sequence[Panel]) -> Chart:
    """One panel below the other, over one time axis."""
    inner = sum(px for px, *_ in panels) + GAP_PX * (len(panels) - 1)
    data, axes, top = [], {}, inner
    for number, (px, traces, axis) in enumerate(panels, start=1):
        suffix = "" if number == 1 else str(number)
        axes[f"yaxis{suffix}"] = {**axis, "domain": [(top - px) / inner, top / inner]}
        data += [{**trace, "yaxis": f"y{suffix}"} for trace in traces]
        top -= px + GAP_PX
    margin = {"l": 64, "r": 8, "t": 8, "b": BELOW_PX}
    layout = chart(data, inner + 8 + BELOW_PX, "time (s)", margin=margin, **axes)["layout"]
    layout["xaxis"]["anchor"] = f"y{len(panels)}"
    return {"data": data, "layout": layout}
