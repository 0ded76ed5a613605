"""SMAP's half-orbits: revisit, local time, swath, names, outages and missing granules."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_world import cells_of
from pyproj import Geod

from smen.grid import M09, M36, Window
from smen.simulation.smap_overpasses import (
    HALF_SPAN,
    HALF_SWATH_KM,
    MISSING_SHARE,
    OUTAGES,
    SMAP,
    became_granule,
    half_orbits_over,
)
from smen.simulation.track_coordinates import middle_of
from smen.simulation.world import surroundings

DAY = np.timedelta64(1, "D")
OKLAHOMA = surroundings(Window.centred_on(-97.52, 35.47, 36, 36))


def day(text):
    return np.datetime64(text)


@pytest.fixture(scope="module")
def spring():
    """Half-orbits over Oklahoma in 64 days, eight repeat cycles."""
    return half_orbits_over(OKLAHOMA, M36, day("2016-03-01"), day("2016-05-03"))


def full(orbits, descending):
    """Half-orbits of a direction that see the whole area."""
    return [orbit for orbit in orbits if orbit.descending == descending and orbit.seen.all()]


def test_half_orbits_are_in_order_and_begin_in_the_period(spring):
    begins = [orbit.begin for orbit in spring]
    assert begins == sorted(begins)
    assert all(day("2016-03-01") <= orbit.start_day <= day("2016-05-03") for orbit in spring)
    assert {orbit.descending for orbit in spring} == {True, False}


@pytest.mark.parametrize("descending", [False, True])
def test_smap_returns_every_two_to_three_days(spring, descending):
    """At 35 degrees the whole area is seen every 2.7 days in one direction (Entekhabi et al. 2010: 2-3 days)."""
    over = [orbit.over for orbit in full(spring, descending)]
    gaps = np.diff(over) / DAY
    assert 2.0 <= gaps.mean() <= 3.2
    assert gaps.min() > 0.9
    assert gaps.max() < 9  # a missing granule


def test_overpasses_return_after_eight_days(spring):
    begins = {(orbit.number, orbit.descending): orbit for orbit in spring}
    again = 0
    for (number, descending), orbit in begins.items():
        later = begins.get((number + 117, descending))
        if later is not None:
            again += 1
            assert abs(later.begin - orbit.begin - 8 * DAY) <= np.timedelta64(1, "ms")
            np.testing.assert_array_equal(later.seen, orbit.seen)
            np.testing.assert_array_equal(later.seconds, orbit.seconds)
    assert again > 0.8 * len(spring) * 7 / 8


def test_directions_fit_the_local_solar_time(spring):
    longitude, _ = middle_of(OKLAHOMA)
    for orbit in spring:
        solar = ((orbit.over - orbit.over.astype("datetime64[D]")) / np.timedelta64(1, "h") + longitude / 15) % 24
        assert solar == pytest.approx(6 if orbit.descending else 18, abs=1.0)
        assert orbit.half_day == (orbit.day, not orbit.descending)
        assert orbit.letter == ("D" if orbit.descending else "A")


def test_the_swath_is_a_thousand_kilometres_across(spring):
    """Cells are seen as far as 512 km from the ground track, by geodesics on the ellipsoid."""
    geod = Geod(ellps="WGS84")
    rows, columns = cells_of(OKLAHOMA, M36)
    longitude, latitude = (np.asarray(v) for v in M36.centres(rows[:, None], columns[None, :]))
    checked = 0
    for orbit in spring[:24]:
        _, points = SMAP.ground_track(SMAP.track(orbit.number), orbit.descending)
        lon, lat = np.degrees(np.arctan2(points[:, 1], points[:, 0])), np.degrees(np.arcsin(points[:, 2]))
        close = np.abs(lat - latitude.mean()) < 9
        for cell in np.ndindex(longitude.shape):
            n = int(close.sum())
            metres = geod.inv(np.full(n, longitude[cell]), np.full(n, latitude[cell]), lon[close], lat[close])[2]
            if abs(metres.min() / 1000 - HALF_SWATH_KM) > 8:  # sphere against ellipsoid, steps of 11 km
                assert orbit.seen[cell] == (metres.min() / 1000 < HALF_SWATH_KM)
                checked += 1
    assert checked > 500


def test_half_orbits_last_53_minutes_around_the_crossing(spring):
    for orbit in spring:
        assert orbit.end - orbit.crossing == orbit.crossing - orbit.begin == HALF_SPAN
        assert (orbit.end - orbit.begin) / np.timedelta64(1, "m") == pytest.approx(53.4, abs=0.1)
        assert orbit.begin < orbit.over < orbit.end
        times = orbit.crossing + (orbit.seconds * 1000).astype("timedelta64[ms]")
        assert ((times > orbit.begin) & (times < orbit.end)).all()


def test_the_time_over_the_middle_is_the_median_of_the_cells(spring):
    for orbit in spring[:10]:
        assert (orbit.over - orbit.crossing) / np.timedelta64(1, "s") == pytest.approx(
            np.median(orbit.seconds), abs=0.001
        )


def test_both_grids_see_the_same_swath():
    days = day("2016-03-01"), day("2016-03-08")
    coarse, fine = (half_orbits_over(OKLAHOMA, grid, *days) for grid in (M36, M09))
    by_number = {(orbit.number, orbit.descending): orbit for orbit in coarse}
    assert fine[0].seen.shape == (4 * coarse[0].seen.shape[0], 4 * coarse[0].seen.shape[1])
    off = []
    for orbit in fine:
        if (other := by_number.get((orbit.number, orbit.descending))) is not None:
            share = orbit.seen.reshape(other.seen.shape[0], 4, -1, 4).mean((1, 3))
            off.append(np.abs(share - other.seen))
    assert len(off) > 8
    assert np.mean(off) < 0.05
    assert np.quantile(off, 0.75) == 0  # only cells at the edge of the swath differ


def test_periods_add_up():
    """Two halves of a period give the half-orbits of the whole one."""
    whole = half_orbits_over(OKLAHOMA, M36, day("2016-03-01"), day("2016-03-20"))
    parts = half_orbits_over(OKLAHOMA, M36, day("2016-03-01"), day("2016-03-09"))
    parts += half_orbits_over(OKLAHOMA, M36, day("2016-03-10"), day("2016-03-20"))
    assert [(orbit.number, orbit.descending) for orbit in whole] == [(o.number, o.descending) for o in parts]


def test_the_real_half_orbit_has_its_name():
    """And 00872_D, which began at 2015-04-01T04:48:11, within three minutes."""
    memphis = Window.centred_on(-90, 35, 24, 24)
    area = surroundings(memphis)
    (orbit,) = [o for o in half_orbits_over(area, M36, *[day("2019-08-22")] * 2) if not o.descending]
    assert orbit.number == 24342
    assert abs(orbit.begin - np.datetime64("2019-08-22T22:48:57.923")) < np.timedelta64(1, "s")
    assert abs(orbit.end - np.datetime64("2019-08-22T23:42:19.360")) < np.timedelta64(1, "s")
    begun = SMAP.crossing(872, descending=True) - HALF_SPAN
    assert abs(begun - np.datetime64("2015-04-01T04:48:11")) < np.timedelta64(3, "m")


def test_a_start_is_rounded_to_the_second_of_its_name(spring):
    from dataclasses import replace

    late = replace(spring[0], begin=np.datetime64("2016-03-01T23:59:59.600"))
    assert late.start_day == day("2016-03-02")
    assert replace(late, begin=np.datetime64("2016-03-01T23:59:59.400")).start_day == day("2016-03-01")


def test_nothing_was_observed_in_safe_mode():
    for first, last in OUTAGES:
        assert not half_orbits_over(OKLAHOMA, M36, day(first), day(last) - 1)
        assert half_orbits_over(OKLAHOMA, M36, day(last), day(last) + 7)
    assert not became_granule(23400, True, day("2019-06-19"))
    assert not became_granule(23400, True, day("2019-07-22"))


@given(st.integers(1000, 60000), st.booleans())
def test_missing_half_orbits_are_missing_everywhere_and_always(number, descending):
    first, second = (became_granule(number, descending, day(text)) for text in ("2016-01-01", "2018-01-01"))
    assert first == second


def test_a_hundredth_is_missing():
    numbers = [became_granule(number, descending, day("2016-01-01")) for number in range(2500) for descending in (0, 1)]
    missing = 5000 - sum(numbers)
    sd = np.sqrt(5000 * MISSING_SHARE * (1 - MISSING_SHARE))
    assert abs(missing - 5000 * MISSING_SHARE) < 3 * sd


def test_an_area_across_180_degrees_is_seen_like_any_other():
    area = surroundings(Window(1000, 11550, 36, 36))
    orbits = half_orbits_over(area, M36, day("2016-03-01"), day("2016-03-24"))
    assert len(full(orbits, True)) >= 5
    for one, other in pairwise(full(orbits, True)):
        assert other.over > one.over
