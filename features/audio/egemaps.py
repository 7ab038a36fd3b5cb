"""The acoustic parameters of eGeMAPS: loudness, pitch, jitter, shimmer, formants, slopes, ...

Eyben et al. 2016, https://doi.org/10.1109/TAFFC.2015.2457417, through openSMILE, an optional
package whose licence allows research, not products.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from features.audio._frames import FrameMeans, Lengths

RATE = 16_000  # Hz
FRAME, EVERY = 320, 160  # samples: 20 ms every 10 ms
SHORTEST = 1000  # samples; of less openSMILE makes nothing
GET = "make egemaps (for research; its licence forbids commercial use)"


def build(
    *, window_ms: float, hop_ms: float, chunk_s: float, context_s: float, floor_db: float
) -> FrameMeans:
    """eGeMAPS v02, its 25 low-level descriptors in openSMILE's order and units. D = 25.

    window_ms  the frames around a row that it averages; hop_ms  from one row to the next
    chunk_s    sound that openSMILE hears at a time, with context_s more on both sides
    floor_db   a row whose loudest 10 ms are below it (dB of full scale) is State.SILENCE

    Raises LookupError where openSMILE is not installed.
    """
    lengths = Lengths("egemaps", window_ms, hop_ms, chunk_s, context_s)
    return FrameMeans(Smile(), lengths, floor_db)


class Smile:
    """Sound -> low-level descriptors (F, 25), smoothed over three frames.

    Pitch, jitter, shimmer and formants hear 60 ms from their frame's start on, the rest 20 ms.
    """

    rate, frame, every = RATE, FRAME, EVERY

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

    def __call__(self, sound: np.ndarray, /) -> np.ndarray:
        sound = np.pad(sound, (0, max(0, SHORTEST - len(sound))))
        return self._smile.process_signal(sound, RATE).to_numpy()
