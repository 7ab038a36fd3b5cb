"""Trainings, evaluations and curves as jobs: each is made once, with the same bytes wherever."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest
import torch

from features.store import Results
from features.store.results import UNKEPT, UNSAVED
from stages import jobs
from stages.evaluate import job as evaluation
from stages.evaluate import stage as evaluate
from stages.params import ParamsError, checked
from stages.paths import TRAIN
from stages.robustness import job as robustness
from stages.robustness import stage as robust
from stages.train import job as training
from stages.train import resume
from stages.train import stage as train
from tests.repo import ROOT
from tests.stages.planted import (
    RECIPE,
    lay_clips,
    lay_grid,
    options,
    params,
    write_params,
)
from tests.stages.test_evaluate import PARAMS as SCORES
from tests.stages.test_evaluate import WEIGHTS, score
from tests.stages.test_robustness import PARAMS as CURVES
from tests.stages.test_robustness import curves

RUNS = {"concat": {"both": options("audio", "text"), "back": options("text", "audio")}}
SEEDS = [1, 2, 3]
ALL = [f"{run}, seed {seed}" for run in ("both", "back") for seed in SEEDS]
EPOCHS, BATCHES = 2, 5  # of each job: 2 clips of 15 windows, 6 a batch
# Processes that have computed nothing yet: torch cannot go on in a fork of one that has.
FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["torch", "h5py", "pydantic", "ruamel.yaml", "safetensors.torch"])
Made = Callable[[], list[str]]


def section(**changes: Any) -> train.Params:
    same = {"runs": RUNS, "seeds": SEEDS, "recipe": {**RECIPE, "epochs": EPOCHS}}
    return params(**{**same, **changes})


def run(**changes: Any) -> dict[str, bytes]:
    """Train all runs under all seeds -> what lies in data/train."""
    train.run(section(**changes), "concat")
    return trained()


def trained() -> dict[str, bytes]:
    return {str(p.relative_to(TRAIN)): p.read_bytes() for p in sorted(TRAIN.glob("concat/**/*.*"))}


def anew(patch: pytest.MonkeyPatch, store: Path | str, **changes: Any) -> dict[str, bytes]:
    """The same with a store and a folder in which there is nothing."""
    patch.setenv("CLIP_STORE", str(store))
    shutil.rmtree(TRAIN, ignore_errors=True)
    return run(**changes)


def entries(store: str = "store") -> dict[str, int]:
    """{entry: inode}: one that is written again is another file."""
    return {p.name: p.stat().st_ino for p in Path(store).glob("jobs/??/*.zip")}


def checkpoints(store: str = "store") -> list[Path]:
    return list(Path(store).glob("jobs/??/*.checkpoint"))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """What one process makes of the jobs, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("alone"))
        patch.setenv("WORKERS", "1")
        lay_clips()
        lay_grid()
        write_params(params())
        return anew(patch, "store")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """The jobs made in this process since it was last asked, in order."""
    seen: list[str] = []

    def watched(kind: Any) -> None:
        make = kind.make

        def making(job: Any) -> jobs.Files:
            seen.append(job.called)
            return make(job)

        monkeypatch.setattr(kind, "make", making)

    def asked() -> list[str]:
        found = seen.copy()
        seen.clear()
        return found

    for kind in (training.Job, evaluation.Job, robustness.Job):
        watched(kind)
    yield asked


@pytest.fixture(autouse=True)
def _store_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIP_STORE", "store")


# ------------------------------------------------------------------ the same bytes --


@pytest.mark.slow
def test_any_number_of_workers_makes_the_same_bytes(project, expected, monkeypatch):
    assert len(expected) == 6 * 3
    monkeypatch.setattr(jobs, "LONG", 0)  # other processes are used for any amount of work
    for workers in (2, 4):
        monkeypatch.setenv("WORKERS", str(workers))
        assert anew(monkeypatch, f"store{workers}") == expected
        assert len(entries(f"store{workers}")) == 6


@pytest.mark.parametrize("held", [0, 5e-6, 1])
def test_rows_held_in_memory_or_read_each_time_make_the_same_bytes(project, expected, held):
    """5,000 bytes hold the 4,160 of the training clips, and not the 2,080 of the other one, too."""
    assert run(memory_gb=held) == expected


