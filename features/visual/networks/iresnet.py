"""IR-ResNet-50 for small faces: the residual network of ArcFace, with a first stage of stride 1.

Deng et al. 2019, https://arxiv.org/abs/1801.07698; the sizes of the ABAW3 pipeline that RJCMA and
GRJCA inherit. Names of the parts are those of its weights files.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

STAGES = ((64, 3, 1), (128, 4, 2), (256, 14, 2), (512, 3, 2))  # channels, blocks, stride


class Block(nn.Module):
    """A residual block of ArcFace: (N, C, H, W) -> (N, C', H / stride, W / stride)."""

    def __init__(self, channels: int, out: int, stride: int):
        super().__init__()
        self.shortcut_layer = (
            nn.Identity()  # blocks that keep their channels keep their size, too
            if channels == out and stride == 1
            else nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(channels),
            nn.Conv2d(channels, out, 3, padding=1, bias=False),
            nn.PReLU(out),
            nn.Conv2d(out, out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, C', H / stride, W / stride)"""
        return self.res_layer(x) + self.shortcut_layer(x)


class IResNet50(nn.Module):
    """An IR-ResNet-50: faces (N, 3, side, side), side a multiple of 8 -> (N, 512), unit length."""

    def __init__(self, side: int):
        super().__init__()
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)
        )
        widths = [64] + [out for out, count, _ in STAGES for _ in range(count)]
        strides = [s if i == 0 else 1 for _, count, s in STAGES for i in range(count)]
        self.body = nn.Sequential(
            *(Block(a, b, s) for (a, b), s in zip(pairwise(widths), strides, strict=True))
        )
        self.output_layer = nn.Sequential(
            nn.BatchNorm2d(512),
            nn.Dropout(0.4),
            nn.Flatten(),
            nn.Linear(512 * (side // 8) ** 2, 512),
            nn.BatchNorm1d(512),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x (N, 3, side, side) -> (N, 512)"""
        return F.normalize(self.output_layer(self.body(self.input_layer(x))))
