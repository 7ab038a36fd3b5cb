"""Which trained run predicts: the one that is named, or the best on the validation split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from features.nearest import unknown
from models.placement import Placement
from models.targets import Ranges
from models.trained import Trained
from stages.checkpoint.load import CPU, changed_code, load
from stages.checkpoint.made import ChangedError, absent, made
from stages.paths import TRAIN

OF_ONE_SEED = (
    "seed",
    "validation",
    "weights_sha256",
    "extractors",
)  # what may differ between the seeds of a run
AGAIN = "run `dvc repro`, or remove the folder if it is left over from other parameters"


@dataclass(frozen=True, eq=False)
class Chosen:
    """One run: the folders of its seeds, how they were made, and which code has changed since."""

    folders: list[Path]
    each: list[dict[str, Any]]
    changed: list[str]
    where: Placement = CPU

    @property
    def about(self) -> dict[str, Any]:
        """What all seeds share, and the seed and validation of the first."""
        return self.each[0]

    @property
    def name(self) -> str:
        return self.folders[0].name

    @property
    def seeds(self) -> list[int]:
        return [about["seed"] for about in self.each]

    @property
    def validation(self) -> float:
        """CCC on the validation split, mean over seeds and targets."""
        each = [np.mean(list(about["validation"].values())) for about in self.each]
        return float(np.mean(each))

    @cached_property
    def models(self) -> list[Trained]:
        """One a seed; a prediction is the mean of theirs."""
        return [load(folder, self.where, changed=bool(self.changed)) for folder in self.folders]

    @property
    def targets(self) -> Ranges:
        """What is predicted, {target: (low, high)}, in the order of the predictions."""
        return {name: (low, high) for name, (low, high) in self.about["targets"].items()}


def choose(name: str | None, where: Placement = CPU, *, force: bool = False) -> Chosen:
    """A run by its name, or the one with the highest validation CCC, its weights read.

    where  its heads are to run
    force  although the code of its head has changed since it was trained

    Raises FileNotFoundError where nothing was trained, LookupError with the nearest name, and
    ValueError where its seeds were not trained alike, do not say what they were trained on, or
    where its code or weights are not what they were; these last are never forced.
    """
    every = found()
    if not every:
        raise FileNotFoundError(absent(TRAIN))
    if name is not None and name not in every:
        raise LookupError(unknown("trained run", name, every))
    runs = [every[name]] if name else every.values()
    chosen = max((_read(folders) for folders in runs), key=_rank)
    _check(chosen)
    chosen = replace(chosen, changed=_changes(chosen), where=where)
    if chosen.changed and not force:
        raise ChangedError(
            f"the code of the run {chosen.name!r} has changed since it was trained:\n  "
            + "\n  ".join(chosen.changed)
            + "\n`dvc repro` trains it anew; --force predicts all the same and says so in the "
            "result"
        )
    _ = chosen.models  # damaged or other weights are said before hours are spent on the video
    return chosen


def _changes(run: Chosen) -> list[str]:
    """A sentence for each file behind the head that is not as it was."""
    files = sorted({file for folder in run.folders for file in changed_code(folder)})
    return [f"{run.about['head']}: {file} was another" for file in files]


def _rank(run: Chosen) -> float:
    return -1.0 if np.isnan(run.validation) else run.validation


def found() -> dict[str, list[Path]]:
    """Every run there is, {name: its folder under each seed}, whatever params.yaml says."""
    every: dict[str, list[Path]] = {}
    seed = "[-0-9]*"  # runs of the version before this lay here, and are none of ours
    for path in sorted(TRAIN.glob(f"[!.]*/{seed}/[!.]*/")):
        every.setdefault(path.name, []).append(path)
    return every


def _read(folders: list[Path]) -> Chosen:
    return Chosen(folders, [made(folder) for folder in folders], [])


def _check(run: Chosen) -> None:
    for folder, about in zip(run.folders, run.each, strict=True):
        if not {*about["widths"]} <= {*about.get("grid", {}).get("streams", ())}:
            raise ValueError(
                f"{folder} does not say what made its features, it is older than this command; "
                f"{AGAIN}"
            )
        other = [k for k in run.about if k not in OF_ONE_SEED and about.get(k) != run.about[k]]
        if other:
            raise ValueError(
                f"the seeds of {folder.name!r} were not trained alike: {folder} and "
                f"{run.folders[0]} differ in {', '.join(other)}; {AGAIN}"
            )
