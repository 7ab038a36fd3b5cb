"""How a frozen network runs: on which device, in which memory layout, over which batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.fx import Node, symbolic_trace
from torch.nn.utils.fusion import fuse_conv_bn_eval

from features.factorised import LAYOUT, in_2d

T = TypeVar("T")
DEVICES = ("auto", "cpu", "cuda")
HALF = ("cuda_half", "cpu_half")
CONVOLUTIONS, NORMS = (nn.Conv2d, nn.Conv3d), (nn.BatchNorm2d, nn.BatchNorm3d)


@dataclass(frozen=True)
class Place:
    """A device placement: where a network runs, and whether in half precision, bfloat16."""

    device: torch.device
    half: bool = False

    @property
    def name(self) -> str:
        """One of DEVICES or HALF, but not auto: what `place` makes this place of."""
        return self.device.type + ("_half" if self.half else "")

    def precise(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        """A network's forward pass, in the precision of this place."""
        return torch.autocast(self.device.type, torch.bfloat16)(forward) if self.half else forward

    def placed(self, module: nn.Module) -> Callable[..., Any]:
        """The forward pass of a module that is moved to this place."""
        return self.precise(nn.Module.to(module, self.device).__call__)


CPU = Place(torch.device("cpu"))


def place(device: str, known: tuple[str, ...] = DEVICES + HALF) -> Place:
    """The place behind a name of DEVICES or HALF. Raises ValueError.

    auto       the GPU if there is one, otherwise the processor
    cuda       computes in full single precision and in the same order each time
    cuda_half  changes embeddings by about 1 % of the largest (tests: 2 %), so it has a name of
               its own, which auto never chooses; cpu_half does the same where there is no GPU
    """
    if device not in known:
        raise ValueError(f"device must be one of {', '.join(known)}, got {device!r}")
    there, half = torch.cuda.is_available(), device in HALF
    if device.startswith("cuda") and not there:
        raise ValueError(f"device is {device}, but torch sees no GPU here; take cpu, or auto")
    if not there or device.startswith("cpu"):
        return Place(torch.device("cpu"), half)
    torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic = False, True
    return Place(torch.device("cuda"), half)


def check_positive(name: str, **counts: int) -> None:
    """Check options of an extractor that must be positive integers. Raises ValueError."""
    for option, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(f"{name}: {option} must be a whole number of at least 1, got {count}")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Items in lists of `size`, the last one shorter."""
    held = iter(items)
    while part := list(islice(held, size)):
        yield part


class Convolutions:
    """A frozen convolutional network, optimised for inference on one core.

    Batch normalisation is folded into the convolution before it, factorised 3-D convolutions are
    computed as 2-D ones, and channels lie innermost: the same numbers but for rounding (tests: 1e-5
    of the largest). It is moved when it is first called.
    """

    facts: Mapping[str, Any] = MappingProxyType({})  # as features.forward has it: there are none

    def __init__(self, module: nn.Module, where: Place):
        self._where = where
        self._module = in_2d(folded(module.eval())).requires_grad_(False)
        for part in self._module.modules():
            if isinstance(part, nn.Conv2d):
                part.to(memory_format=LAYOUT)  # pyright: ignore[reportCallIssue] - not in its stubs

    @cached_property
    def _run(self) -> Callable[..., Any]:
        return self._where.placed(self._module)

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Tensor:
        """A batch (B, ...) -> what the network makes of it, on the CPU."""
        x = x.to(self._where.device)
        return self._run(x.contiguous(memory_format=LAYOUT) if x.ndim == 4 else x).float().cpu()


def folded(module: nn.Module) -> nn.Module:
    """A network whose batch norms are folded into the convolutions before them."""
    traced = symbolic_trace(module)
    parts = dict(traced.named_modules())
    for node in list(traced.graph.nodes):
        before: Any = node.args[0] if node.args else None
        norm, convolution = _part(parts, node), _part(parts, before)
        if (
            isinstance(norm, NORMS)
            and isinstance(convolution, CONVOLUTIONS)
            and len(before.users) == 1
        ):
            traced.set_submodule(before.target, fuse_conv_bn_eval(convolution, norm))
            node.replace_all_uses_with(before)
            traced.graph.erase_node(node)
    traced.delete_all_unused_submodules()
    traced.recompile()
    return traced


def _part(parts: Mapping[str, nn.Module], node: Any) -> nn.Module | None:
    """The module that a node of a network's graph calls, if it does."""
    return parts[str(node.target)] if isinstance(node, Node) and node.op == "call_module" else None
