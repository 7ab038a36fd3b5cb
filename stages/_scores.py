"""Print the scores of the last evaluation and where the report is: `python -m stages._scores`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from stages.evaluate import EVALUATE
from stages.report import REPORT

COLUMNS = ("valence", "arousal", "mean")


def lines(metrics: dict) -> list[str]:
    """The table of scores, best mean first: CCC, interval of the mean, and how much better the mean
    is than the baseline's."""
    heads, baseline = metrics["heads"], metrics["baseline"]
    width = max(map(len, heads))
    last = f"{100 * metrics['bootstrap']['level']:g} % of mean"
    rows = [f"{'CCC':<{width}}" + "".join(f"  {c:>14}" for c in COLUMNS) + f"  {last:>14}"]
    rows[0] += f"  better than {baseline}" if baseline else ""
    for name in sorted(heads, key=lambda n: -heads[n]["mean"]["ccc"]):
        cells = [f"{heads[name][c]['ccc']:.3f} ± {heads[name][c]['ccc_std']:.3f}" for c in COLUMNS]
        cells.append(_bounds(heads[name]["mean"], "ccc_low", "ccc_high", ".3f"))
        if than := heads[name].get("against", {}).get(baseline):
            mean = than["mean"]
            cells.append(f"{mean['difference']:+.3f} {_bounds(mean, 'low', 'high', '+.3f')}")
        rows.append(f"{name:<{width}}" + "".join(f"  {c:>14}" for c in cells).rstrip())
    return rows


def _bounds(score: dict, low: str, high: str, style: str) -> str:
    return f"[{score[low]:{style}}, {score[high]:{style}}]" if low in score else ""


def main() -> None:
    if not (EVALUATE / "metrics.json").is_file():
        sys.exit(f"no scores in {EVALUATE}; run `dvc repro` first")
    metrics = json.loads((EVALUATE / "metrics.json").read_text(encoding="utf-8"))
    print("\n".join(["", *lines(metrics), ""]))
    print(f"{metrics['split']} split, {metrics['clips']} clips, mean and deviation over seeds")
    print(f"report: {Path(REPORT).resolve().as_uri()}")


if __name__ == "__main__":
    main()
