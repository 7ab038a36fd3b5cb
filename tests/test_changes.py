"""What is extracted, aligned, trained and measured again after a change: real DVC, five streams.

Each row is a change of params.yaml or of a file and what `dvc repro evaluate robustness` then does.
Changes stay, so that every row begins where nothing is stale.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.edits import added, changed
from tests.project import Project

CLIPS = 6
HOG = {"reads": "data/ingest/clips.jsonl", "extractor": "hog", "shards": 2}
ON = {"how": "mean", "largest_gap_s": 0.2}
TABLE = {"reads": "tables", "extractor": "table", "shards": 2, "options": {"path": "tables"}}
TABLE["options"] |= {"columns": ["AU*"], "time": "t", "unit": "s"}
RUNS = {  # of concat, but for those of one stream and the one of four
    "single": {"sees": ["face"], "reads": ["words"]},
    "concat": {"all": ["face", "voice", "words"], "second": ["face2", "voice"],
               "given": ["au", "voice"]},
    "grjca": {"four": ["face", "face2", "voice", "au"]},
}  # fmt: skip
ALONE = set(RUNS["single"])  # no stream of theirs can fail while another is there
EVERY = {name for runs in RUNS.values() for name in runs}
HEAD = "models/fusion/grjca.py"
SCORED = {"evaluate", "robustness"}
LEARNT = {"train@single", "train@concat", "train@grjca", *SCORED}
AGAIN = {"audit", *LEARNT}  # after a change of what lies on the grid


def run_of(streams: list[str]) -> dict[str, Any]:
    return {"modalities": streams, "options": dropping(streams, 0.0)}


def dropping(streams: list[str], dropout: float) -> dict[str, Any]:
    """A run's options."""
    return {"channels": {stream: [4] for stream in streams}, "encoder_dropout": dropout}


def five_streams(p: Any) -> None:
    p["visual"]["face2"] = {**HOG, "options": {"cells": 4}}
    p["signals"] = {"au": TABLE}
    p["align"]["face2"] = {"of": "visual", **ON}
    p["align"]["au"] = {"of": "signals", **ON}
    runs = {h: {name: run_of(s) for name, s in runs.items()} for h, runs in RUNS.items()}
    p["train"]["runs"].update(runs)
    p["train"]["recipe"].update(epochs=1)
    p["report"].update(runs=[])


def write_tables(root: Path) -> None:
    """A table for each clip, and a third target in every label file."""
    for number, file in enumerate(sorted((root / "data/demo/labels").iterdir())):
        rows = [f"{t / 10},{(t + number) % 7},{t % 5}\n" for t in range(30)]
        (root / "tables").mkdir(exist_ok=True)
        (root / "tables" / file.name).write_text("t,AU1,AU12\n" + "".join(rows))
        head, *lines = file.read_text().splitlines()
        felt = [f"{line},{(i % 11) / 11}" for i, line in enumerate(lines)]
        file.write_text("\n".join([f"{head},dominance", *felt]) + "\n")


# ------------------------------------------------------------------ changes --


def add_stream(p: Any) -> None:
    p["visual"]["face3"] = {**HOG, "options": {"cells": 2}}
    p["align"]["face3"] = {"of": "visual", **ON}


def read_it(p: Any) -> None:
    p["train"]["runs"]["concat"]["third"] = run_of(["face3", "voice"])


def rename_it(p: Any) -> None:
    p["visual"]["coarse"], p["align"]["coarse"] = p["visual"].pop("face3"), p["align"].pop("face3")
    p["train"]["runs"]["concat"]["third"] = run_of(["coarse", "voice"])


def remove_it(p: Any) -> None:
    del p["visual"]["coarse"], p["align"]["coarse"], p["train"]["runs"]["concat"]["third"]


def another_order(p: Any) -> None:
    p["train"]["runs"]["concat"]["all"]["modalities"] = ["voice", "face", "words"]


def a_label(root: Path) -> None:
    file = min((root / "data/demo/labels").iterdir())
    head, first, *rest = file.read_text().splitlines()
    file.write_text("\n".join([head, f"{first.split(',')[0]},0.5,-0.5,0.5", *rest]) + "\n")


def a_table(root: Path) -> None:
    file = min((root / "tables").iterdir())
    with file.open() as lines:
        rows = list(csv.reader(lines))
    rows[3][1] = "0.125"
    file.write_text("".join(",".join(row) + "\n" for row in rows))


def add_target(p: Any) -> None:
    p["targets"]["dominance"] = [-1, 1]


def remove_target(p: Any) -> None:
    del p["targets"]["dominance"]


def of_run(head: str, run: str, **changes: Any) -> Callable[[Any], None]:
    def change(p: Any) -> None:
        p["train"]["runs"][head][run].update(changes)

    return change


def not_varied(p: Any) -> None:
    del p["train"]["runs"]["grjca"]["four"]["vary"]


@dataclass(frozen=True)
class Row:
    """A change, of params.yaml or of files, and what follows from it.

    made     {stage: clips that were extracted and not taken from the store}
    aligned  streams; ran  every stage that none of the others tells of
    trained, scored, failing  runs that were trained, evaluated, or whose curves were drawn, and
             not taken from the store, all under one `seed`; scored and failing None: those that
             were trained, and of these those of several streams
    """

    name: str
    params: Callable[[Any], None] = lambda p: None
    files: Callable[[Path], object] = lambda root: None
    made: dict[str, int] = field(default_factory=dict)
    aligned: set[str] = field(default_factory=set)
    trained: set[str] = field(default_factory=set)
    scored: set[str] | None = None
    failing: set[str] | None = None
    seed: int = 1
    ran: set[str] = field(default_factory=set)
    asked: tuple[str, ...] = ("evaluate", "robustness")

    def jobs(self) -> dict[str, set[str]]:
        """{kind of job: runs and seeds}."""
        scored = self.trained if self.scored is None else self.scored
        failing = self.trained - ALONE if self.failing is None else self.failing
        each = {"train": self.trained, "evaluate": scored, "robustness": failing}
        return {kind: {f"{run}, seed {self.seed}" for run in runs} for kind, runs in each.items()}


