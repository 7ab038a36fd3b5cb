"""The network of a text encoder of transformers, and how much it reads."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from features.network import CPU, Place
from features.pretrained import load


class LastLayers:
    """The sum of an encoder's last layers: {name: numbers of word pieces (B, L)} -> (B, L, D).

    Its facts: dim, which is D; how many positions it has, and layers.
    """

    def __init__(self, where: Place, root: str, layers: int):
        self._where, self._layers = where, layers
        self._module = load(Path(root), CPU, unused=("pooler.",))
        config = self._module.config
        sizes = {"dim": config.hidden_size, "layers": config.num_hidden_layers}
        self.facts = {**sizes, "positions": _positions(self._module)}

    @cached_property
    def _run(self) -> Any:
        return self._where.placed(self._module)

    @torch.inference_mode()
    def __call__(self, x: dict[str, Tensor]) -> Tensor:
        x = {name: numbers.to(self._where.device) for name, numbers in x.items()}
        states = self._run(**x, output_hidden_states=True).hidden_states
        return torch.stack(states[-self._layers :]).sum(0).float().cpu()


def _positions(model: nn.Module) -> int:
    """How many position embeddings a model has; RoBERTa and its kin skip those of the padding."""
    config: Any = model.config
    count = getattr(config, "max_position_embeddings", None) or 0
    if count < 1:  # positions are relative
        return sys.maxsize
    for name, part in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(part, nn.Embedding):
            skipped = part.padding_idx
            return count if skipped is None else count - skipped - 1
    return count
