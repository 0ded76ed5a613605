"""Orbits: period, repeat cycle, numbers, and ground tracks against a satellite that is moved in space."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.simulation.orbits import DAY_S, Orbit, unit_vectors
from smen.simulation.sentinel1_overpasses import SENTINEL1
from smen.simulation.smap_overpasses import SMAP

ORBITS = pytest.mark.parametrize("orbit", [SMAP, SENTINEL1], ids=["SMAP", "Sentinel-1"])
ROUND = Orbit(16, 1, 97.0, np.datetime64("2020-01-01T00:00:00.000"), 0.0, 100)
"""Sixteen orbits a day: 90 minutes and 22.5 degrees each."""


def rotation(axis, angle):
    """Return the matrix of a rotation about x (0) or z (2), radians."""
    c, s = np.cos(angle), np.sin(angle)
    if axis == 0:
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def satellite(orbit, seconds):
    """Return Earth-fixed unit vectors of a satellite some seconds after its anchor, by rotating a circle in space.

    In space the circle lies in a plane that is tilted by the inclination. The Earth rotates below it, once a day in
    the frame that follows the Sun.
    """
    plane = rotation(2, np.radians(orbit.anchor_longitude)) @ rotation(0, np.radians(orbit.inclination))
    places = []
    for t in seconds:
        angle = 2 * np.pi * t / orbit.period_s
        in_space = plane @ np.array([np.cos(angle), np.sin(angle), 0.0])
        places.append(rotation(2, -2 * np.pi * t / DAY_S) @ in_space)
    return np.array(places)


def test_periods_are_those_of_the_missions():
    """SMAP: 98.5 minutes (685 km); Sentinel-1: 98.7 minutes (693 km)."""
    assert SMAP.period_s / 60 == pytest.approx(98.46, abs=0.01)
    assert SENTINEL1.period_s / 60 == pytest.approx(98.74, abs=0.01)


@ORBITS
def test_the_period_agrees_with_keplers_third_law(orbit):
    """Mean altitudes: SMAP 685 km, Sentinel-1 693 km, above 6378 km; J2 changes it by less than .2 %."""
    altitude = {"SMAP": 685.0, "Sentinel-1": 693.0}["SMAP" if orbit is SMAP else "Sentinel-1"]
    keplerian = 2 * np.pi * np.sqrt((6378.137 + altitude) ** 3 / 398600.44)
    assert orbit.period_s == pytest.approx(keplerian, rel=2e-3)


@ORBITS
def test_the_orbit_is_sun_synchronous(orbit):
    """The node drifts with the Sun (.9856 degrees a day): J2 precession for this inclination and altitude."""
    axis = (398600.44 * (orbit.period_s / (2 * np.pi)) ** 2) ** (1 / 3)
    mean_motion = 2 * np.pi / orbit.period_s
    drift = -1.5 * 1.08263e-3 * (6378.137 / axis) ** 2 * mean_motion * np.cos(np.radians(orbit.inclination))
    assert np.degrees(drift) * DAY_S == pytest.approx(0.9856, rel=0.01)


@ORBITS
@pytest.mark.parametrize("descending", [False, True])
def test_tracks_repeat_after_a_cycle(orbit, descending):
    number = orbit.anchor_number + 31
    again = number + orbit.revolutions
    assert orbit.track(number) == orbit.track(again) == 31
    apart = orbit.crossing(again, descending) - orbit.crossing(number, descending)
    assert abs(apart - np.timedelta64(orbit.days, "D")) <= np.timedelta64(1, "ms")
    assert orbit.crossing_longitude(again, descending) == pytest.approx(orbit.crossing_longitude(number, descending))


@ORBITS
def test_tracks_are_evenly_spaced_on_the_equator(orbit):
    longitudes = np.sort([orbit.crossing_longitude(orbit.anchor_number + k, False) for k in range(orbit.revolutions)])
    np.testing.assert_allclose(np.diff(longitudes), 360 / orbit.revolutions, atol=1e-9)


def test_crossings_of_a_made_orbit_by_hand():
    assert ROUND.period_s == 5400
    assert ROUND.crossing(101, descending=False) == np.datetime64("2020-01-01T01:30:00")
    assert ROUND.crossing(101, descending=True) == np.datetime64("2020-01-01T02:15:00")
    assert ROUND.crossing(84, descending=False) == np.datetime64("2019-12-31T00:00:00")
    assert ROUND.crossing_longitude(101, descending=False) == pytest.approx(-22.5)
    # half an orbit later: on the other side, and the Earth has turned by 11.25 degrees below it
    assert ROUND.crossing_longitude(100, descending=True) == pytest.approx(168.75)
    assert ROUND.track(99) == 15


@given(st.integers(-3000, 3000), st.booleans())
def test_the_number_at_a_crossing_is_that_of_the_orbit(offset, descending):
    number = SMAP.anchor_number + offset
    time = SMAP.crossing(number, descending) + np.timedelta64(2, "ms")
    assert SMAP.number_at(time) == number


@given(st.integers(0, 10**5), st.booleans())
def test_longitudes_stay_in_their_range(number, descending):
    assert -180 <= SMAP.crossing_longitude(number, descending) < 180


@given(st.integers(24000, 25000))
def test_crossings_follow_each_other(number):
    times = [SMAP.crossing(n, d) for n in (number, number + 1) for d in (False, True)]
    gaps = np.diff(np.array(times)) / np.timedelta64(1, "ms")
    np.testing.assert_allclose(gaps, SMAP.period_s * 500, atol=1)


@ORBITS
@pytest.mark.parametrize("descending", [False, True])
def test_ground_tracks_are_those_of_a_satellite_moved_in_space(orbit, descending):
    seconds, points = orbit.ground_track(0, descending)
    # the descending half follows half a period after the anchor
    expected = satellite(orbit, seconds + 0.5 * descending * orbit.period_s)
    np.testing.assert_allclose(points, expected, atol=1e-9)


@ORBITS
def test_ground_tracks_reach_the_latitude_of_the_inclination(orbit):
    _, points = orbit.ground_track(5, descending=False)
    latitude = np.degrees(np.arcsin(points[:, 2]))
    assert latitude.max() == pytest.approx(180 - orbit.inclination, abs=0.01)
    assert latitude.min() == pytest.approx(orbit.inclination - 180, abs=0.01)


def test_halves_run_north_and_south():
    for descending, sign in ((False, 1), (True, -1)):
        seconds, points = SMAP.ground_track(3, descending)
        middle = np.abs(seconds) < 600
        assert (np.sign(np.diff(points[middle, 2])) == sign).all()
        assert np.interp(0, seconds, points[:, 2]) == pytest.approx(0, abs=1e-9)


def test_smap_crosses_the_equator_at_six():
    """Local solar time of the ascending node: 6 pm, of the descending one: 6 am (Entekhabi et al. 2010)."""
    for descending, hour in ((False, 18), (True, 6)):
        for number in range(24342, 24342 + 117, 13):
            crossing = SMAP.crossing(number, descending)
            utc = (crossing - crossing.astype("datetime64[D]")) / np.timedelta64(1, "h")
            solar = (utc + SMAP.crossing_longitude(number, descending) / 15) % 24
            assert solar == pytest.approx(hour, abs=0.1)


def test_sentinel1_crosses_the_equator_at_six():
    """Ascending node at 18:00 local time (ESA's user guide)."""
    for number in range(5287, 5287 + 175, 25):
        crossing = SENTINEL1.crossing(number, descending=False)
        utc = (crossing - crossing.astype("datetime64[D]")) / np.timedelta64(1, "h")
        assert (utc + SENTINEL1.crossing_longitude(number, False) / 15) % 24 == pytest.approx(18, abs=0.1)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_unit_vectors_give_their_place_back(longitude, latitude):
    x, y, z = unit_vectors(np.array(longitude), np.array(latitude))
    assert x**2 + y**2 + z**2 == pytest.approx(1)
    assert np.degrees(np.arcsin(np.clip(z, -1, 1))) == pytest.approx(latitude, abs=1e-5)
    if abs(latitude) < 89:
        turn = np.degrees(np.arctan2(y, x)) - longitude
        assert (turn + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


def test_the_anchor_is_the_equator_crossing_of_the_real_half_orbit(real_data):
    (path,) = real_data.glob("SMAP_L2_SM_P_NRT_*.h5")
    with h5py.File(path) as file:
        measured = dict(file["Metadata/OrbitMeasuredLocation"].attrs)
    text = {key: value.decode() if isinstance(value, bytes) else value for key, value in measured.items()}
    assert np.datetime64(text["equatorCrossingDateTime"].removesuffix("Z")) == SMAP.anchor
    assert float(text["equatorCrossingLongitude"]) == pytest.approx(SMAP.anchor_longitude, abs=1e-5)
    assert int(text["revNumber"]) == SMAP.anchor_number
