"""Models in the folders that transformers writes: local, complete, in single precision.

transformers itself starts with random numbers what a folder lacks, and without a tokenizer it makes
an empty one; here both are errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from torch import nn
from transformers import AutoModel, PreTrainedModel
from transformers.utils import logging

from features.network import Place
from features.weights import WeightsError, some

UNREAD = {".md", ".onnx", ".h5", ".ot", ".msgpack"}  # files of a model that torch does not load
WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
PROCESSORS = {  # what prepares a signal for the model, and the files of which it needs one
    "tokenizer": ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "*.tiktoken"),
    "image processor": ("preprocessor_config.json", "processor_config.json"),
    "feature extractor": ("preprocessor_config.json", "processor_config.json"),
    "tokenizer of Whisper": ("tokenizer.json",),
}


def folder(
    model: str, processor: str, weights: tuple[str, ...] = WEIGHTS, get: str = "<model id>"
) -> Path:
    """The folder of a model's files, by its path or by the id of a model in the local cache.

    processor  one of PROCESSORS
    weights    what files of weights are called
    get        the id of such a model, for whoever has none

    Raises FileNotFoundError for what is not there.
    """
    place = Path(model)
    if not place.is_dir():
        try:
            place = Path(snapshot_download(model, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            raise FileNotFoundError(
                f"no folder {model}, and no such model in the cache; get one with: "
                f"hf download {get} --local-dir {model}"
            ) from None
    need = {"configuration": ("config.json",), "weights": weights, processor: PROCESSORS[processor]}
    for what, patterns in need.items():
        if not any(any(place.glob(pattern)) for pattern in patterns):
            raise FileNotFoundError(
                f"the model folder {place} has no {what} ({' or '.join(patterns)}); get it whole "
                f"with: hf download {get} --local-dir {place}"
            )
    return place


def load(root: Path, where: Place, unused: tuple[str, ...] = ()) -> PreTrainedModel:
    """The model in a folder, frozen, where it runs. Raises WeightsError.

    unused  beginnings of names of unused parts: they may be missing, or larger
    """
    with reading("model", root):
        model, info = AutoModel.from_pretrained(
            root,
            local_files_only=True,
            trust_remote_code=False,
            dtype=torch.float32,
            output_loading_info=True,
        )
    missing = sorted(n for n in info["missing_keys"] if not n.startswith(unused))
    other = sorted(str(key[0]) for key in info["mismatched_keys"])  # with both shapes
    surplus = _surplus(model, info["unexpected_keys"], unused)
    named = {"missing": missing, "of another shape": other, "not of this model": surplus}
    if faults := [f"{what}: {some(names)}" for what, names in named.items() if names]:
        raise WeightsError(
            f"{root} holds weights of another architecture than its config.json says; "
            f"{'. '.join(faults)}"
        )
    nn.Module.to(model, where.device)
    model.forward = where.precise(model.forward)
    return model.eval().requires_grad_(False)


def _surplus(model: PreTrainedModel, names: Iterable[str], unused: tuple[str, ...]) -> list[str]:
    """Those of some names that are in module lists which the model has too: blocks that it lacks.

    All else (heads, poolers, another model beside it) changes nothing that the model makes.
    """
    ours, prefix = set().union(*map(_lists, model.state_dict())), f"{model.base_model_prefix}."
    own = {name: name.removeprefix(prefix) for name in names}  # files with a head have the prefix
    return sorted(
        name for name, at in own.items() if not at.startswith(unused) and ours & _lists(at)
    )


def _lists(name: str) -> set[str]:
    """The module lists a name is in: of layers.3.blocks.1.bias layers and layers.3.blocks."""
    return {name[: number.start()] for number in re.finditer(r"\.\d+(?=\.)", name)}


def files(place: Path) -> list[Path]:
    """The files of a model that decide its output; a download leaves hidden ones, with dates."""
    return [
        path
        for path in sorted(place.rglob("*"))
        if path.is_file()
        and path.suffix not in UNREAD
        and not any(part.startswith(".") for part in path.relative_to(place).parts)
    ]


@contextmanager
def reading(what: str, place: Path) -> Iterator[None]:
    """A block, quiet, in which whatever goes wrong is a WeightsError that names the folder."""
    try:
        with quiet():
            yield
    except Exception as error:  # of many types, few of which name it
        raise WeightsError(f"the {what} in {place} cannot be read: {error}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """A block without transformers' progress bar, and its report of what `load` checks itself."""
    before, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bar:
            logging.enable_progress_bar()
