"""A speech transformer: sound in, one row of numbers each 20 or 40 ms out."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoFeatureExtractor

from features.network import place
from features.pretrained import files, load, reading

LAST_FOUR = "last_four"


class Speech:
    """Sound (N,) at `rate` Hz -> frames (F, D), F at least 1: the model's hidden states.

    Frame i hears samples `every` i to `every` i + `frame`. Sound goes through the model by itself,
    so nothing is padded and no mask is needed, which models with a group norm do not know; only
    sound shorter than one frame gets zeros behind it. Raises ValueError for a model that makes
    more or fewer frames of it: nobody knows when they are.
    """

    def __init__(self, where: Path, layer: int | str, device: str):
        self._place = place(device)
        self._model = load(where, self._place, unused=("masked_spec_embed", "pooler."))
        config = self._model.config
        self._name = f"the model in {where}, a {config.model_type},"
        if not hasattr(config, "conv_stride") or not hasattr(config, "conv_kernel"):
            raise ValueError(f"{self._name} does not read sound itself")
        self._layers = _layers(layer, config.num_hidden_layers)
        squeeze = getattr(config, "squeeze_factor", 1)  # of SEW: so many frames become one, a mean
        strides = (*config.conv_stride, squeeze)
        self.every, self.frame = prod(strides), _frame((*config.conv_kernel, squeeze), strides)
        self.dim = int(config.hidden_size)
        with reading("feature extractor", where):
            self._reader: Any = AutoFeatureExtractor.from_pretrained(where, local_files_only=True)
        self.rate = int(self._reader.sampling_rate)
        self.weights = files(where)

    @torch.inference_mode()
    def __call__(self, sound: np.ndarray) -> np.ndarray:
        sound = np.pad(sound, (0, max(0, self.frame - len(sound))))
        x = self._reader(sound, sampling_rate=self.rate, return_tensors="pt")["input_values"]
        said = self._model(x.to(self._place.device), output_hidden_states=True).hidden_states
        layers = [said[i][0] for i in self._layers]
        expected = (len(sound) - self.frame) // self.every + 1
        if other := [len(frames) for frames in layers if len(frames) != expected]:
            raise ValueError(
                f"{self._name} makes {other[0]} frames of {len(sound)} samples where its "
                f"config.json says {expected}, each of {self.frame} and {self.every} after the "
                f"one before, so their times are not known; take a wav2vec2, hubert, wavlm or sew"
            )
        return torch.stack(layers).mean(0).float().cpu().numpy()


def _layers(layer: int | str, count: int) -> list[int]:
    """Which of the hidden states 0..count are averaged. Raises ValueError."""
    if layer == LAST_FOUR and count >= 4:
        return list(range(count - 3, count + 1))
    if isinstance(layer, int) and 0 <= layer <= count:
        return [layer]
    raise ValueError(f"layer must be 0 to {count} or {LAST_FOUR}, got {layer!r}")


def _frame(kernels: Sequence[int], strides: Sequence[int]) -> int:
    """The samples that one frame of a stack of convolutions hears."""
    frame, every = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        frame, every = frame + (kernel - 1) * every, every * stride
    return frame
