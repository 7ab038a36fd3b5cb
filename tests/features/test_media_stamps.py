"""A clock that steps and a stamp that is wild are told apart by what comes next."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from features.media.clock import Fix
from features.media.container import MediaError
from features.media.joining import fixes
from features.media.stamps import Stamps

LASTS = 4  # units, of every packet; a unit is 0.01 s
BASE = 0.01


def seen(stamps: Sequence[int | None], others: tuple[float, float] | None = None) -> Stamps:
    """A stream whose packets are decoded and shown at these stamps, alone in its file."""
    found = Stamps(back=12, on=12, far=200, pause=1000)
    for number, stamp in enumerate(stamps):
        if stamp is None:
            found.unknown(number, number)
        else:
            found.see(number, number, stamp, stamp, stamp + LASTS)
    found.close(others)
    return found


def fixed(*stamps: int | None, resets: bool = False, others: tuple[float, float] | None = None):
    return fixes({0: seen(stamps, others)}, {0: BASE}, resets).get(0, Fix())


def steady(begin: int, count: int) -> range:
    return range(begin, begin + count * LASTS, LASTS)


def test_a_steady_clock_is_left_alone():
    assert fixed(*steady(700, 50)) == Fix()


def test_a_clock_that_begins_again_goes_on_where_it_had_come_to():
    fix = fixed(*steady(100, 10), *steady(100, 10))
    assert fix == Fix(offsets=((10, 40),))
    assert fix.offset(9) == 0
    assert fix.offset(10) == 40


def test_it_may_begin_again_several_times():
    fix = fixed(*steady(100, 10), *steady(60, 10), *steady(20, 10))
    assert fix.offsets == ((10, 80), (20, 160))  # to 140 and 180


@pytest.mark.parametrize(("place", "right"), [(0, 100), (5, 120), (9, 136)])
@pytest.mark.parametrize("by", [-3000, 3000])
def test_one_wild_stamp_is_put_where_it_is_missing(place: int, right: int, by: int):
    stamps = list(steady(100, 10))
    stamps[place] += by
    assert fixed(*stamps, others=(100.0, 140.0)) == Fix(wild={place: right})


def test_wild_stamps_in_a_row_share_their_place():
    stamps = list(steady(100, 12))
    stamps[5:7] = [9000, 9004]
    assert fixed(*stamps) == Fix(wild={5: 120, 6: 124})


def test_a_packet_without_a_stamp_is_put_where_it_is_missing():
    stamps: list[int | None] = list(steady(100, 40))
    stamps[20] = None
    assert fixed(*stamps) == Fix(wild={20: 180})


def test_a_stream_in_which_many_packets_have_no_stamp_is_left_to_its_decoder():
    assert (
        fixed(*(stamp if place % 2 else None for place, stamp in enumerate(steady(0, 40)))) == Fix()
    )


def test_a_pause_stays_a_pause():
    assert fixed(*steady(100, 10), *steady(800, 10)) == Fix()
    assert fixed(*steady(100, 10), *steady(5000, 10)) == Fix()


def test_pictures_that_come_when_they_like_are_left_alone():
    assert fixed(0, 50, 51, 300, 301, 302, 303, 800, 870, 871, 1500) == Fix()


def test_a_long_step_forward_is_a_clock_set_anew_where_a_container_may_do_that():
    fix = fixed(*steady(100, 10), *steady(5000, 10), resets=True)
    assert fix == Fix(offsets=((10, 140 - 5000),))


def test_streams_that_step_together_keep_their_distance():
    pictures = seen([*steady(110, 10), *steady(110, 10)])  # 110 to 150, twice
    sound = seen([*steady(100, 10), *steady(100, 10)])  # 100 to 140, twice
    for stamps, place in ((pictures, 0), (sound, 1)):
        for line in stamps.lines:
            line.position += place
    both = fixes({0: pictures, 1: sound}, {0: BASE, 1: BASE}, resets=True)
    assert both == {0: Fix(((10, 40),)), 1: Fix(((10, 40),))}


def test_a_clock_that_nobody_can_follow_is_an_error():
    with pytest.raises(MediaError, match="its clock steps more than 1000 times"):
        seen([stamp for _ in range(1002) for stamp in steady(100, 20)])
    wild = [stamp if place % 3 else stamp + 9000 for place, stamp in enumerate(steady(0, 4000))]
    with pytest.raises(MediaError, match="more than 1000 of its time stamps are wild"):
        seen(wild)
