"""Which granules a region needs, by their names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.grid import Window
from smen.products.names import half_orbit_name, scene_name
from smen.sources.selection import in_period, may_touch

BEGIN, END = np.datetime64("2016-01-01T12:00:00"), np.datetime64("2016-01-02T12:00:00")
OKLAHOMA = Window.centred_on(-97.5, 35.5, 100, 100)


def half_orbit(time, direction="D"):
    return half_orbit_name("SPL2SMP", 4872, direction, np.datetime64(time))


def scene(time="2016-01-01T12:00:00", longitude=-97.5, latitude=35.5):
    return scene_name(np.datetime64(time), np.datetime64("2016-01-01"), longitude, latitude)


@pytest.mark.parametrize(
    ("time", "inside"),
    [
        ("2016-01-01T11:59:59", False),
        ("2016-01-01T12:00:00", True),  # the beginning is included
        ("2016-01-02T11:59:59", True),
        ("2016-01-02T12:00:00", False),  # the end is not
    ],
)
def test_half_orbits_of_a_period(time, inside):
    assert in_period(half_orbit(time), BEGIN, END, ("A", "D")) is inside
    assert not in_period(half_orbit(time), BEGIN, END, ("A",))
    assert in_period(half_orbit(time, "A"), BEGIN, END, ("A",)) is inside


@pytest.mark.parametrize(
    ("time", "inside"),
    [
        ("2016-01-01T10:59:59", False),
        ("2016-01-01T11:00:00", True),
        ("2016-01-02T12:59:59", True),
        ("2016-01-02T13:00:00", False),
    ],
)
def test_scenes_are_taken_an_hour_around_the_period_whatever_the_direction(time, inside):
    assert in_period(scene(time), BEGIN, END, ("A",)) is inside
    assert in_period(scene(time), BEGIN, END, ()) is inside


@pytest.mark.parametrize(
    ("longitude", "latitude", "near"),
    # 1000 km are 9.0 degrees of latitude and, at 37 N, 11.2 of longitude, beyond the window's +-1.4 and +-1.6.
    [
        (-97, 35, True),
        (-86, 35, True),
        (-84, 35, False),
        (-110, 35, True),
        (-112, 35, False),
        (-97, 45, True),
        (-97, 46, False),
        (-97, 26, True),
        (-97, 25, False),
        (82, 35, False),
    ],
)
def test_places_of_scenes(longitude, latitude, near):
    assert may_touch(scene(longitude=longitude, latitude=latitude), OKLAHOMA) is near


def test_half_orbits_have_no_place():
    assert may_touch(half_orbit("2016-01-01T12:00:00"), OKLAHOMA)


def test_across_180_degrees():
    window = Window.centred_on(179.9, 35.5, 100, 100)
    for longitude in (179, -179, 172, -172):
        assert may_touch(scene(longitude=longitude), window)
    assert not may_touch(scene(longitude=160), window)
    assert not may_touch(scene(longitude=-160), window)


@given(longitude=st.integers(-179, 179), latitude=st.integers(-80, 80))
def test_a_scene_over_the_window_is_never_left_out(longitude, latitude):
    window = Window.centred_on(longitude, latitude, 20, 20)
    assert may_touch(scene(longitude=longitude, latitude=latitude), window)


@settings(max_examples=20)
@given(longitude=st.integers(-179, 179))
def test_a_window_around_the_globe_is_near_every_longitude(longitude):
    assert may_touch(scene(longitude=longitude, latitude=35), Window(1000, 0, 50, 11568))
