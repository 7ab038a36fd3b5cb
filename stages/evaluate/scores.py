"""Print the last scores and where the report is: `python -m stages.evaluate.scores`."""

from __future__ import annotations

import json
import sys

from models.targets import shown
from stages.paths import METRICS, REPORT


def lines(metrics: dict) -> list[str]:
    """The table of scores, best mean first: CCC, interval of the mean, and how much better the mean
    is than the baseline's."""
    runs, baseline = metrics["runs"], metrics["baseline"]
    width = max(map(len, runs))
    scored = shown(metrics["targets"])
    last = f"{100 * metrics['bootstrap']['level']:g} % of mean"
    rows = [f"{'CCC':<{width}}" + "".join(f"  {c:>14}" for c in scored) + f"  {last:>14}"]
    rows[0] += f"  better than {baseline}" if baseline else ""
    for name in sorted(runs, key=lambda n: -runs[n]["mean"]["ccc"]):
        cells = [f"{runs[name][c]['ccc']:.3f} ± {runs[name][c]['ccc_std']:.3f}" for c in scored]
        cells.append(_bounds(runs[name]["mean"], "ccc_low", "ccc_high", ".3f"))
        if than := runs[name].get("against", {}).get(baseline):
            mean = than["mean"]
            cells.append(f"{mean['difference']:+.3f} {_bounds(mean, 'low', 'high', '+.3f')}")
        rows.append(f"{name:<{width}}" + "".join(f"  {c:>14}" for c in cells).rstrip())
    return rows


def _bounds(score: dict, low: str, high: str, style: str) -> str:
    return f"[{score[low]:{style}}, {score[high]:{style}}]" if low in score else ""


def main() -> None:
    if not METRICS.is_file():
        sys.exit(f"no scores in {METRICS}; run `dvc repro` first")
    metrics = json.loads(METRICS.read_text(encoding="utf-8"))
    print("\n".join(["", *lines(metrics), ""]))
    print(f"{metrics['split']} split, {metrics['clips']} clips, mean and deviation over seeds")
    print(f"report: {REPORT.resolve().as_uri()}")


if __name__ == "__main__":
    main()
