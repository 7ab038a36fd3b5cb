"""Training on a grid of planted rows: audio carries arousal, text valence."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
import torch

from models.history import Epoch
from models.prediction import predict
from models.training import Told, Training
from stages.checkpoint.load import load as read_run
from stages.checkpoint.made import runs as runs_of
from stages.clips import read_assignments
from stages.on_grid import Grid
from stages.params import ParamsError, checked, load
from stages.paths import TRAIN
from stages.train import job, resume
from stages.train import stage as train
from tests.stages.planted import RECIPE, WHERE, T, lay_grid, options, params, train_all, train_one

PLAIN_EPOCH = Training._epoch


def test_the_same_seed_gives_the_same_files_and_another_gives_others(project):
    def files(seed: str) -> dict[str, bytes]:
        folder = TRAIN / f"concat/{seed}/both"
        return {p.name: p.read_bytes() for p in folder.iterdir()}

    train_all(params())
    first, other = files("1"), files("2")
    shutil.rmtree(".clip_store")  # else it would be taken from there
    train_one(params(), "concat", "1")
    assert files("1") == first
    assert first["weights.safetensors"] != other["weights.safetensors"]


def test_a_kind_that_has_no_runs_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"no head under train.runs named 'concatt'.*'concat'"):
        params(heads=["concatt"])


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"heads": ["concatt"]}, r"train: no head under train.runs named 'concatt'.*'concat'\?$"),
        ({"seeds": [2, 1, 2]}, r"train: seed 2 is named twice under train.seeds$"),
        ({"recipe": {**RECIPE, "lrr": 1}}, r"train.recipe.lrr is .*: steps, hop.*mean 'lr'\?$"),
        (
            {"runs": {"concat": {"x": {**options("text"), "option": {}}}}},
            r"runs.concat.x.option is .*: modalities, options, recipe, vary; did.*'options'\?$",
        ),
    ],
)
def test_a_mistake_in_params_is_named_in_one_short_line(part, message):
    good = {"heads": ["concat"], "seeds": [1], "recipe": RECIPE, **WHERE}
    good["runs"] = {"concat": {"x": options("text")}}
    with pytest.raises(ParamsError, match=message) as error:
        checked("train", train.Params, {**good, **part})
    assert len(str(error.value)) < 300


def test_a_training_left_off_goes_on_to_the_same_files(project, monkeypatch):
    """Ctrl-C in the second model of a stage: the first is not trained again, nor are its epochs."""
    runs = {"concat": {"first": options("text", "audio"), "second": options("audio", "text")}}
    chosen, out = params(runs=runs), TRAIN / "concat/1"
    save_each_epoch(monkeypatch)
    trained = watch(monkeypatch, stop_after=27)
    with pytest.raises(KeyboardInterrupt):
        train_one(chosen, "concat", "1")
    assert trained == [*range(1, 21), *range(1, 8)] and not out.exists()

    trained = watch(monkeypatch)
    train_one(chosen, "concat", "1")
    assert trained == [*range(7, 21)]  # the seventh was not kept before Ctrl-C
    resumed = {p.relative_to(out): p.read_bytes() for p in out.rglob("*.*")}
    assert len(resumed) == 6 and not checkpoints()

    shutil.rmtree(".clip_store")
    train_one(chosen, "concat", "1")
    assert {p.relative_to(out): p.read_bytes() for p in out.rglob("*.*")} == resumed


def save_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "EVERY_S", 0)
    monkeypatch.setattr(resume, "SHARE", 1e9)


def checkpoints() -> list[Path]:
    return list(Path(".clip_store/jobs").glob("??/*.checkpoint"))


def watch(monkeypatch: pytest.MonkeyPatch, stop_after: int | None = None) -> list[int]:
    """The numbers of the epochs that are trained from now on; Ctrl-C after so many."""
    seen: list[int] = []

    def epoch(self: Training, number: int, told: Told) -> Epoch:
        seen.append(number)
        if len(seen) == stop_after:
            raise KeyboardInterrupt
        return PLAIN_EPOCH(self, number, told)

    monkeypatch.setattr(Training, "_epoch", epoch)
    return seen


def test_a_state_of_another_recipe_is_not_taken_up(project, monkeypatch):
    save_each_epoch(monkeypatch)
    watch(monkeypatch, stop_after=5)
    with pytest.raises(KeyboardInterrupt):
        train_one(params(), "concat", "1")
    trained = watch(monkeypatch)
    train_one(params(recipe={**RECIPE, "lr": 0.02}), "concat", "1")
    assert trained[0] == 1


def test_a_damaged_state_costs_a_warning_and_the_time(project, monkeypatch, caplog):
    save_each_epoch(monkeypatch)
    watch(monkeypatch, stop_after=5)
    with pytest.raises(KeyboardInterrupt):
        train_one(params(), "concat", "1")
    (state,) = checkpoints()
    state.write_bytes(state.read_bytes()[:1000])
    trained = watch(monkeypatch)
    train_one(params(), "concat", "1")
    assert trained[0] == 1 and f"training starts anew: {state}" in caplog.text


def test_a_run_says_with_what_code_it_was_begun(project, monkeypatch):
    """A head that is edited while it is trained for hours is not what these weights are of."""
    trained, read_after = watch(monkeypatch), []
    plain = job.head_code
    monkeypatch.setattr(
        job, "head_code", lambda head: read_after.append(len(trained)) or plain(head)
    )
    train_one(params(), "concat", "1")
    assert len(trained) == 20 and read_after == [0]
    about = json.loads((TRAIN / "concat/1/both/run.json").read_text())
    assert about["code"] == plain("concat")


def test_one_model_for_either_target(project):
    runs = {"concat": {"apart": {**options("audio", "text"), "recipe": {"models": "each"}}}}
    train_one(params(runs=runs), "concat", "1")
    folder = TRAIN / "concat/1/apart"
    assert sorted(p.name for p in folder.iterdir()) == ["arousal", "valence"]
    read = read_run(folder)
    assert [list(m.about["targets"]) for m in read.models] == [["valence"], ["arousal"]]
    assert read.about["targets"] == {"valence": [-1, 1], "arousal": [-1, 1]}
    assert min(read.about["validation"][t] for t in ("valence", "arousal")) > 0.7
    clip = Grid(read_assignments(), ["audio", "text"]).split("test", ["audio", "text"])["d"]
    assert read(clip).shape == (T, 2)
    assert torch.equal(read(clip)[:, :1], predict(read.models[0].model, clip, 10, 5, 6))


def test_a_run_has_a_recipe_of_its_own_where_it_says_so(project):
    runs = {"concat": {"both": {**options("audio", "text"), "recipe": {"epochs": 2, "lr": 0.5}}}}
    train_one(params(runs=runs), "concat", "1")
    about = json.loads((TRAIN / "concat/1/both/run.json").read_text())
    recipe = {k: v for k, v in RECIPE.items() if k not in ("models", "threads")}
    assert about["recipe"] == {**recipe, "epochs": 2, "lr": 0.5}


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({"lrr": 1.0}, r"train.runs.concat.both.recipe.lrr is not a known key.*did you mean 'lr'"),
        ({"epochs": "many"}, r"train.runs.concat.both.recipe.epochs: .*integer.*got 'many'"),
        ({"optimiser": "adan"}, r"no optimiser named 'adan'.*Did you mean 'adam'"),
    ],
)
def test_a_recipe_that_cannot_be_is_named_with_its_run(project, recipe, message):
    runs = {"concat": {"both": {**options("audio", "text"), "recipe": recipe}}}
    with pytest.raises(ValueError, match=message):
        train_one(params(runs=runs), "concat", "1")


def test_an_ablation_is_a_run_for_each_combination(project):
    run = {**options("audio", "text"), "vary": {"recursions": [1, 3], "gate": [True, False]}}
    run["recipe"] = {"epochs": 1}
    train_one(params(runs={"grjca": {"grjca": run}}), "grjca", "1")
    found = runs_of(["grjca"], [1])
    assert list(found) == [
        "grjca",
        "grjca_recursions_1_gate_false",
        "grjca_recursions_1_gate_true",
        "grjca_recursions_3_gate_false",
        "grjca_recursions_3_gate_true",
    ]
    options_of = {name: read_run(folder).about["options"] for name, (folder,) in found.items()}
    assert options_of["grjca_recursions_3_gate_false"]["recursions"] == 3
    assert options_of["grjca_recursions_3_gate_false"]["gate"] is False


def test_gates_are_in_the_history(project):
    runs = {"grjca": {"grjca": {**options("audio", "text"), "recipe": {"epochs": 2}}}}
    train_one(params(runs=runs), "grjca", "1")
    with (TRAIN / "grjca/1/grjca/history.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = ["epoch", "lr", "loss", "val_ccc_valence", "val_ccc_arousal"]
    assert list(rows[0]) == [*names, "gate_audio", "gate_text"]
    assert all(0 < float(row["gate_text"]) < 1 for row in rows)


def test_a_head_that_cannot_be_built_is_named_before_others_are_trained(project, monkeypatch):
    runs = {"concat": {"good": options("audio", "text"), "odd": options("audio", "text")}}
    runs["concat"]["odd"]["options"] = {"chanels": {}}
    trained = watch(monkeypatch)
    with pytest.raises(ValueError, match="no option of concat named 'chanels'"):
        train_one(params(runs=runs), "concat", "1")
    assert trained == []


def test_a_split_without_labels_is_named_before_training(project):
    lay_grid(unlabelled="val")
    with pytest.raises(ValueError, match="validation split has no valid label"):
        train_one(params(), "single", "1")
    assert not TRAIN.exists() or not list(TRAIN.iterdir())


def test_a_modality_the_grid_lacks_is_named(project):
    runs = {"single": {"visual": options("visual")}}
    with pytest.raises(
        LookupError,
        match=r"no stream \(in train.runs.single\) named 'visual'; there are: audio, text",
    ):
        train_one(params(runs=runs), "single", "1")


def test_a_head_that_does_not_exist_is_answered_with_the_nearest(project):
    with pytest.raises(ValueError, match="Did you mean 'concat'"):
        train_one(params(runs={"concatt": {"x": options("text")}}), "concatt", "1")


def test_two_runs_of_one_name_are_refused(tmp_path: Path):
    from ruamel.yaml import YAML

    runs = {"single": {"text": options("text")}, "concat": {"text": options("audio", "text")}}
    chosen = {"heads": ["single"], "seeds": [1], "recipe": RECIPE, "runs": runs, **WHERE}
    section = {"train": chosen}
    YAML().dump(section, tmp_path / "params.yaml")
    with pytest.raises(ParamsError, match="two runs are named 'text'"):
        load("train", train.Params, tmp_path / "params.yaml")
