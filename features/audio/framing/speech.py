"""A speech transformer of transformers: hidden states, a frame every 20 or 40 ms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import AutoConfig, AutoFeatureExtractor

from features.forward import Forward
from features.network import CPU, Place, place
from features.pretrained import files, load, reading

LAST_FOUR = "last_four"


class HiddenStates:
    """The mean of some hidden states of a speech transformer: sound (1, N) -> frames (F, D)."""

    def __init__(self, where: Place, root: str, layers: Sequence[int]):
        self._where, self._layers = where, layers
        self._module = load(Path(root), CPU, unused=("masked_spec_embed", "pooler."))
        self.facts: dict[str, Any] = {}

    @cached_property
    def _run(self) -> Any:
        return self._where.placed(self._module)

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Tensor:
        states = self._run(x.to(self._where.device), output_hidden_states=True).hidden_states
        return torch.stack([states[i][0] for i in self._layers]).mean(0).float().cpu()


class SpeechTransformer:
    """A FrameEncoder that gives the hidden states of a speech transformer.

    Samples (N,) at `rate` Hz -> frames (F, D), F at least 1. Frame i is of samples i `frame_shift`
    to i `frame_shift` + `frame`. Sound goes through the model by itself, so nothing is padded and
    no mask is needed, which models with a group norm do not have; only sound shorter than one
    frame gets zeros behind it. Raises ValueError for a model that makes more or fewer frames of
    it, since their times are then not known.
    """

    def __init__(self, where: Path, layer: int | str, device: str):
        with reading("configuration", where):
            config: Any = AutoConfig.from_pretrained(where, local_files_only=True)
        self._name = f"the model in {where}, a {config.model_type},"
        if not hasattr(config, "conv_stride") or not hasattr(config, "conv_kernel"):
            raise ValueError(f"{self._name} does not read sound itself")
        layers, run = _layers(layer, config.num_hidden_layers), place(device)
        self._forward = Forward(HiddenStates, str(where), layers, where=run, lower="chunk_s")
        squeeze = getattr(config, "squeeze_factor", 1)  # of SEW: so many frames become one, a mean
        strides = (*config.conv_stride, squeeze)
        self.frame_shift = prod(strides)
        self.frame = _receptive_field((*config.conv_kernel, squeeze), strides)
        self.dim = int(config.hidden_size)
        with reading("feature extractor", where):
            self._processor: Any = AutoFeatureExtractor.from_pretrained(
                where, local_files_only=True
            )
        self.rate = int(self._processor.sampling_rate)
        self.weights = files(where)

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        samples = np.pad(samples, (0, max(0, self.frame - len(samples))))
        x = self._processor(samples, sampling_rate=self.rate, return_tensors="pt")["input_values"]
        frames = self._forward(x).numpy()
        expected = (len(samples) - self.frame) // self.frame_shift + 1
        if len(frames) != expected:
            raise ValueError(
                f"{self._name} makes {len(frames)} frames of {len(samples)} samples where its "
                f"config.json says {expected}, each of {self.frame} and {self.frame_shift} after "
                f"the one before, so their times are not known; take a wav2vec2, hubert, wavlm "
                "or sew"
            )
        return frames


def _layers(layer: int | str, count: int) -> list[int]:
    """Which of the hidden states 0..count are averaged. Raises ValueError."""
    if layer == LAST_FOUR and count >= 4:
        return list(range(count - 3, count + 1))
    if isinstance(layer, int) and 0 <= layer <= count:
        return [layer]
    raise ValueError(f"layer must be 0 to {count} or {LAST_FOUR}, got {layer!r}")


def _receptive_field(kernels: Sequence[int], strides: Sequence[int]) -> int:
    """The receptive field of a stack of convolutions, samples."""
    field, shift = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        field, shift = field + (kernel - 1) * shift, shift * stride
    return field