def begin(folder: str, begun: Event) -> None:
    """The stage, keeping a checkpoint after every batch."""
    os.chdir(folder)
    os.environ |= {"CLIP_STORE": "store", "WORKERS": "1"}
    resume.EVERY_S, resume.SHARE = 0, 1e9
    make = training.Job.make

    def told(self: training.Job) -> jobs.Files:
        with open("begun.txt", "a") as file:
            file.write(f"{self.key}.zip\n")
        begun.set()
        return make(self)

    training.Job.make = told
    run()
    begun.set()


def started() -> ForkServerProcess:
    """The stage in a process of its own, which has begun its first job, or had none."""
    begun = FRESH.Event()
    process = FRESH.Process(target=begin, args=(str(Path.cwd()), begun))
    process.start()
    assert begun.wait(60)
    return process


def begun() -> set[str]:
    """The entries whose jobs were begun since it was last asked."""
    file = Path("begun.txt")
    found = set(file.read_text().split()) if file.exists() else set()
    file.unlink(missing_ok=True)
    return found


@pytest.mark.slow
def test_killed_at_10_random_moments_it_trains_no_finished_job_again(project, expected):
    drawn, killed, found = random.Random(7), 0, []
    lasted = timed()
    while killed < 10 or (not found and killed < 50):  # until one was in the middle, too
        kept = entries()
        process = started()
        process.join(drawn.random() * lasted)
        killed += process.is_alive()
        process.kill()
        process.join()
        found += checkpoints()
        assert not begun() & kept.keys() and kept.items() <= entries().items()
        if process.exitcode == 0:
            assert trained() == expected
            shutil.rmtree("store")
        else:
            assert process.exitcode == -signal.SIGKILL and trained() in ({}, expected)
        shutil.rmtree(TRAIN / "concat", ignore_errors=True)
    assert found, "one was killed in the middle of a training"
    kept = entries()
    assert run() == expected and kept.items() <= entries().items()
    assert len(entries()) == 6 and checkpoints() == []
    assert [path.name for path in TRAIN.iterdir()] == ["concat"], "nothing half written is left"


def timed() -> float:
    """How long the stage takes from there, s."""
    process, began = started(), time.monotonic()
    process.join()
    lasted = time.monotonic() - began
    assert process.exitcode == 0
    for folder in ("store", TRAIN):
        shutil.rmtree(folder)
    begun()
    return lasted


# ------------------------------------------------------------------ what is trained --


def test_of_seeds_and_runs_only_those_that_are_new_are_trained(project, expected, made):
    assert run() == expected and made() == ALL
    run(seeds=[4, *SEEDS])
    assert made() == ["both, seed 4", "back, seed 4"]
    both = RUNS["concat"]["both"]
    run(runs={"concat": {**RUNS["concat"], "more": both}})
    assert made() == [f"more, seed {seed}" for seed in SEEDS]
    run(runs={"concat": {**RUNS["concat"], "both": {**both, "recipe": {"lr": 0.02}}}})
    assert made() == [f"both, seed {seed}" for seed in SEEDS]
    assert run() == expected and made() == []


def test_a_job_made_now_and_one_made_before_are_told_apart(project, caplog):
    with caplog.at_level(logging.INFO):
        run(seeds=[1])
        run(seeds=[1, 2])
    said = [record.message for record in caplog.records if record.name == "stages"]
    assert said[0] == "2 runs, 0 of them in the store"
    second = said[said.index("4 runs, 2 of them in the store") + 1 :]
    assert second[:2] == ["both, seed 2: made", "back, seed 2: made"]
    assert [line.split(" CCC")[0] for line in second[2:]] == [
        f"{run}, seed {seed}: {known}validation"
        for run in ("both", "back")
        for seed, known in ((1, "trained before, "), (2, ""))
    ]


def batches(monkeypatch: pytest.MonkeyPatch, stop_after: int = 0) -> list[str]:
    """What is told after each batch from now on; Ctrl-C after so many of them."""
    seen: list[str] = []

    def told(share: float, text: str) -> None:
        seen.append(text)
        if len(seen) == stop_after:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "tell", told)
    monkeypatch.setattr(resume, "EVERY_S", 0)
    monkeypatch.setattr(resume, "SHARE", 1e9)
    return seen


