"""A training that was done is taken from the store, with the same bytes; no other one is."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.manifest import Assignment, read, write
from features.shards import Record
from models.training import Told, Training
from stages import paths
from stages.checkpoint.load import load as read_run
from stages.paths import TRAIN
from tests.stages.planted import (
    RECIPE,
    SPLITS,
    STREAMS,
    TARGETS,
    T,
    lay,
    lay_stream,
    options,
    params,
    records,
    train_one,
)

OUT = TRAIN / "concat/1"
QUICK = {**RECIPE, "epochs": 3}


@pytest.fixture
def epochs(project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], int]:
    """How many epochs were trained since it was last asked; a store in the working folder."""
    monkeypatch.setenv("CLIP_STORE", str(tmp_path / "store"))
    seen: list[int] = []
    epoch = Training._epoch

    def counted(self: Training, number: int, told: Told) -> Any:
        seen.append(number)
        return epoch(self, number, told)

    def asked() -> int:
        found = len(seen)
        seen.clear()
        return found

    monkeypatch.setattr(Training, "_epoch", counted)
    return asked


def run(
    *modalities: str, seed: str = "1", head: str = "concat", name: str = "both", **recipe: Any
) -> dict[str, bytes]:
    """Train one run -> its files."""
    chosen = {name: options(*modalities or ("audio", "text"))}
    section = params(heads=[head], runs={head: chosen}, recipe={**QUICK, **recipe})
    train_one(section, head, seed)
    return files(TRAIN / head / seed / name)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*")}


def entries() -> list[Path]:
    return sorted(Path("store/jobs").glob("??/*.zip"))


def relay(changed: Callable[[dict[str, Record]], object], clip: str = "a") -> None:
    """The grid once more, with something changed about one clip."""
    rows = {c: records(i, c) for i, c in enumerate(SPLITS)}
    changed(rows[clip])
    lay({c: each["grid"] for c, each in rows.items()}, TARGETS)
    for name in STREAMS:
        lay_stream(name, {c: each[name] for c, each in rows.items()})


# ------------------------------------------------------------------ taken --


def test_a_training_that_was_done_is_taken_with_the_same_bytes(epochs, caplog):
    first = run()
    assert epochs() == 3 and len(entries()) == 1
    assert first.keys() == {"run.json", "history.csv", "weights.safetensors"}
    shutil.rmtree(OUT)
    with caplog.at_level(logging.INFO):
        assert run() == first
    assert epochs() == 0 and "both, seed 1: trained before, validation CCC" in caplog.text
    assert read_run(OUT / "both").about["seed"] == 1


def test_of_a_run_with_a_model_for_each_target_each_is_taken(epochs):
    first = run(models="each")
    assert epochs() == 6 and len(entries()) == 2
    assert {name.split("/")[0] for name in first} == {"valence", "arousal"}
    shutil.rmtree(OUT)
    assert run(models="each") == first and epochs() == 0


def test_one_of_two_runs_that_is_new_is_the_only_one_trained(epochs):
    run()
    epochs()
    runs = {"concat": {"both": options("audio", "text"), "back": options("text", "audio")}}
    train_one(params(runs=runs, recipe=QUICK), "concat", "1")
    assert epochs() == 3 and {p.name for p in OUT.iterdir()} == {"both", "back"}


def test_a_clip_that_is_only_evaluated_decides_no_training(epochs):
    first = run()
    epochs()
    rows = read(paths.SPLITS, Assignment)
    write(paths.SPLITS, [row for row in rows if row.split != "test"])
    assert run() == first and epochs() == 0


# ------------------------------------------------------------------ not taken --


@pytest.mark.parametrize("head", ["concat", "grjca"])
def test_another_order_of_streams_is_another_training(epochs, head):
    one = run("audio", "text", head=head)
    other = run("text", "audio", head=head)
    assert epochs() == 6 and len(entries()) == 2
    assert one["weights.safetensors"] != other["weights.safetensors"]
    orders = [list(json.loads(made["run.json"])["widths"]) for made in (one, other)]
    assert orders == [["audio", "text"], ["text", "audio"]]
    assert run("audio", "text", head=head) == one and epochs() == 0


def test_another_order_of_targets_is_another_training(epochs):
    one = run()

    rows = {c: records(i, c)["grid"] for i, c in enumerate(SPLITS)}
    for record in rows.values():
        for column in ("labels", "labels.state"):
            record.columns[column] = np.ascontiguousarray(record.columns[column][:, ::-1])
    lay(rows, dict(reversed(TARGETS.items())))
    other = run()
    assert epochs() == 6 and len(entries()) == 2
    assert list(json.loads(other["run.json"])["targets"]) == ["arousal", "valence"]
    assert one["weights.safetensors"] != other["weights.safetensors"]


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": "2"},
        {"lr": 0.02},
        {"target_weights": {"valence": 0.25, "arousal": 0.75}},
        {"clip_norm": 0.5},
        {"name": "other"},
        {"head": "grjca"},
    ],
    ids=lambda x: next(iter(x)),
)
def test_another_seed_recipe_name_or_head_is_trained(epochs, changes):
    run()
    epochs()
    run(**changes)
    assert epochs() == 3 and len(entries()) == 2


def test_another_range_of_a_target_is_trained(epochs):
    run()
    epochs()
    lay({c: records(i, c)["grid"] for i, c in enumerate(SPLITS)}, {**TARGETS, "arousal": [-1, 2]})
    run()
    assert epochs() == 3


def moved(rows: dict[str, Record], what: str, column: str) -> None:
    rows[what].columns[column][T // 2] *= 0.875


@pytest.mark.parametrize(
    ("what", "column"), [("grid", "labels"), ("audio", "values"), ("text", "values")]
)
@pytest.mark.parametrize("clip", ["a", "c"])
def test_another_label_or_row_of_one_clip_is_trained(epochs, clip, what, column):
    run()
    epochs()
    relay(lambda rows: moved(rows, what, column), clip)
    run()
    assert epochs() == 3 and len(entries()) == 2


def test_a_row_of_a_stream_that_a_run_does_not_fuse_decides_nothing(epochs):
    first = run("text", head="single")
    epochs()
    relay(lambda rows: moved(rows, "audio", "values"))
    assert run("text", head="single") == first and epochs() == 0


def test_a_clip_on_another_side_is_trained(epochs):
    run()
    epochs()
    rows = read(paths.SPLITS, Assignment)
    write(paths.SPLITS, [r.model_copy(update={"split": "val"}) if r.id == "a" else r for r in rows])
    run()
    assert epochs() == 3


# ------------------------------------------------------------------ damage --


def test_a_damaged_entry_is_dropped_with_a_warning_and_trained_again(epochs, caplog):
    first = run()
    (entry,) = entries()
    whole = entry.read_bytes()
    at = whole.index(b"weights.safetensors") + 1000
    entry.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    epochs()
    assert run() == first and epochs() == 3
    assert f"dropped a damaged result in the store, it is made again: {entry.resolve()}: " in (
        caplog.text
    )
    assert run() == first and epochs() == 0


def test_a_store_that_cannot_be_written_costs_a_warning_and_the_run_is_there(epochs, caplog):
    Path("store").mkdir()
    Path("store/jobs").write_text("a file where a folder belongs")
    first = run()
    assert epochs() == 3 and first.keys() >= {"run.json"}
    assert "a result is not kept in the store" in caplog.text
    assert run() == first and epochs() == 3


def test_nothing_half_written_is_left_in_the_store(epochs, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replacing(full))
        run()
    assert [p for p in Path("store").rglob("*") if p.is_file()] == []


def replacing(full: Callable[..., Any]) -> Callable[..., Any]:
    """Path.replace, but for files of the store."""
    plain = Path.replace
    return lambda self, to: full() if "store" in self.parts else plain(self, to)
