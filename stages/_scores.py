"""Print the scores of the last evaluation and where the report is: `python -m stages._scores`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from stages.evaluate import EVALUATE
from stages.report import REPORT

COLUMNS = ("valence", "arousal", "mean")


def lines(metrics: dict) -> list[str]:
    """The table of scores, best mean first."""
    heads = metrics["heads"]
    width = max(map(len, heads))
    rows = [f"{'CCC':<{width}}" + "".join(f"  {c:>13}" for c in COLUMNS)]
    for name in sorted(heads, key=lambda n: -heads[n]["mean"]["ccc"]):
        cells = (heads[name][c] for c in COLUMNS)
        rows.append(
            f"{name:<{width}}" + "".join(f"  {c['ccc']:.3f} ± {c['ccc_std']:.3f}" for c in cells)
        )
    return rows


def main() -> None:
    if not (EVALUATE / "metrics.json").is_file():
        sys.exit(f"no scores in {EVALUATE}; run `dvc repro` first")
    metrics = json.loads((EVALUATE / "metrics.json").read_text(encoding="utf-8"))
    print("\n".join(["", *lines(metrics), ""]))
    print(f"{metrics['split']} split, {metrics['clips']} clips, mean and deviation over seeds")
    print(f"report: {Path(REPORT).resolve().as_uri()}")


if __name__ == "__main__":
    main()