ROWS = [  # where a change is taken back, DVC knows the former results
    Row("one more seed", lambda p: p["train"].update(seeds=[1, 2]), trained=EVERY, seed=2,
        ran={"code", *LEARNT}),
    Row("a seed less", lambda p: p["train"].update(seeds=[1]), ran={"code"}),
    Row("a stream that nobody reads", add_stream, made={"visual@face3": CLIPS}, aligned={"face3"},
        ran={"code", *AGAIN}),
    Row("one more run, which reads it", read_it, trained={"third"},
        ran={"code", "train@concat", *SCORED}),
    Row("the stream is renamed", rename_it, made={"visual@coarse": 0}, aligned={"coarse"},
        trained={"third"}, ran={"code", *AGAIN}),
    Row("stream and run are removed", remove_it, ran={"code"}),
    Row("an option of one stream", lambda p: p["visual"]["face2"]["options"].update(cells=6),
        made={"visual@face2": CLIPS}, aligned={"face2"}, trained={"second", "four"},
        ran={"code", *AGAIN}),
    Row("the order of streams in a run", another_order, trained={"all"},
        ran={"code", "train@concat", *SCORED}),
    Row("an option of one run",
        of_run("concat", "second", options=dropping(["face2", "voice"], 0.5)),
        trained={"second"}, ran={"code", "train@concat", *SCORED}),
    Row("the recipe of one run", of_run("concat", "given", recipe={"lr": 0.5}), trained={"given"},
        ran={"code", "train@concat", *SCORED}),
    Row("recursions varied", of_run("grjca", "four", vary={"recursions": [1, 3]}),
        trained={"four_recursions_1", "four_recursions_3"}, ran={"code", "train@grjca", *SCORED}),
    Row("no longer varied", not_varied, ran={"code"}),
    Row("a head's code", files=added(HEAD), trained={"four"}, ran={"code", "train@grjca", *SCORED}),
    Row("as it was", files=changed(HEAD, "\nUNUSED = 1\n", ""), ran={"code"}),
    Row("another text extractor's window",
        lambda p: p["text"]["words"]["options"].update(words=3),
        made={"text@words": CLIPS}, aligned={"words"}, trained={"reads", "all"},
        ran={"code", *AGAIN}),
    Row("and back again", lambda p: p["text"]["words"]["options"].update(words=5),
        ran={"code"}),
    Row("one table", files=a_table, made={"signals@au": 1}, aligned={"au"},
        trained={"given", "four"}, ran=AGAIN),
    Row("how one stream gets onto the grid", lambda p: p["align"]["voice"].update(how="nearest"),
        aligned={"voice"}, trained=EVERY - {"sees", "reads"}, ran={"code", *AGAIN}),
    Row("one label", files=a_label, trained=EVERY, ran={"ingest", "grid", *AGAIN}),
    Row("a target more", add_target, trained=EVERY, ran={"code", "ingest", "grid", *AGAIN}),
    Row("a target less", remove_target, ran={"code", "ingest"}),
    Row("a score's resamples", lambda p: p["evaluate"]["bootstrap"].update(resamples=50),
        ran={"evaluate"}),
    Row("how long a stream fails", lambda p: p["robustness"].update(stretch_s=0.5),
        failing=EVERY - ALONE, ran={"robustness"}),
    Row("the report's title", lambda p: p["report"].update(title="Another"), ran={"report"},
        asked=("report",)),
]  # fmt: skip


@pytest.fixture(scope="module")
def project(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Five streams and six runs, all made."""
    made = finished.copy(tmp_path_factory.mktemp("changes") / "project")
    write_tables(made.folder)
    made.edit(five_streams)
    made.run("dvc", "freeze", "demo")  # somebody's own corpus: no stage makes it anew
    made.repro("report")
    return made


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_only_what_a_change_concerns_is_made_again(project: Project, row: Row):
    project.edit(row.params)
    row.files(project.folder)
    ran = project.repro(*row.asked)
    assert made(project.said) == row.made
    assert {stage.split("@")[1] for stage in ran if stage.startswith("align@")} == row.aligned
    assert jobs(project.said) == row.jobs()
    assert ran - set(row.made) - {f"align@{s}" for s in row.aligned} == row.ran
    left = {path.name for path in (project.folder / "data/align").glob("[!.]*/")}
    assert left == set(named(project)), "what lies there is what params.yaml names"


def made(said: str) -> dict[str, int]:
    """How many clips each stage extracted, {stage: clips that were not in the store}."""
    stages = re.findall(r"^Running stage '((?:visual|audio|text|signals)@\w+)'", said, re.M)
    counts = re.findall(
        r"^(?:visual|audio|text|signals)@\w+: (\d+) clips, (\d+) of them in", said, re.M
    )
    return {s: int(n) - int(known) for s, (n, known) in zip(stages, counts, strict=True)}


def jobs(said: str) -> dict[str, set[str]]:
    """The jobs that were done, and not taken from the store: {kind: runs and seeds}."""
    kinds = ("train", "evaluate", "robustness")
    return {k: set(re.findall(rf"^{k}: (\w+, seed \d+): made$", said, re.M)) for k in kinds}


def named(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = {}
    project.edit(lambda p: found.update(p["align"]))
    return found
