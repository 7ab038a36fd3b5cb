"""Trained runs, read back from their folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from features import code
from features.fingerprint import file_sha256
from models.fusion import build
from models.placement import Placement
from models.recipe import Recipe
from models.standardise import Standardised
from models.trained import Model, Trained
from stages.paths import TRAIN
from stages.streams import KINDS

WEIGHTS = "weights.safetensors"
AGAIN = "run `dvc repro` to train it again"


class ChangedError(ValueError):
    """A run's head is not what it was when it was trained: its code, or its weights."""


CPU = Placement("cpu", "single")


def load(folder: Path, where: Placement = CPU, *, changed: bool = False) -> Trained:
    """Read one run's folder.

    where    it is to run, whatever it was trained on
    changed  although the code of its head is not what it was; see `changed_code`

    Raises FileNotFoundError, ValueError or ChangedError naming the folder, and what has changed.
    """
    if not changed:
        _unchanged(folder)
    return Trained([_model(place, where) for place in places(folder)], made(folder))


def changed_code(folder: Path) -> list[str]:
    """The files behind a run's head that are not what they were when it was trained."""
    about = made(folder)
    if "code" not in about:
        raise ChangedError(f"{folder} does not say with what code it was trained; {AGAIN}")
    then, now = about["code"], head_code(about["head"])
    return [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]


def made(folder: Path) -> dict[str, Any]:
    """How a run under one seed was made, of its first model, with targets and validation of all.

    Raises FileNotFoundError or ValueError naming the folder.
    """
    each = [_about(place) for place in places(folder)]
    reached = {t: about["validation"][t] for about in each for t in about["targets"]}
    ranges = {t: values for about in each for t, values in about["targets"].items()}
    return {**each[0], "targets": ranges, "validation": reached}


def runs(heads: Iterable[str], seeds: Iterable[int]) -> dict[str, list[Path]]:
    """Every run of these heads, {name: its folder under each seed}, as they lie on disk."""
    found: dict[str, list[Path]] = {}
    for head in heads:
        for seed in seeds:
            folder = TRAIN / head / str(seed)
            inside = sorted(p for p in folder.iterdir()) if folder.is_dir() else []
            if not inside:
                raise FileNotFoundError(absent(folder))
            for path in inside:
                found.setdefault(path.name, []).append(path)
    return found


def read_by(runs: Mapping[str, list[Path]]) -> list[str]:
    """The streams that any of some runs reads, kind by kind.

    runs  {name: its folder under each seed}
    """
    kinds = {
        stream: about["kind"]
        for folders in runs.values()
        for stream, about in made(folders[0])["features"].items()
    }
    return sorted(kinds, key=lambda stream: KINDS.index(kinds[stream]))


def head_code(head: str) -> dict[str, str]:
    """The digest of each file that decides what a head makes of its weights, {path: digest}."""
    return code.digests(f"models.fusion.{head}", "models.standardise")


def absent(folder: Path) -> str:
    """What to say where there is no trained run."""
    return f"no trained run in {folder}; run `dvc repro train`, or `dvc pull --allow-missing`"


def places(folder: Path) -> list[Path]:
    """Where a run's models lie: one, or one for each target in the order of the labels' columns."""
    inside = [file.parent for file in folder.glob("*/run.json")]
    if (folder / "run.json").is_file() or not inside:
        return [folder]
    return sorted(inside, key=lambda place: _about(place)["columns"])


def _about(folder: Path) -> dict[str, Any]:
    with _undamaged(folder):
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    if not isinstance(about.get("targets"), dict):
        raise ChangedError(f"{folder} was trained before targets had ranges; {AGAIN}")
    return about


@contextmanager
def _undamaged(folder: Path) -> Iterator[None]:
    """What is missing or damaged is an error that names the folder."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(absent(folder)) from error
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{folder} is damaged ({error}); run `dvc checkout --force` or train again"
        ) from error


def verify(folder: Path) -> None:
    """Raises as `load` does where a run's code or weights are not what they were."""
    _unchanged(folder)
    for place in places(folder):
        _check_weights(place, _about(place))


def _unchanged(folder: Path) -> None:
    if files := changed_code(folder):
        raise ChangedError(
            f"{folder} was trained with other code of its head than there is now: "
            f"{', '.join(files)}; {AGAIN}"
        )


def _check_weights(folder: Path, about: Mapping[str, Any]) -> None:
    with _undamaged(folder):
        if file_sha256(folder / WEIGHTS) != about.get("weights_sha256"):
            raise ChangedError(
                f"{folder / WEIGHTS} does not hold the weights that were trained (by their sha256 "
                "in run.json); bring them back with `dvc checkout --force`, or train again"
            )


def _model(folder: Path, where: Placement) -> Model:
    about = _about(folder)
    _check_weights(folder, about)
    with _undamaged(folder):
        weights = load_file(folder / WEIGHTS)
    recipe = Recipe(**about["recipe"])
    widths, targets = about["widths"], len(about["targets"])
    head = build(about["head"], widths, recipe.steps, targets, **about["options"])
    ranges = [(low, high) for low, high in about["targets"].values()]
    model = Standardised(head, ranges, where.precision)
    model.load_state_dict(weights)
    return Model(model.to(where.device).eval(), recipe, about)
