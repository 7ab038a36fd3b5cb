"""How loud the channels of a clip are, and how much alike."""

from __future__ import annotations

import av
import numpy as np

from features.media.samples import SCALES, numeric, rows

BLOCK_S = 0.5  # a spoken word fills half of it; a click is diluted to nothing


class Levels:
    """The levels of a clip's channels (C,), measured as its frames come, all of C channels.

    Sound is measured in blocks of half a second, each one's mean taken away, so that neither an
    offset nor a slow drift counts as sound. Blocks are counted in samples, whatever the frames, so
    only the samples matter; they begin anew where the rate or the format of samples changes.
    loudest   (C,) power of each one's loudest block, full scale is 1
    products  (C, C) sums over the clip of the products of every two channels' samples
    """

    def __init__(self, channels: int):
        self.loudest, self.products = np.zeros(channels), np.zeros((channels, channels))
        self._kind = ("", 0)
        self._block = np.zeros((channels, 0))  # in units of the format
        self._filled = 0  # samples of it

    def add(self, frame: av.AudioFrame) -> None:
        """The next frame."""
        kind = numeric(frame), frame.sample_rate
        if kind != self._kind:
            self.close()
            size = max(1, round(frame.sample_rate * BLOCK_S))
            self._kind, self._block = kind, np.zeros((len(self._block), size))
        channels, done = rows(frame), 0
        while done < frame.samples:
            part = min(frame.samples - done, self._block.shape[1] - self._filled)
            for block, row in zip(self._block, channels, strict=True):
                block[self._filled : self._filled + part] = row[done : done + part]
            done, self._filled = done + part, self._filled + part
            if self._filled == self._block.shape[1]:
                self._measure()

    def close(self) -> None:
        """There is nothing more to come. What is left of a block counts as if silence followed."""
        if self._filled:
            self._measure()

    def _measure(self) -> None:
        block = self._block[:, : self._filled]  # (C, N)
        block -= block.mean(axis=1, keepdims=True)
        products = np.empty_like(self.products)
        for one, row in enumerate(block):  # for few channels faster than one product of matrices
            for other in range(one + 1):
                products[one, other] = products[other, one] = np.dot(row, block[other])
        products *= SCALES[self._kind[0]] ** 2
        self.products += products
        np.maximum(self.loudest, products.diagonal() / self._block.shape[1], out=self.loudest)
        self._filled = 0
