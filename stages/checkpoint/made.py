"""Which trained runs there are, and how each was made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from stages.paths import TRAIN
from stages.streams import KINDS

AGAIN = "run `dvc repro` to train it again"


class ChangedError(ValueError):
    """A run's head is not what it was when it was trained: its code, or its weights."""


def made(folder: Path) -> dict[str, Any]:
    """How a run under one seed was made, of its first model, with targets and validation of all.

    Raises FileNotFoundError or ValueError naming the folder.
    """
    each = [about_of(place) for place in places(folder)]
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


def absent(folder: Path) -> str:
    """What to say where there is no trained run."""
    return f"no trained run in {folder}; run `dvc repro train`, or `dvc pull --allow-missing`"


def places(folder: Path) -> list[Path]:
    """Where a run's models lie: one, or one for each target in the order of the labels' columns."""
    inside = [file.parent for file in folder.glob("*/run.json")]
    if (folder / "run.json").is_file() or not inside:
        return [folder]
    return sorted(inside, key=lambda place: about_of(place)["columns"])


def about_of(folder: Path) -> dict[str, Any]:
    """How one model was made. Raises FileNotFoundError, ValueError or ChangedError."""
    with undamaged(folder):
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    if not isinstance(about.get("targets"), dict):
        raise ChangedError(f"{folder} was trained before targets had ranges; {AGAIN}")
    return about


@contextmanager
def undamaged(folder: Path) -> Iterator[None]:
    """What is missing or damaged is an error that names the folder."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(absent(folder)) from error
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{folder} is damaged ({error}); run `dvc checkout --force` or train again"
        ) from error
