"""Where a head runs, and how precisely: the processor or a card, float32 or bfloat16."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

import torch

from models.nearest import known

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("single", "bfloat16")


@dataclass(frozen=True)
class Placement:
    """A device, cpu or cuda, and a precision, one of PRECISIONS."""

    device: str
    precision: str


def placement(device: str, precision: str) -> Placement:
    """The placement behind two names; on a card everything is computed in the same order each time.

    device     one of DEVICES; auto: the card if there is one
    precision  single: float32 throughout; bfloat16: products of matrices, convolutions and LSTMs in
               bfloat16 (autocast), weights, optimiser and losses in float32

    Raises ValueError for an unknown name, a card that is not there, and a precision for which the
    device has no instructions.
    """
    known("device", [device], DEVICES)
    known("precision", [precision], PRECISIONS)
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise ValueError("device is cuda, but torch sees no card here; take cpu, or auto")
    chosen = "cuda" if there and device != "cpu" else "cpu"
    if precision == "bfloat16" and not has_bfloat16(chosen):
        raise ValueError(
            f"precision is bfloat16, but this machine's {_CALLED[chosen]} has no instructions for "
            f"it, so that it would only be slower; take single"
        )
    return Placement(chosen, precision)


def prepare(where: Placement) -> None:
    """Let this process compute the same bits each time: once, before anything is computed.

    Raises ValueError where this machine has no such device or precision; it may be another one than
    that which chose them.
    """
    placement(where.device, where.precision)
    # what use_deterministic_algorithms does, without loading torch's compiler: two seconds
    torch.set_deterministic_debug_mode("error")
    if where.device == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when a card is opened
        torch.backends.cudnn.benchmark = False
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False


_CALLED = {"cpu": "processor", "cuda": "card"}


def has_bfloat16(device: str) -> bool:
    """Whether this machine's cpu or cuda has instructions for bfloat16."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if platform.machine().lower() in ("x86_64", "amd64"):  # oneDNN would emulate it with AVX-512
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.ops.mkldnn._is_mkldnn_bf16_supported()
