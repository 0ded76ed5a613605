"""Scenes find their half-orbit by containment and by the sun."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.products.match import SLACK, HalfOrbit, SceneTime, match, solar_direction
from smen.products.name_parsing import parse_name


def at(text):
    return np.datetime64(f"2016-06-01T{text}", "ms")


# A train of half-orbits as SMAP flies them: 49.2 min each, and files that reach 2 min over on either side.
DOWN = HalfOrbit("down", "D", at("11:48:00"), at("12:41:20"))
UP = HalfOrbit("up", "A", at("12:37:10"), at("13:30:30"))
NEXT = HalfOrbit("next", "D", at("13:26:20"), at("14:19:40"))
TRAIN = [DOWN, UP, NEXT]
OKLAHOMA, ANTIPODE = -97.5, 82.5


@pytest.mark.parametrize("half_orbits", list(itertools.permutations(TRAIN)))
@pytest.mark.parametrize(
    ("time", "longitude", "key"),
    [
        ("12:20:00", OKLAHOMA, "down"),
        ("12:00:00", OKLAHOMA, "down"),
        ("11:48:00", OKLAHOMA, "down"),  # the name's time is the beginning
        ("11:46:00", OKLAHOMA, "down"),  # slack
        ("12:39:00", OKLAHOMA, "down"),  # where two overlap, the sun decides
        ("12:39:00", ANTIPODE, "up"),
        ("13:00:00", ANTIPODE, "up"),
        ("13:28:00", OKLAHOMA, "next"),
        ("14:22:40", OKLAHOMA, "next"),
        ("13:00:00", OKLAHOMA, "up"),  # well inside one alone: containment is the stronger evidence
        ("12:20:00", ANTIPODE, "down"),
    ],
)
def test_matches(half_orbits, time, longitude, key):
    (found,) = match([SceneTime("s", at(time), longitude)], half_orbits)
    assert found.half_orbit.key == key
    assert found.reason is None


@pytest.mark.parametrize(
    ("time", "longitude", "reason"),
    [
        ("11:44:59", OKLAHOMA, "no half-orbit contains"),
        ("14:22:41", OKLAHOMA, "no half-orbit contains"),
        ("14:20:00", ANTIPODE, "direction A, but the half-orbit at 2016-06-01T14:20:00.000 is next"),
    ],
)
def test_none_fits_and_why(time, longitude, reason):
    (found,) = match([SceneTime("s", at(time), longitude)], TRAIN)
    assert found.half_orbit is None
    assert reason in found.reason


def test_several_that_fit():
    scene = SceneTime("s", at("12:00:00"), OKLAHOMA)
    inside = HalfOrbit("z", "D", at("11:00:00"), at("12:00:00"))
    late = HalfOrbit("a", "D", at("12:01:00"), at("13:00:00"))
    assert match([scene], [late, inside])[0].half_orbit is inside
    nearer = HalfOrbit("n", "D", at("11:50:00"), at("12:40:00"))
    assert match([scene], [inside, nearer, late])[0].half_orbit is nearer


def test_order_of_scenes_is_kept_and_nothing_is_an_answer():
    scenes = [SceneTime(str(i), at("12:20:00"), lon) for i, lon in enumerate([OKLAHOMA, ANTIPODE, OKLAHOMA])]
    assert [m.scene.key for m in match(scenes, TRAIN)] == ["0", "1", "2"]
    assert [m.half_orbit for m in match(scenes, [])] == [None] * 3
    assert match([], TRAIN) == []


def test_real_names_show_their_direction():
    # D is about 6 am, A about 6 pm: places by which these half-orbits and scenes pass.
    name = parse_name("SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5")
    assert solar_direction(np.datetime64("2019-08-22T23:15:38"), -78.96) == name.direction  # its equator crossing
    assert solar_direction(np.datetime64("2015-03-31T17:06:40"), 3) == "A"
    assert solar_direction(np.datetime64("2018-08-15T11:37:36"), -78) == "D"


@pytest.mark.parametrize("longitude", [-180, -90, 0, 90, 180])
def test_six_in_the_morning_is_descending_everywhere(longitude):
    morning = np.datetime64("2016-06-01T06:00:00") - np.timedelta64(longitude * 240, "s")
    assert solar_direction(morning, longitude) == "D"
    assert solar_direction(morning + np.timedelta64(12, "h"), longitude) == "A"


def test_slack_can_be_set():
    scene = SceneTime("s", at("11:40:00"), OKLAHOMA)
    assert match([scene], TRAIN)[0].half_orbit is None
    assert match([scene], TRAIN, slack=np.timedelta64(8, "m"))[0].half_orbit is DOWN
    edge = SceneTime("s", at("11:47:59"), OKLAHOMA)
    assert match([edge], TRAIN, slack=np.timedelta64(0, "m"))[0].half_orbit is None


@given(minute=st.integers(0, 151), longitude=st.floats(-180, 180))
def test_a_match_contains_the_scene_and_agrees_with_the_sun_or_is_alone(minute, longitude):
    time = at("11:48:00") + np.timedelta64(minute, "m")
    (result,) = match([SceneTime("s", time, longitude)], TRAIN)
    around = [h for h in TRAIN if h.begin - SLACK <= time <= h.end + SLACK]
    if result.half_orbit is None:
        assert around
        assert result.reason is not None
    else:
        assert result.half_orbit in around
        agrees = result.half_orbit.direction == solar_direction(time, longitude)
        assert agrees or all(h is result.half_orbit for h in around if h.begin + SLACK <= time <= h.end - SLACK)


@given(longitude=st.floats(-180, 180), hours=st.integers(0, 200))
def test_the_direction_repeats_every_day_and_around_the_globe(longitude, hours):
    time = np.datetime64("2016-06-01T00:00:00") + np.timedelta64(hours, "h")
    direction = solar_direction(time, longitude)
    assert solar_direction(time + np.timedelta64(24, "h"), longitude) == direction
