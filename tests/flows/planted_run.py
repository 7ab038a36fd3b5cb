"""A run that nobody trained: its folder, and what says how its features were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from features.fingerprint import chosen, file_sha256, identity, modules
from flows.predict import __main__ as predict
from flows.predict.arguments import parse
from models.fusion import build
from models.recipe import Recipe
from models.standardise import Standardised
from stages.checkpoint.load import WEIGHTS, head_code

RECIPE = Recipe(
    steps=7,
    hop=5,
    batch=3,
    epochs=1,
    patience=1,
    optimiser="sgd",
    lr=0.1,
    weight_decay=0.0,
    schedule="constant",
    loss="ccc_flat",
    clip_norm=None,
    target_weights=None,
)
RULE = {"how": "mean", "largest_gap_s": 0.2}
FRAMES, FPS = 23, 10  # 2.3 s of a film
TARGETS = {"sentiment": (-3.0, 3.0), "arousal": (-1.0, 1.0), "power": (1.0, 9.0)}
FACES = ("--option", "faces.path=crops")
Made = Mapping[str, Any]  # an identity, with the identities that it was made from


def made(kind: str, extractor: str, options: Mapping[str, Any], **made_from: Made) -> Made:
    """What made the rows of a stream."""
    about = identity(kind, extractor, options)
    return {**about, "files": modules(kind, extractor), "made_from": made_from}


def described(one: Made) -> dict[str, Any]:
    """The same as rows on the grid say it: what was chosen alone."""
    behind = {name: described(each) for name, each in one["made_from"].items()}
    return {**chosen(one), **({"made_from": behind} if behind else {})}


def plant(
    name: str,
    streams: Mapping[str, tuple[int, Made]],
    targets: Mapping[str, tuple[float, float]],
    seed: int = 1,
) -> None:
    """Write a run of {stream: (D, what made it)} into data/train of the working folder."""
    head = "concat" if len(streams) > 1 else "single"
    options = {"channels": {stream: [5, 5] for stream in streams}, "encoder_dropout": 0.0}
    widths = {stream: width for stream, (width, _) in streams.items()}
    torch.manual_seed(seed)
    model = Standardised(
        build(head, widths, RECIPE.steps, len(targets), **options), list(targets.values())
    )
    folder = Path("data/train") / head / str(seed) / name
    folder.mkdir(parents=True)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / WEIGHTS)
    kept = {
        stream: {"rule": RULE, "made_from": described(one), "rows": f"rows of {stream}"}
        for stream, (_, one) in streams.items()
    }
    about = {
        "head": head,
        "run": name,
        "seed": seed,
        "targets": {target: list(values) for target, values in targets.items()},
        "widths": widths,
        "options": options,
        "recipe": asdict(RECIPE),
        "threads": 1,
        "features": {},
        "grid": {"step_s": 0.1, "labels": {"rule": RULE, "rows": ""}, "streams": kept},
        "code": head_code(head),
        "weights_sha256": file_sha256(folder / WEIGHTS),
        "validation": {"epoch": 1, **dict.fromkeys(targets, 0.5)},
    }
    (folder / "run.json").write_text(json.dumps(about))
    provenance = {
        stream: {
            "rows": f"rows of {stream}",
            "extractors": {one["kind"]: one, **one["made_from"]},
        }
        for stream, (_, one) in streams.items()
    }
    file = Path("data/provenance/train") / f"{head}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(provenance))


def hears(n_mels: int) -> Made:
    options = {"rate_hz": 16_000, "n_mels": n_mels, "frame_ms": 25, "frame_shift_ms": 10}
    return made("audio", "logmel", {**options, "window_ms": 400, "hop_ms": 40, "floor_db": -80})


def faces(size: int = 48, folder: str = "crops") -> Made:
    return made("faces", "ready_crops", {"path": folder, "size_px": size})


def sees(cells: int, behind: Made) -> Made:
    return made("visual", "hog", {"cells": cells}, faces=behind)


def tables() -> Made:
    """A table of two action units, ten rows a second."""
    options = {"path": "tables", "columns": ["AU*"], "time": "time", "unit": "s"}
    return made("signals", "table", options)


def run(*arguments: Any) -> None:
    """`python -m flows.predict`, but for its last word on errors."""
    predict.run(parse([str(x) for x in arguments], None))
