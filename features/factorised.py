"""Factorised 3-D convolutions, over space alone or over time alone, computed as 2-D convolutions.

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


def in_2d(module: nn.Module) -> nn.Module:
    """A network whose factorised convolutions, (k, 1, 1) or (1, k, k), are 2-D ones, in place."""
    for name, part in list(module.named_modules()):
        if isinstance(part, nn.Conv3d) and _is_plain(part):
            for kind in (Spatial, Temporal):
                if kind.fits(part):
                    module.set_submodule(name, kind(part))
                    break
    return module


def _is_plain(part: nn.Conv3d) -> bool:
    return part.groups == 1 and part.dilation == (1, 1, 1) and part.padding_mode == "zeros"


class Spatial(nn.Module):
    """A spatial convolution (1, k, k), frame by frame: (B, C, T, H, W) -> (B, C', T', H', W')."""

    def __init__(self, conv: nn.Conv3d):
        super().__init__()
        self._time_stride, *stride = conv.stride
        _, *padding = conv.padding
        self._conv = _conv2d(conv.weight[:, :, 0], conv.bias, stride, padding)

    @staticmethod
    def fits(conv: nn.Conv3d) -> bool:
        """Whether a convolution is over space alone."""
        return conv.kernel_size[0] == 1 and conv.padding[0] == 0

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T, H, W) -> (B, C', T', H', W')"""
        x = x[:, :, :: self._time_stride].transpose(1, 2)  # (B, T', C, H, W)
        frames = self._conv(x.flatten(0, 1).contiguous(memory_format=LAYOUT))  # (B T', C', H', W')
        return frames.unflatten(0, x.shape[:2]).transpose(1, 2)


class Temporal(nn.Module):
    """A temporal convolution (k, 1, 1), on pictures T high and H W wide.

    (B, C, T, H, W) -> (B, C', T', H, W)
    """

    def __init__(self, conv: nn.Conv3d):
        super().__init__()
        stride, padding = (conv.stride[0], 1), (conv.padding[0], 0)
        self._conv = _conv2d(conv.weight[..., 0], conv.bias, stride, padding)

    @staticmethod
    def fits(conv: nn.Conv3d) -> bool:
        """Whether a convolution is over time alone."""
        kernel, stride, padding = conv.kernel_size, conv.stride, conv.padding
        return (*kernel[1:], *stride[1:], *padding[1:]) == (1, 1, 1, 1, 0, 0)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T, H, W) -> (B, C', T', H, W)"""
        pictures = self._conv(x.flatten(3).contiguous(memory_format=LAYOUT))  # (B, C', T', H W)
        return pictures.unflatten(3, x.shape[3:])


def _conv2d(
    weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int | str]
) -> nn.Conv2d:
    """A frozen 2-D convolution with a weight (C', C, k, l)."""
    outer, inner, *kernel = weight.shape
    with torch.device("meta"):
        made = Conv2d(inner, outer, kernel, stride, padding, bias=bias is not None)
    made.weight = nn.Parameter(weight.contiguous(memory_format=LAYOUT), requires_grad=False)
    made.bias = bias
    return made
