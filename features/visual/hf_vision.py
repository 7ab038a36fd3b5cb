"""Crops through any vision model of transformers: ViT, DINOv2, the vision tower of CLIP, ...

Dosovitskiy et al. 2021, https://arxiv.org/abs/2010.11929; Oquab et al. 2023,
https://arxiv.org/abs/2304.07193; Radford et al. 2021, https://arxiv.org/abs/2103.00020.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoImageProcessor

from features.crops import Crops
from features.network import check_positive, place
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
    return HfVision(folder(model, "image processor"), pool, device, batch)


class HfVision:
    """The embeddings of a vision transformer.

    Crops -> Track (T, D), one row a frame; frames without a crop keep their state. The model's own
    image processor scales the crops to its size and range.
    """

    libraries = ("torchvision", "PIL", "safetensors")
    paths = ("model",)

    def __init__(self, where: Path, pool: str, device: str, batch: int):
        unused = () if pool == "pooler" else ("pooler.",)
        self._place = place(device)
        model = load(where, self._place, (*unused, "text_model.", "text_projection", "logit_"))
        self._model: nn.Module = getattr(model, "vision_model", model)  # of CLIP's two towers
        if self._model is not model:  # whose own call `load` has not seen
            self._model.forward = self._place.precise(self._model.forward)
        self._pool, self._batch = pool, batch
        self.weights = files(where)
        with reading("image processor", where):
            self._processor: Any = AutoImageProcessor.from_pretrained(where, local_files_only=True)
        self.dim = self._embed([np.zeros((32, 32, 3), np.uint8)]).shape[1]

    def __call__(self, crops: Crops, /) -> Track:
        return frame_wise(crops, self.dim, self._batch, self._embed)

    @torch.inference_mode()
    def _embed(self, images: list[np.ndarray]) -> np.ndarray:
        """N pictures (S, S, 3) -> (N, D)."""
        x = self._processor(images, return_tensors="pt")["pixel_values"]  # (N, 3, side, side)
        output = self._model(pixel_values=x.to(self._place.device))
        return self._pooled(output).float().cpu().numpy()

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
