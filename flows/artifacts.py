"""What the Prefect page shows beside the log: the scores, and where the report is."""

from __future__ import annotations

import json

from prefect.artifacts import create_link_artifact, create_markdown_artifact

from stages.evaluate.scores import lines
from stages.paths import METRICS, REPORT


def publish(stage: str) -> None:
    """Attach to the run what this stage has made for people to look at, if it has."""
    if stage == "evaluate" and METRICS.is_file():
        table = "\n".join(lines(json.loads(METRICS.read_text(encoding="utf-8"))))
        create_markdown_artifact(f"```\n{table}\n```", key="scores", description="CCC")
    if stage == "report" and REPORT.is_file():
        create_link_artifact(REPORT.resolve().as_uri(), key="report", description="the report")