@pytest.mark.parametrize("batch", [2, BATCHES, BATCHES + 1, BATCHES + 3])
def test_a_training_stopped_after_any_batch_goes_on_there_in_another_folder(
    project, expected, monkeypatch, tmp_path, batch
):
    """The store alone decides, neither data/ nor the machine."""
    store = str(tmp_path / "shared")
    batches(monkeypatch, stop_after=batch)
    with pytest.raises(KeyboardInterrupt):
        anew(monkeypatch, store)
    assert len(checkpoints(store)) == 1
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    lay_clips()
    lay_grid()
    write_params(params())
    told = batches(monkeypatch)
    assert run() == expected
    assert len(told) == 6 * EPOCHS * BATCHES - (batch - 1)  # only the last one is learnt again
    assert told[0].startswith(f"both, seed 1: epoch {1 + (batch - 1) // BATCHES} of {EPOCHS}")


def test_a_training_stopped_before_its_result_is_kept_is_not_trained_again(
    project, expected, monkeypatch
):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Results, "put", stopped)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert len(checkpoints()) == 1
    told = batches(monkeypatch)
    assert run() == expected and len(told) == 5 * EPOCHS * BATCHES
    assert checkpoints() == []


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [cut, flipped, lambda content: b""])
def test_a_damaged_checkpoint_is_named_and_costs_only_time(
    project, expected, monkeypatch, caplog, damage
):
    batches(monkeypatch, stop_after=BATCHES + 2)
    with pytest.raises(KeyboardInterrupt):
        run()
    (file,) = checkpoints()
    file.write_bytes(damage(file.read_bytes()))
    told = batches(monkeypatch)
    assert run() == expected and len(told) == 6 * EPOCHS * BATCHES
    assert "dropped a damaged checkpoint in the store, training starts anew: " in caplog.text
    assert file.name in caplog.text


# ------------------------------------------------------------------ a store that fails --


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's disk is full."""
    opened = Path.open

    def refused(path: Path, *more: Any, **options: Any) -> Any:
        if path.suffix == ".part" and path.parts[0] == "store":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return opened(path, *more, **options)

    monkeypatch.setattr(Path, "open", refused)


def a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file lies where the store belongs."""
    Path("store").write_text("")


@pytest.mark.parametrize("failing", [full, a_file])
def test_a_store_that_cannot_be_written_is_said_once_and_every_run_is_there(
    project, expected, made, monkeypatch, caplog, failing
):
    failing(monkeypatch)
    assert run() == expected and made() == ALL
    said = [r.message for r in caplog.records if r.levelno >= logging.WARNING]
    assert [text.partition(" (said once): ")[0] for text in said] == [UNSAVED, UNKEPT]


def test_what_is_cleared_from_the_store_before_it_is_read_is_made_again(
    project, expected, made, monkeypatch
):
    each = jobs.each

    def cleared(*given: Any, **more: Any) -> Iterator[Any]:
        yield from each(*given, **more)
        shutil.rmtree("store")

    monkeypatch.setattr(jobs, "each", cleared)
    assert run() == expected and made() == [*ALL, *ALL]
    assert len(entries()) == 6


def test_what_is_damaged_in_the_store_is_made_again(project, expected, made, caplog):
    run()
    made()
    entry = min(Path("store").glob("jobs/??/*.zip"))
    entry.write_bytes(flipped(entry.read_bytes()))
    assert run() == expected and len(made()) == 1
    assert "dropped a damaged result in the store, it is made again: " in caplog.text
    assert run() == expected and made() == []


# ------------------------------------------------------------------ runs that fail --

ODD = {"concat": {**RUNS["concat"], "odd": {**options("audio", "text"), "recipe": {"lr": 1e30}}}}


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_that_fails_is_named_and_leaves_the_others_in_the_store(
    project, made, monkeypatch, workers
):
    monkeypatch.setenv("WORKERS", str(workers))
    monkeypatch.setattr(jobs, "LONG", 0)
    with pytest.raises(FloatingPointError, match=r"^epoch \d: the loss is .*1e\+30") as failure:
        run(runs=ODD, seeds=[1])
    assert "in run odd, seed 1" in failure.value.__notes__
    assert len(entries()) == 2 and trained() == {}
    monkeypatch.setattr(jobs, "LONG", 1e9)  # in this process, where it is seen
    made()
    run(runs={"concat": {**ODD["concat"], "odd": options("audio", "text")}}, seeds=[1])
    assert made() == ["odd, seed 1"]


DEADLY = """
import os
from stages import jobs
from stages.command import main
from stages.train import stage

