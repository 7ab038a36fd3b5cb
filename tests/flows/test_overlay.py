"""What an overlay draws, in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from features.media import frames
from flows.predict.gauges import COLOURS, DIM, LIGHT
from flows.predict.layout import fitted, wrapped
from flows.predict.moments import moments, number
from flows.predict.overlay import Panel
from flows.predict.strokes import text_width
from tests.flows.planted_run import FRAMES, hears, plant, run

RANGES = {"sentiment": (-3.0, 3.0), "arousal": (-1.0, 1.0), "power": (1.0, 9.0), "fun": (0.0, 5.0)}
HIGH, WIDE = 360, 640
BLANK = np.full((HIGH, WIDE, 3), 200, np.uint8)
MIDDLE = round(0.36 * WIDE)  # gauges end here
FIRST_BAR = 9 + 9 + 4  # px from the panel's top to the first target's bar


def columns(values: dict[str, float], streams: dict[str, str]) -> dict[str, list]:
    """Eleven steps of the same."""
    found: dict[str, list] = {"time": [(i + 0.5) / 10 for i in range(11)]}
    found |= {target: [value] * 11 for target, value in values.items()}
    return found | {f"{stream}_state": [state] * 11 for stream, state in streams.items()}


def drawn(values, streams, axes=None, picture=BLANK) -> np.ndarray:
    ranges = {target: RANGES[target] for target in values}
    panel = Panel(moments(columns(values, streams), ranges, streams), None, axes)
    return panel(1.0, picture)


def bar(image: np.ndarray, place: int, streams: int = 1) -> np.ndarray:
    """The row of pixels through the bar of a target, from the panel's left to the gauges' right."""
    count = round(len(RANGES) * 27 + streams * 16 + 18)
    return image[HIGH - count + FIRST_BAR + 27 * place + 2, 9 : MIDDLE - 9]


def test_a_bar_reaches_from_the_middle_of_its_range_to_the_value():
    values = {"sentiment": 1.5, "arousal": -0.5, "power": 5.0, "fun": 5.0}
    image = drawn(values, {"face": "ok"})
    for place, share in enumerate((0.75, 0.25, 0.5, 1.0)):
        row = bar(image, place)
        coloured = np.flatnonzero((row == COLOURS[place]).all(axis=1))
        middle = (len(row) - 1) / 2
        if share == 0.5:
            assert not len(coloured)
        else:
            ends = sorted((middle, share * len(row)))
            assert (coloured[0], coloured[-1]) == pytest.approx(ends, abs=2)
        assert (row[round(middle)] == LIGHT).all()


def test_what_lies_beyond_the_range_ends_with_the_bar():
    row = bar(drawn({**dict.fromkeys(RANGES, 1.0), "sentiment": 40.0}, {"face": "ok"}), 0)
    assert (row[-1] == COLOURS[0]).all()


def test_where_nothing_was_known_no_target_has_its_colour():
    image = drawn(dict.fromkeys(RANGES, 2.5), {"face": "no_face"})
    row = bar(image, 0)
    assert (row == DIM).all(axis=1).any() and not (row == COLOURS[0]).all(axis=1).any()


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_target_has_a_colour_of_its_own(count):
    values = dict.fromkeys(list(RANGES)[:count], 2.5)
    image = drawn(values, {"face": "ok"})
    for colour in COLOURS:
        assert (image == colour).all(axis=2).any() == (colour in COLOURS[:count])


def test_more_targets_than_colours_are_left_out_and_named(film, caplog):
    plant("six", {"voice": (10, hears(5))}, {f"t{i}": (0.0, 1.0) for i in range(6)}, seed=2)
    run(film, "--run", "six", "--overlay", "drawn.mp4")
    assert "room for 4 targets: without t4, t5" in caplog.text
    assert len(list(frames(film.with_name("drawn.mp4")))) == FRAMES


def test_the_plane_has_a_dot_where_both_targets_are():
    values = {"arousal": 0.5, "power": 3.0}  # three quarters to the right, one quarter up
    image = drawn(values, {"face": "ok"}, ("arousal", "power"))
    high = 2 * 27 + 16 + 18
    side = high - 18
    x, y = WIDE - 9 - side + 0.75 * side, HIGH - 9 - 0.25 * side
    assert (image[round(y), round(x)] == LIGHT).all()
    without = drawn(values, {"face": "ok"})
    assert not (without[HIGH - high : HIGH, WIDE - high :] == LIGHT).all(axis=2).any()


@pytest.mark.parametrize("size", [(360, 640), (256, 256), (120, 160), (640, 360)])
def test_five_streams_stay_within_the_picture(size):
    names = ["face", "edges", "voice", "words", "a_stream_with_a_name_that_does_not_fit_anywhere"]
    picture = np.zeros((*size, 3), np.uint8)
    streams = dict.fromkeys(names, "low_confidence")
    image = drawn(dict.fromkeys(RANGES, 2.5), streams, ("sentiment", "arousal"), picture)
    bright = image.max(axis=2) > 70  # letters, bars and lines
    gauges = bright[size[0] // 2 :, : round(0.36 * size[1])]
    assert gauges[:, 5:-5].any() and not gauges[:, -3:].any()
    reasons = bright[: size[0] // 2]
    assert reasons[:, 5:-5].any() and not reasons[:, -3:].any()


class TestLayout:
    def test_words_that_fit_stay_and_others_are_cut(self):
        assert fitted("arousal", 9, 500) == "arousal"
        short = fitted("arousal", 9, 40)
        assert short.endswith("..") and "arousal".startswith(short[:-2])
        assert text_width(short, 9) <= 40 and fitted("arousal", 9, 1) == ""

    def test_a_line_ends_where_the_next_thing_would_not_fit(self):
        things = {"a": 30, "b": 50, "c": 20, "d": 300, "e": 1}
        assert wrapped(things, 100, 7) == [["a", "b"], ["c"], ["d"], ["e"]]

    @pytest.mark.parametrize(
        ("value", "low", "high", "said"),
        [
            (0.5, -1, 1, "+0.50"),
            (-2.346, -3, 3, "-2.35"),
            (6.5, 1, 9, "6.50"),
            (41.26, 0, 100, "41.3"),
            (412.6, 0, 1000, "413"),
        ],
    )
    def test_a_number_has_three_digits_and_a_sign_where_there_are_two(self, value, low, high, said):
        assert number(value, low, high) == said
