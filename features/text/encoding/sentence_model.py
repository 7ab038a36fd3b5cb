"""Models of sentence-transformers, from complete folders alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer

from features.network import Place, place
from features.pretrained import folder, load, reading

EXAMPLE = "sentence-transformers/all-MiniLM-L6-v2"


def too_long(model: Any, texts: list[str]) -> list[int]:
    """The indices of those texts that have more tokens than the model reads."""
    tokens = model.tokenizer(texts, truncation=False, padding=False, verbose=False)["input_ids"]
    most = model.max_seq_length or sys.maxsize
    return [i for i, ids in enumerate(tokens) if len(ids) > most]


def loaded(where: Path, run: Place) -> SentenceTransformer:
    """The sentence model in a folder.

    Raises FileNotFoundError, WeightsError for one that lacks something: sentence-transformers
    itself would fill it up with noise, or read with an empty vocabulary.
    """
    if not (where / "modules.json").is_file():
        raise FileNotFoundError(
            f"{where} is no model of sentence-transformers (it has no modules.json); get one with: "
            f"hf download {EXAMPLE} --local-dir {where}"
        )
    with reading("modules.json", where):
        parts = json.loads((where / "modules.json").read_text(encoding="utf-8"))
        encoders = [where / p["path"] for p in parts if p["type"].endswith(".Transformer")]
    for encoder in encoders:
        complete = folder(str(encoder), "tokenizer", get=EXAMPLE)
        load(complete, place("cpu"), unused=("pooler.",))
    with reading("model", where):
        model = SentenceTransformer(
            str(where),
            device=run.device.type,
            local_files_only=True,
            model_kwargs={"dtype": torch.float32},  # whatever precision it was saved in
        )
    model.forward = run.precise(model.forward)
    return model
