"""Trained runs, read back from their folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from features import code
from features.fingerprint import file_sha256
from models.fusion import build
from models.placement import Placement
from models.recipe import Recipe
from models.standardise import Standardised
from models.trained import Model, Trained
from stages.checkpoint.made import AGAIN, ChangedError, about_of, made, places, undamaged

WEIGHTS = "weights.safetensors"
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


def head_code(head: str) -> dict[str, str]:
    """The digest of each file that decides what a head makes of its weights, {path: digest}."""
    return code.digests(f"models.fusion.{head}", "models.standardise")


def verify(folder: Path) -> None:
    """Raises as `load` does where a run's code or weights are not what they were."""
    _unchanged(folder)
    for place in places(folder):
        _check_weights(place, about_of(place))


def _unchanged(folder: Path) -> None:
    if files := changed_code(folder):
        raise ChangedError(
            f"{folder} was trained with other code of its head than there is now: "
            f"{', '.join(files)}; {AGAIN}"
        )


def _check_weights(folder: Path, about: Mapping[str, Any]) -> None:
    with undamaged(folder):
        if file_sha256(folder / WEIGHTS) != about.get("weights_sha256"):
            raise ChangedError(
                f"{folder / WEIGHTS} does not hold the weights that were trained (by their sha256 "
                "in run.json); bring them back with `dvc checkout --force`, or train again"
            )


def _model(folder: Path, where: Placement) -> Model:
    about = about_of(folder)
    _check_weights(folder, about)
    with undamaged(folder):
        weights = load_file(folder / WEIGHTS)
    recipe = Recipe(**about["recipe"])
    widths, targets = about["widths"], len(about["targets"])
    head = build(about["head"], widths, recipe.steps, targets, **about["options"])
    ranges = [(low, high) for low, high in about["targets"].values()]
    model = Standardised(head, ranges, where.precision)
    model.load_state_dict(weights)
    return Model(model.to(where.device).eval(), recipe, about)
