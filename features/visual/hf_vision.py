"""Crops through any vision model of transformers: ViT, DINOv2, the vision tower of CLIP, ...

Dosovitskiy et al. 2021, https://arxiv.org/abs/2010.11929; Oquab et al. 2023,
https://arxiv.org/abs/2304.07193; Radford et al. 2021, https://arxiv.org/abs/2103.00020.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoImageProcessor

from features.crops import Crops
from features.forward import Forward
from features.network import CPU, Place, check_positive, place
from features.pretrained import files, folder, load, reading
from features.track import Track
from features.visual.networks.frame_wise import frame_wise

POOLS = ("pooler", "first", "mean")


def build(*, model: str, pool: str, device: str, batch: int) -> HfVision:
    """A vision transformer. D = its width.

    model   a folder, or the id of a model in the local cache; nothing is downloaded
    pool    pooler: what the model itself makes of a picture; first: its first token; mean: the mean
            of all tokens
    device  auto, cpu or cuda; batch  crops at a time
    """
    check_positive("hf_vision", batch=batch)
    if pool not in POOLS:
        raise ValueError(f"hf_vision: pool must be one of {', '.join(POOLS)}, got {pool!r}")
    where = folder(model, "image processor")
    forward = Forward(Eyes, str(where), pool, where=place(device), lower="batch")
    return HfVision(forward, where, batch)


class Eyes:
    """A vision transformer with its pool: pictures (N, 3, side, side) -> (N, D).

    Its facts: dim, which is D.
    """

    def __init__(self, where: Place, root: str, pool: str):
        unused = () if pool == "pooler" else ("pooler.",)
        model = load(Path(root), CPU, (*unused, "text_model.", "text_projection", "logit_"))
        self._where, self._pool = where, pool
        self._module: nn.Module = getattr(model, "vision_model", model)  # of CLIP's two towers
        picture = processor(Path(root))([np.zeros((32, 32, 3), np.uint8)], return_tensors="pt")
        with torch.inference_mode():
            seen = self._pooled(self._module(pixel_values=picture["pixel_values"]))
        self.facts = {"dim": seen.shape[1]}

    @cached_property
    def _run(self) -> Any:
        return self._where.placed(self._module)

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Tensor:
        return self._pooled(self._run(pixel_values=x.to(self._where.device))).float().cpu()

    def _pooled(self, output: Any) -> Tensor:
        tokens = output.last_hidden_state  # (N, L, D), of a convolutional model (N, D, h, w)
        if self._pool == "pooler":
            pooled = getattr(output, "pooler_output", None)
            if pooled is None:
                raise ValueError("hf_vision: this model has no pooler; take pool first or mean")
            return pooled.flatten(1)
        if self._pool == "first" and tokens.ndim != 3:
            raise ValueError("hf_vision: this model has no first token; take pool mean or pooler")
        tokens = tokens if tokens.ndim == 3 else tokens.flatten(2).transpose(1, 2)
        return tokens[:, 0] if self._pool == "first" else tokens.mean(1)


def processor(where: Path) -> Any:
    """What prepares pictures for the model in a folder. Raises WeightsError."""
    with reading("image processor", where):
        return AutoImageProcessor.from_pretrained(where, local_files_only=True)


class HfVision:
    """The embeddings of a vision transformer.

    Crops -> Track (T, D), one row a frame; frames without a crop keep their state. The model's own
    image processor scales the crops to its size and range.
    """

    libraries = ("torchvision", "PIL", "safetensors")
    paths = ("model",)

    def __init__(self, forward: Forward, where: Path, batch: int):
        self._forward, self._batch = forward, batch
        self._processor, self.weights = processor(where), files(where)
        self.dim = int(forward.facts["dim"])

    def __call__(self, crops: Crops, /) -> Track:
        return frame_wise(crops, self.dim, self._batch, self._embed)

    def _embed(self, images: list[np.ndarray]) -> np.ndarray:
        """N pictures (S, S, 3) -> (N, D)."""
        x = self._processor(images, return_tensors="pt")["pixel_values"]  # (N, 3, side, side)
        return self._forward(x).numpy()
