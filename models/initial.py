"""Initial weights of the fusion layers in the joint cross-attention papers."""

from __future__ import annotations

from torch import nn


def xavier_(module: nn.Module) -> None:
    """Set Xavier-uniform weights (gain 1) and zero biases in every Linear inside `module`.

    Source: the authors' code of RJCA (Praveen et al., ICASSP 2023) and GRJCA (Praveen & Alam,
    CVPRW 2025). RJCMA (CVPRW 2024) keeps torch's own initial weights.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
