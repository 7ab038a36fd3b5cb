"""Clips of eight crops through the R(2+1)D-18, as JCA, RJCA, DCA and JMT use it.

Tran et al. 2018, https://arxiv.org/abs/1711.11248; torchvision's network with its own weights
(Kinetics-400) or TSAV's (Kuhnke et al. 2020, Aff-Wild2, research only:
https://www.tnt.uni-hannover.de/project/affwild2/aff2model_tntsub4.zip), whose fourth input channel,
a mask, is dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision.models.video import R2Plus1D_18_Weights, r2plus1d_18

from features.crops import Crops
from features.forward import Forward
from features.network import Convolutions, Place, batches, check_positive, place
from features.track import State, Track, track
from features.visual.networks.frame_wise import resized
from features.weights import StateDict, load

FRAMES, SIZE, PLACES = 8, 112, 49  # frames of a clip, px, places of the last map
MEAN, DEVIATION = (0.43216, 0.394666, 0.37645), (0.22803, 0.22145, 0.216989)
GET = f"dvc import-url {R2Plus1D_18_Weights.KINETICS400_V1.url} {{file}}"
STEM, MASKED = "stem.0.weight", 4  # the first layer, and its channels where one is the mask
POOLS = ("mean", "max", "map")


def build(
    *, weights: str, window_frames: int, hop_frames: int, pool: str, device: str, batch: int
) -> R2Plus1D:
    """R(2+1)D-18 without its classifier. D = 512, or 25088 for the map.

    weights        a file of torchvision's or TSAV's; nothing is downloaded
    window_frames  the frames that a row is of, its own in the middle (32 in the papers)
    hop_frames     from one row's frame to the next
    pool           over the 7 x 7 places: mean, max, or map to keep them, channel by channel
    device         auto, cpu or cuda; batch  clips at a time
    """
    check_positive("r2plus1d", window_frames=window_frames, hop_frames=hop_frames, batch=batch)
    if pool not in POOLS:
        raise ValueError(f"r2plus1d: pool must be one of {', '.join(POOLS)}, got {pool!r}")
    forward = Forward(network, weights, where=place(device), lower="batch")
    return R2Plus1D(forward, window_frames, hop_frames, pool, batch, [Path(weights)])


def network(where: Place, weights: str) -> Convolutions:
    """The network: clips (N, 3, 8, 112, 112) -> (N, 512, 1, 7, 7)."""
    return Convolutions(
        load(_architecture, weights, GET, unused=("fc.",), adapt=_without_mask)[0], where
    )


def _architecture() -> nn.Module:
    *parts, _, _ = r2plus1d_18().named_children()  # all but its mean and classifier
    return nn.Sequential(OrderedDict(parts))


def _without_mask(weights: StateDict) -> StateDict:
    stem = weights.get(STEM)
    if stem is None or stem.ndim != 5 or stem.shape[1] != MASKED:
        return weights  # what else does not fit is named when it is compared
    return weights | {STEM: stem[:, :3]}


def chosen(rows: np.ndarray) -> np.ndarray:
    """The eight frames that a clip is made of: the rows with a crop around its own (R,) -> (8,).

    The last eight at the largest even spacing that fits; fewer than eight are all taken, and the
    last repeated.
    """
    step = max(1, len(rows) // FRAMES)
    last = rows[::-1][: step * FRAMES : step][::-1]
    return np.concatenate([last, np.repeat(rows[-1:], FRAMES - len(last))])


class R2Plus1D:
    """An R(2+1)D-18 over clips of eight crops.

    Crops -> Track (T, D), a row every hop_frames, at its frame's own time and with its state. At
    a clip's ends, and where crops are missing, the window has fewer crops to choose from.
    """

    paths = ("weights",)

    def __init__(
        self,
        network: Forward,
        window: int,
        hop: int,
        pool: str,
        batch: int,
        weights: list,
    ):
        self.dim = 512 * PLACES if pool == "map" else 512
        self._network, self._window, self._hop = network, window, hop
        self._pool, self._batch, self.weights = pool, batch, weights

    def __call__(self, crops: Crops, /) -> Track:
        rows = np.arange(0, len(crops.times), self._hop)
        times, state = crops.times[rows], crops.state[rows]
        values = np.full((len(rows), self.dim), np.nan, np.float32)
        there = np.flatnonzero(state == State.OK)
        clips = batches(self._clips(crops, rows[there]), self._batch)
        for part, pictures in zip(batches(there, self._batch), clips, strict=True):
            values[part] = self._embed(np.stack(pictures))
        return track(values, times, state)

    def _clips(self, crops: Crops, centres: np.ndarray) -> Iterator[np.ndarray]:
        """The clip (8, S, S, 3) around each of some frames; no crop is read twice or held long."""
        there = np.flatnonzero(crops.state == State.OK)
        read = zip(there, crops.images(), strict=True)
        held: dict[int, np.ndarray] = {}
        for centre in centres:
            begin = centre - self._window // 2
            a, b = np.searchsorted(there, [begin, begin + self._window])
            held = {row: image for row, image in held.items() if row >= begin}
            while there[b - 1] not in held:
                row, image = next(read)
                held[int(row)] = resized(image, SIZE)
            yield np.stack([held[int(row)] for row in chosen(there[a:b])])

    def _embed(self, clips: np.ndarray) -> np.ndarray:
        """N clips uint8 (N, 8, S, S, 3) -> (N, D)."""
        x = (torch.from_numpy(clips).float() / 255 - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
        maps = self._network(x.permute(0, 4, 1, 2, 3)).flatten(2)  # (N, 512, 49)
        if self._pool == "map":
            return maps.flatten(1).numpy()
        return (maps.mean(-1) if self._pool == "mean" else maps.amax(-1)).numpy()
