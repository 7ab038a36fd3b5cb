"""Convolutions over time alone, or over space alone, as the convolutions of pictures that they are.

R(2+1)D (Tran et al. 2018, https://arxiv.org/abs/1711.11248) has no others. Their sums are the same;
libraries are quicker at pictures, whose channels lie innermost, than at volumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

LAYOUT = torch.channels_last
Conv2d: Any = nn.Conv2d  # takes lists, which its annotations leave out


def flat(module: nn.Module) -> nn.Module:
    """The same network with each convolution (k, 1, 1) or (1, k, k) replaced, in place."""
    for name, part in list(module.named_modules()):
        if isinstance(part, nn.Conv3d) and _plain(part):
            for kind in (Spatial, Temporal):
                if kind.fits(part):
                    module.set_submodule(name, kind(part))
                    break
    return module


def _plain(part: nn.Conv3d) -> bool:
    return part.groups == 1 and part.dilation == (1, 1, 1) and part.padding_mode == "zeros"


class Spatial(nn.Module):
    """A convolution (1, k, k): x (B, C, T, H, W), frame by frame."""

    def __init__(self, whole: nn.Conv3d):
        super().__init__()
        self._every, *stride = whole.stride
        _, *padding = whole.padding
        self._one = _picture(whole.weight[:, :, 0], whole.bias, stride, padding)

    @staticmethod
    def fits(whole: nn.Conv3d) -> bool:
        return whole.kernel_size[0] == 1 and whole.padding[0] == 0

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self._every].transpose(1, 2)  # (B, T', C, H, W)
        frames = self._one(x.flatten(0, 1).contiguous(memory_format=LAYOUT))  # (B T', C', H', W')
        return frames.unflatten(0, x.shape[:2]).transpose(1, 2)


class Temporal(nn.Module):
    """A convolution (k, 1, 1): x (B, C, T, H, W), as pictures T high and H W wide."""

    def __init__(self, whole: nn.Conv3d):
        super().__init__()
        stride, padding = (whole.stride[0], 1), (whole.padding[0], 0)
        self._one = _picture(whole.weight[..., 0], whole.bias, stride, padding)

    @staticmethod
    def fits(whole: nn.Conv3d) -> bool:
        kernel, stride, padding = whole.kernel_size, whole.stride, whole.padding
        return (*kernel[1:], *stride[1:], *padding[1:]) == (1, 1, 1, 1, 0, 0)

    def forward(self, x: Tensor) -> Tensor:
        pictures = self._one(x.flatten(3).contiguous(memory_format=LAYOUT))  # (B, C', T', H W)
        return pictures.unflatten(3, x.shape[3:])


def _picture(
    weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int | str]
) -> nn.Conv2d:
    """A convolution of pictures with a weight (C', C, k, l)."""
    outer, inner, *kernel = weight.shape
    with torch.device("meta"):
        made = Conv2d(inner, outer, kernel, stride, padding, bias=bias is not None)
    made.weight = nn.Parameter(weight.contiguous(memory_format=LAYOUT), requires_grad=False)
    made.bias = bias
    return made