plain = jobs.make

def make(job):
    if job.called == "back, seed 1":
        os.kill(os.getpid(), 9)
    return plain(job)

def run():
    jobs.make, jobs.LONG = make, 0  # other processes are used for any amount of work
    main("train", stage.Params, stage.run, "head")
"""


@pytest.mark.slow
def test_a_run_that_takes_its_process_with_it_is_named_with_what_to_lower(project, tmp_path):
    write_params(section(seeds=[1]))
    (tmp_path / "deadly.py").write_text(DEADLY)
    paths = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "WORKERS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", "import deadly; deadly.run()", "concat"],
        env={**os.environ, **paths}, text=True, capture_output=True, check=False,
    )  # fmt: skip
    said = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert said == (
        "train: the process at work on back, seed 1 was killed by SIGKILL: most likely the machine "
        "had no memory left; fewer processes need less: WORKERS=1 (now 2), or a smaller `batch` in "
        "the recipe of train.runs.concat.back"
    )
    assert len(entries()) == 1


# ------------------------------------------------------------------ evaluate, robustness --

EVERY = [f"{r}, seed {s}" for r in ("text", "both", "gated", "apart") for s in (1, 2)]


def test_an_evaluation_is_made_once_for_each_split(trained_project, made):
    first = score()
    assert sorted(made()) == sorted(EVERY)
    assert score() == first and made() == []
    drawn = {"bootstrap": {"resamples": 53, "seed": 2, "level": 0.8}}
    assert score(**drawn)["bootstrap"]["used"] == 53 and made() == []
    assert score(split="val") != first and sorted(made()) == sorted(EVERY)
    assert score() == first and made() == []


def test_curves_are_made_once_for_each_way_to_disturb(trained_project, made):
    first = curves()
    assert sorted(made()) == sorted(EVERY[2:])
    assert curves() == first and made() == []
    assert {key[0] for key in curves(runs=["gated"])} == {"gated"} and made() == []
    for change in ({"shares": [0, 0.5]}, {"kinds": ["frozen"]}, {"stretch_s": 0.3}, {"seed": 2}):
        curves(**change)
        assert sorted(made()) == sorted(EVERY[2:]), change
    assert curves() == first and made() == []


def test_results_go_by_what_was_trained_not_by_where_it_lies(trained_project, made):
    score()
    made()
    shutil.copytree(TRAIN / "concat/2/both", TRAIN / "concat/1/both", dirs_exist_ok=True)
    score()
    assert made() == []  # seed 2's weights, in both places: known already


@pytest.mark.parametrize("measure", [score, curves])
def test_weights_changed_on_disk_are_refused_although_the_result_is_there(
    trained_project, made, measure
):
    measure()
    made()
    file = TRAIN / WEIGHTS
    file.write_bytes(flipped(file.read_bytes()))
    with pytest.raises(ValueError, match=f"{file} does not hold the weights that were trained"):
        measure()
    assert made() == []


# ------------------------------------------------------------------ devices --


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_a_card_that_is_not_there_is_said_before_anything_is_made(trained_project, made):
    asked = "device is cuda, but torch sees no card here; take cpu, or auto"
    for stage in (lambda: run(device="cuda"), lambda: score(device="cuda")):
        with pytest.raises(ValueError, match=asked):
            stage()
    with pytest.raises(ValueError, match=asked):
        curves(device="cuda")
    assert made() == [] and Results("store").root.exists() is False


@pytest.mark.parametrize(
    ("name", "stage", "same"),
    [
        ("train", train, section().model_dump()),
        ("evaluate", evaluate, SCORES),
        ("robustness", robust, CURVES),
    ],
)
@pytest.mark.parametrize(
    ("key", "value", "there"),
    [
        ("device", "cdua", "'auto', 'cpu' or 'cuda'"),
        ("precision", "half", "'single' or 'bfloat16'"),
    ],
)
def test_a_device_or_precision_that_does_not_exist_is_named_with_those_that_do(
    name, stage, same, key, value, there
):
    with pytest.raises(ParamsError, match=rf" {name}\.{key}: .* {there} \(got '{value}'\)$"):
        checked(name, stage.Params, {**same, key: value})
