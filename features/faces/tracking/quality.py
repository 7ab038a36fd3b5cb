"""Whether a face that was found is good enough to be kept."""

from __future__ import annotations

import cv2
import numpy as np

from features.track import State

SIDE = 64  # px of the crop whose sharpness is measured


def quality(probability: float, confidence: float, crop: np.ndarray, least: float) -> State:
    """The State of a face, by its probability and the sharpness of its crop uint8 RGB (S, S, 3).

    confidence, least  what probability and sharpness must reach
    """
    if probability < confidence:
        return State.LOW_CONFIDENCE
    return State.OK if sharpness(crop) >= least else State.BLURRED


def sharpness(crop: np.ndarray) -> float:
    """The deviation of a crop's second derivative in relation to that of its grey levels."""
    small = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).std() / max(float(grey.std()), 1e-6))
