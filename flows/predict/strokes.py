"""What is drawn on pictures uint8 RGB (H, W, 3), in place: text, shade, lines, boxes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

Colour = tuple[int, int, int]
FONT, FINER = cv2.FONT_HERSHEY_DUPLEX, 4  # text is drawn larger and made smaller: smooth edges


def shade(image: np.ndarray, rows: slice, columns: slice, colour: Colour, share: float) -> None:
    """Mix a colour into a part of the picture."""
    part = image[rows, columns]
    part[:] = cv2.addWeighted(part, 1 - share, np.full_like(part, colour), share, 0)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour with so much of another in it."""
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def text_width(words: str, height: int) -> int:
    """How wide `text` makes them, px."""
    return _letters(words, height)[0].shape[1]


def text(image: np.ndarray, x: int, y: int, words: str, height: int, colour: Colour) -> int:
    """Words whose capitals are `height` px high, standing on y; where they end."""
    alpha, below = _letters(words, height)
    top, left = y + below - alpha.shape[0], x
    part = image[max(top, 0) : top + alpha.shape[0], left : left + alpha.shape[1]]
    mask = alpha[: part.shape[0], : part.shape[1], None]
    part[:] = (part * (1 - mask) + np.array(colour) * mask).astype(np.uint8)
    return x + alpha.shape[1]


@lru_cache(maxsize=512)
def _letters(words: str, height: int) -> tuple[np.ndarray, int]:
    """How much of each pixel is ink, float32 (h, w), and how far it reaches below the line."""
    px = max(2, round(height * FINER / 14))
    size = cv2.getFontScaleFromHeight(FONT, height * FINER, px)
    (width, above), below = cv2.getTextSize(words, FONT, size, px)
    edge = 2 * FINER
    ink = np.zeros((above + below + 2 * edge, width + edge), np.uint8)
    cv2.putText(ink, words, (0, above + edge), FONT, size, 255, px, cv2.LINE_AA)
    small = cv2.resize(ink, None, fx=1 / FINER, fy=1 / FINER, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255, round((below + edge) / FINER)


def dot(image: np.ndarray, x: float, y: float, radius: int, colour: Colour, full: bool) -> None:
    """A disc, or a ring."""
    cv2.circle(image, (round(x), round(y)), radius, colour, -1 if full else 1, cv2.LINE_AA)


def bar(image: np.ndarray, left: float, right: float, y: int, px: int, colour: Colour) -> None:
    """A filled bar `px` high, from its upper edge on."""
    a, b = sorted((round(left), round(right)))
    image[y : y + px, max(a, 0) : b + 1] = colour


def frame(image: np.ndarray, box: np.ndarray, colours: Sequence[Colour], px: int) -> None:
    """A box (left, top, right, bottom), the first colour around the second."""
    left, top, right, bottom = np.round(box).astype(int).tolist()
    for colour, width in zip(colours, (px + 2, px), strict=True):
        cv2.rectangle(image, (left, top), (right, bottom), colour, width, cv2.LINE_AA)


def line(
    image: np.ndarray, xs: Sequence[float], ys: Sequence[float], colour: Colour, px: int
) -> None:
    """A line through points, to a sixteenth of a pixel."""
    points = np.round(np.column_stack([xs, ys]) * 16).astype(np.int32)
    cv2.polylines(image, [points], False, colour, px, cv2.LINE_AA, shift=4)
