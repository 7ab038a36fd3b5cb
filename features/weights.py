"""Networks with weights from a file on this machine: nothing is downloaded, nothing is made up.

A network is made without numbers, on torch's meta device, and gets every one of them from the file,
so there is no moment at which it holds random ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

N = TypeVar("N", bound=nn.Module)
StateDict = dict[str, Tensor]
WRAPPED = ("state_dict", "model_state_dict", "model")  # under which training scripts keep them
COUNT = "num_batches_tracked"  # old files lack it; only training reads it


class WeightsError(ValueError):
    """A weights file cannot be read, or belongs to another architecture."""


def load(
    architecture: Callable[[], N],
    file: str,
    get: str,
    unused: tuple[str, ...] = (),
    adapt: Callable[[StateDict], StateDict] = lambda weights: weights,
) -> tuple[N, Path]:
    """A frozen network with the weights of `file`, and that file.

    architecture  makes the network
    file          .safetensors, or what torch.save wrote of tensors; it may hold the network as a
                  part of a larger one, under names with a prefix
    get           how to get such a file, a command with {file} in it
    unused        beginnings of names in the file that are no part of this network
    adapt         changes the weights before they are matched

    Raises FileNotFoundError, WeightsError.
    """
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"no weights file {path}; get it with: {get.format(file=path)}")
    with torch.device("meta"):
        network = architecture()
    wanted = network.state_dict()
    found = _within(path, _read(path), wanted)
    weights = adapt({name: x for name, x in found.items() if not name.startswith(unused)})
    for name in wanted.keys() - weights.keys():
        if name.endswith(COUNT):
            weights[name] = torch.zeros((), dtype=torch.int64)
    _compare(path, wanted, weights)
    network.load_state_dict(weights, assign=True)
    return network.float().eval().requires_grad_(False), path


def _read(path: Path) -> StateDict:
    """Every tensor of a file by its name."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        held = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of half a dozen types, none of which names the file
        raise WeightsError(f"the weights file {path} cannot be read: {error}") from error
    for name in WRAPPED:
        if isinstance(held, Mapping) and isinstance(held.get(name), Mapping):
            held = held[name]
    if not isinstance(held, Mapping):
        raise WeightsError(f"{path} holds a {type(held).__name__}, not tensors by their names")
    return {name: x for name, x in held.items() if isinstance(x, Tensor)}


def _within(path: Path, weights: StateDict, wanted: Mapping[str, Tensor]) -> StateDict:
    """The part of a file that fits best: its names without the prefix that they share there.

    Raises WeightsError where several hold all of the network, fit as well, and differ.
    """
    needed = {name: x for name, x in wanted.items() if not name.endswith(COUNT)}
    first = next(iter(needed))
    prefixes = [name.removesuffix(first) for name in weights if name.endswith(first)]
    fits = {prefix: _fit(weights, prefix, needed) for prefix in prefixes}
    most = max(fits.values(), default=(0, 0))
    best, *others = [prefix for prefix, fit in fits.items() if fit == most] or [""]
    if most[0] == len(needed):  # what parts of a network lack, `_compare` says
        for other in others:
            if not all(torch.equal(weights[best + n], weights[other + n]) for n in needed):
                raise WeightsError(
                    f"{path} holds the network more than once, with other numbers under {best!r} "
                    f"than under {other!r}; keep the one that you want in a file of its own"
                )
        best = max([best, *others], key=len)  # "" and "module.": all names begin as the first
    return {n.removeprefix(best): x for n, x in weights.items() if n.startswith(best)}


def _fit(weights: StateDict, prefix: str, needed: Mapping[str, Tensor]) -> tuple[int, int]:
    """How many tensors of a network are there under a prefix, and how many of the right shape."""
    there = [(weights[prefix + n], x) for n, x in needed.items() if prefix + n in weights]
    return len(there), sum(got.shape == x.shape for got, x in there)


def _compare(path: Path, wanted: Mapping[str, Tensor], got: StateDict) -> None:
    """Raises WeightsError that names the first tensors that do not belong together."""
    missing = [name for name in wanted if name not in got]
    surplus = [name for name in got if name not in wanted]
    other = [
        f"{name} is {tuple(got[name].shape)}, not {tuple(x.shape)}"
        for name, x in wanted.items()
        if name in got and got[name].shape != x.shape
    ]
    named = {"missing": missing, "not of this network": surplus, "of another shape": other}
    if faults := [f"{what}: {some(names)}" for what, names in named.items() if names]:
        raise WeightsError(f"{path} holds the weights of another network. {'. '.join(faults)}")


def some(names: list[str], most: int = 3) -> str:
    """The first few of a list, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
