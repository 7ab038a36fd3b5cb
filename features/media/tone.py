"""Pictures of high dynamic range (HDR) made into what a standard screen (SDR) shows."""

from __future__ import annotations

from functools import cache

import numpy as np

PQ, HLG = 16, 18  # transfer characteristics in the numbers of ITU-T H.273, table 3
BT709, BT2020, P3 = 1, 9, 12  # colour primaries, table 2
CORNERS = {  # x, y of red, green and blue
    BT709: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    P3: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
D65 = (0.3127, 0.3290)  # the white of all three
WHITE = 203.0  # cd/m2: white paper in HDR (BT.2408, table 1), which SDR shows as its own white
PEAK, SYSTEM_GAMMA = 1000.0, 1.2  # cd/m2 and exponent of the display of HLG (BT.2100, table 5)
GAMMA = 2.4  # of the display of SDR (BT.1886)
KNEE = 0.95  # of the SDR signal, above which light is compressed: what is below stays what it is
DARKEST = 1e-9  # in WHITE: has a logarithm, and is 0 in 8 bits
ROWS = 16  # at a time, so that they stay in the processor's cache


def tone_mapped(signal: np.ndarray, transfer: int, primaries: int) -> np.ndarray:
    """A picture as SDR shows it: up to white as it was graded, highlights compressed above.

    signal     uint16 R'G'B' (H, W, 3), 0 to 65535
    transfer   PQ or HLG
    primaries  in H.273's numbers; those that are not in CORNERS count as BT.2020, which HDR has
    -> uint8 R'G'B' (H, W, 3) of BT.709

    Display light of BT.2100, relative to WHITE, in the primaries of BT.709 (what they cannot show
    is clipped at 0), seen through the inverse of BT.1886. All three values of a pixel are divided
    by the same number where the largest is above the knee, so that its hue stays.
    """
    colours = primaries if primaries in CORNERS else BT2020
    mapped = np.empty(signal.shape, np.uint8)
    for top in range(0, len(signal), ROWS):
        block = signal[top : top + ROWS]
        light = _light(transfer)[block.reshape(-1, 3)]  # float32 (ROWS * W, 3)
        if transfer == HLG:
            scene = light @ _xyz(colours)[1]  # its luminance
            light *= (PEAK / WHITE * _power(scene, SYSTEM_GAMMA - 1))[:, None]
        values = _power(light @ _to_bt709(colours), 1 / GAMMA)
        values *= _gain(values)[:, None]
        mapped[top : top + ROWS] = (values * 255 + 0.5).reshape(block.shape)
    return mapped


def _power(light: np.ndarray, exponent: float) -> np.ndarray:
    """`light` to a power, what is negative as 0; a third of the time that np.power takes."""
    return np.exp2(np.log2(np.maximum(light, DARKEST)) * exponent)


def _gain(values: np.ndarray) -> np.ndarray:
    """What to multiply pixels (N, 3) by, that none is above 1: 1 up to the knee, from there on
    Reinhard's u / (1 + u), which begins with slope 1."""
    largest = np.maximum(np.maximum(values[:, 0], values[:, 1]), values[:, 2])
    largest = np.maximum(largest, KNEE)
    above = (largest - KNEE) / (1 - KNEE)
    return (KNEE + (1 - KNEE) * above / (1 + above)) / largest


@cache
def _light(transfer: int) -> np.ndarray:
    """The light of each signal, float32 (65536,): of the display in WHITE, or for HLG of the scene,
    1 the brightest."""
    signal = np.arange(65536) / 65535
    light = _of_pq(signal) / WHITE if transfer == PQ else _of_hlg(signal)
    return light.astype(np.float32)


def _of_pq(signal: np.ndarray) -> np.ndarray:
    """Display light in cd/m2 (BT.2100, table 4)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = signal ** (1 / m2)
    return 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)


def _of_hlg(signal: np.ndarray) -> np.ndarray:
    """Scene light, 0 to 1 (BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)


@cache
def _xyz(primaries: int) -> np.ndarray:
    """What turns R, G, B into CIE X, Y, Z, float32 (3, 3)."""
    corners = np.array([(x / y, 1, (1 - x - y) / y) for x, y in CORNERS[primaries]]).T
    x, y = D65
    return (corners * np.linalg.solve(corners, (x / y, 1, (1 - x - y) / y))).astype(np.float32)


@cache
def _to_bt709(primaries: int) -> np.ndarray:
    """What rows of R, G, B are multiplied with, float32 (3, 3)."""
    return np.linalg.solve(_xyz(BT709), _xyz(primaries)).T.astype(np.float32)
