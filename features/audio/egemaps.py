"""The acoustic parameters of eGeMAPS: loudness, pitch, jitter, shimmer, formants, slopes, ...

Eyben et al. 2016, https://doi.org/10.1109/TAFFC.2015.2457417, through openSMILE, an optional
package whose licence allows research, not products.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from features.audio.framing.frame_means import FrameMeans, Lengths

RATE = 16_000  # Hz
FRAME, FRAME_SHIFT = 320, 160  # samples: 20 ms every 10 ms
SHORTEST = 1000  # samples; of less openSMILE makes nothing
GET = "make egemaps (for research; its licence forbids commercial use)"


def build(
    *, window_ms: float, hop_ms: float, chunk_s: float, context_s: float, floor_db: float
) -> FrameMeans:
    """eGeMAPS v02, its 25 low-level descriptors in openSMILE's order and units. D = 25.

    window_ms  the frames around a row that it averages; hop_ms  from one row to the next
    chunk_s    sound that openSMILE gets at a time, with context_s more on both sides
    floor_db   a row whose loudest 10 ms are below it (dB of full scale) is State.SILENCE

    Raises LookupError where openSMILE is not installed.
    """
    lengths = Lengths("egemaps", window_ms, hop_ms, chunk_s, context_s)
    return FrameMeans(Smile(), lengths, floor_db)


class Smile:
    """A FrameEncoder that gives openSMILE's low-level descriptors, smoothed over three frames.

    Samples (N,) -> (F, 25). Pitch, jitter, shimmer and formants are of 60 ms from their frame's
    start on, the rest of 20 ms.
    """

    rate, frame, frame_shift = RATE, FRAME, FRAME_SHIFT

    def __init__(self) -> None:
        try:
            import opensmile  # pyright: ignore[reportMissingImports] - optional
        except ModuleNotFoundError as error:
            raise LookupError(f"egemaps needs a package that is not installed: {GET}") from error
        self._smile: Any = opensmile.Smile(
            feature_set=opensmile.FeatureSet.eGeMAPSv02,
            feature_level=opensmile.FeatureLevel.LowLevelDescriptors,
        )
        self.dim = len(self._smile.feature_names)

    def __call__(self, samples: np.ndarray, /) -> np.ndarray:
        samples = np.pad(samples, (0, max(0, SHORTEST - len(samples))))
        return self._smile.process_signal(samples, RATE).to_numpy()
