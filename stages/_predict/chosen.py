"""Which trained head predicts: the one that is named, or the best on the validation split."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from features.extractor import unknown
from stages._trained import TRAIN, Trained, made, trained

OF_ONE_SEED = ("seed", "validation")  # what may differ between the seeds of a run
AGAIN = "run `dvc repro`, or remove the folder if it is left over from other parameters"


@dataclass(frozen=True, eq=False)
class Chosen:
    """One run: the folders of its seeds, and how they were made."""

    folders: list[Path]
    each: list[dict[str, Any]]

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
        return float(np.mean([list(about["validation"].values()) for about in self.each]))

    @cached_property
    def models(self) -> list[Trained]:
        """One a seed; a prediction is the mean of theirs."""
        return [trained(folder) for folder in self.folders]


def choose(name: str | None) -> Chosen:
    """A run by its name, or the one with the highest validation CCC.

    Raises FileNotFoundError where nothing was trained, LookupError with the nearest name, and
    ValueError where its seeds were not trained alike or do not say what they were trained on.
    """
    every = found()
    if not every:
        raise FileNotFoundError(
            f"no trained head in {TRAIN}; run `dvc repro train`, or `dvc pull --allow-missing`"
        )
    if name is not None and name not in every:
        raise LookupError(unknown("trained head", name, every))
    runs = [every[name]] if name else every.values()
    chosen = max((_read(folders) for folders in runs), key=_rank)
    _check(chosen)
    return chosen


def _rank(run: Chosen) -> float:
    return -1.0 if np.isnan(run.validation) else run.validation


def found() -> dict[str, list[Path]]:
    """Every run there is, {name: its folder under each seed}, whatever params.yaml says."""
    every: dict[str, list[Path]] = {}
    for path in sorted(TRAIN.glob("[!.]*/[!.]*/")):
        every.setdefault(path.name, []).append(path)
    return every


def _read(folders: list[Path]) -> Chosen:
    return Chosen(folders, [made(folder) for folder in folders])


def _check(run: Chosen) -> None:
    for folder, about in zip(run.folders, run.each, strict=True):
        if "grid" not in about:
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
