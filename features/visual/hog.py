"""Histograms of oriented gradients of the aligned crop; needs no weights.

Dalal & Triggs 2005, https://doi.org/10.1109/CVPR.2005.177, through OpenCV.
"""

from __future__ import annotations

import cv2
import numpy as np

from features.crops import Crops
from features.track import State, Track, track

CELL = 8  # px; 9 directions a cell, blocks of 2 x 2 cells side by side
DIRECTIONS = 9


def build(*, cells: int) -> Hog:
    """HOG over cells x cells cells of the crop; `cells` is even. D = 9 cells^2."""
    if cells < 2 or cells % 2:
        raise ValueError(f"hog: cells must be an even number of at least 2, got {cells}")
    return Hog(cells)


class Hog:
    """Histograms of oriented gradients, in [0, 1].

    Crops -> Track (T, D), one row a frame; frames without a crop keep their state.
    """

    def __init__(self, cells: int):
        self.dim, self._side = DIRECTIONS * cells**2, cells * CELL
        window, block, cell = (self._side,) * 2, (2 * CELL,) * 2, (CELL,) * 2
        self._hog = cv2.HOGDescriptor(window, block, block, cell, DIRECTIONS)

    def __call__(self, crops: Crops, /) -> Track:
        values = np.full((len(crops.times), self.dim), np.nan, np.float32)
        rows = np.flatnonzero(crops.state == State.OK)
        for row, image in zip(rows, crops.images(), strict=True):
            grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
            small = cv2.resize(grey, (self._side, self._side), interpolation=cv2.INTER_AREA)
            values[row] = np.ravel(self._hog.compute(small))
        return track(values, crops.times, crops.state)
