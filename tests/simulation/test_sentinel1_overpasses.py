"""Sentinel-1's strips and overpasses: swath, frames, 12 days, shares that were acquired, Sentinel-1B."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from smen.grid import Window
from smen.simulation.climates import ARIZONA, GENEVA, OKLAHOMA
from smen.simulation.sentinel1_overpasses import (
    FRAME_KM,
    LEAST_COVERAGE,
    SENTINEL1,
    SENTINEL1B_LIFETIME,
    Strip,
    operated_strips,
    passes_along,
)
from smen.simulation.world import surroundings

WINDOW = Window.centred_on(-97.52, 35.47, 30, 30)
AREA = surroundings(WINDOW)
INNER = tuple(slice(start, start + 30) for start in (WINDOW.row - AREA.row, WINDOW.column - AREA.column))
ALL_YEARS = np.datetime64("2015-04-01"), np.datetime64("2021-12-31")


@pytest.fixture(scope="module")
def strips():
    """All strips that cover a part of the window."""
    return operated_strips(WINDOW, AREA, np.True_, 1, "oklahoma", 100)


def made_strip(phase=0.3, descending=True, track=20):
    frames = np.zeros((12, 12), np.int16)
    frames[:, :3] = -1
    return Strip(track, descending, frames, np.full((12, 12), 500.0), 0.5, phase)


def always(climate):
    """The climate with every possible overpass acquired."""
    return replace(climate, acquisitions=(1.0, 1.0))


def test_strips_are_250_km_wide_to_the_right_of_the_flight(strips):
    """Distance of the strip's cells from the ground track, by geodesics on the ellipsoid."""
    geod = Geod(ellps="WGS84")
    longitude, latitude = np.meshgrid(AREA.longitudes, AREA.latitudes)
    for strip in strips[:3]:
        _, points = SENTINEL1.ground_track(strip.track, strip.descending)
        lon, lat = np.degrees(np.arctan2(points[:, 1], points[:, 0])), np.degrees(np.arcsin(points[:, 2]))
        close = np.abs(lat - latitude.mean()) < 4
        cells = np.argwhere(strip.frames >= 0)[::53]
        for row, column in cells:
            n = int(close.sum())
            here = np.full(n, longitude[row, column]), np.full(n, latitude[row, column])
            azimuth, _, metres = geod.inv(lon[close], lat[close], *here)
            nearest = metres.argmin()
            assert 350 < metres[nearest] / 1000 < 611
            assert (0 < azimuth[nearest] < 180) != strip.descending  # to the east northwards, to the west southwards


def test_strips_cover_their_share_of_the_window(strips):
    assert len(strips) >= 4
    assert len({(strip.track, strip.descending) for strip in strips}) == len(strips)
    for strip in strips:
        assert (strip.frames[INNER] >= 0).mean() >= LEAST_COVERAGE
        assert strip.frames.shape == strip.seconds.shape == AREA.shape


def test_frames_are_numbered_in_flight_direction(strips):
    for strip in strips:
        frames = strip.frames[strip.frames >= 0]
        assert frames.min() == 0
        assert set(frames.tolist()) == set(range(frames.max() + 1))
        starts = [strip.seconds[strip.frames == k].mean() for k in range(frames.max() + 1)]
        assert (np.diff(starts) > 0).all()
        seconds_of_frame = FRAME_KM / (2 * np.pi * 6371 / SENTINEL1.period_s)
        for k in range(1, frames.max()):
            assert np.ptp(strip.seconds[strip.frames == k]) == pytest.approx(seconds_of_frame, rel=0.2)


def test_fewer_strips_are_the_first_of_more(strips):
    chosen = operated_strips(WINDOW, AREA, np.True_, 1, "oklahoma", 2)
    assert [(s.track, s.descending) for s in chosen] == [(s.track, s.descending) for s in strips[:2]]
    assert [strip.rank for strip in strips] == sorted(strip.rank for strip in strips)


def test_the_choice_depends_on_seed_and_name():
    small = Window.centred_on(-97.52, 35.47, 4, 4)
    area = small.padded(4)
    keys = []
    for seed, name in ((1, "oklahoma"), (1, "oklahoma"), (2, "oklahoma"), (1, "other")):
        chosen = operated_strips(small, area, np.True_, seed, name, 100)
        keys.append(tuple((s.track, s.descending) for s in chosen))
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert len({frozenset(key) for key in keys}) == 1  # the same strips in another order


def test_strips_that_show_no_recommended_cells_are_left_out(strips):
    west = np.zeros(WINDOW.shape, bool)
    west[:, :6] = True
    chosen = operated_strips(WINDOW, AREA, west, 1, "oklahoma", 100)
    expected = [strip for strip in strips if ((strip.frames[INNER] >= 0) & west).mean() >= LEAST_COVERAGE]
    assert [(s.track, s.descending) for s in chosen] == [(s.track, s.descending) for s in expected]
    assert 0 < len(chosen) < len(strips)


def test_one_satellite_returns_every_twelve_days():
    passes = passes_along(made_strip(), always(OKLAHOMA), -97.5, *ALL_YEARS)
    gaps = np.diff([overpass.time for overpass in passes]) / np.timedelta64(1, "ms")
    np.testing.assert_allclose(gaps, 12 * 86400e3, atol=1)
    assert {overpass.platform for overpass in passes} == {"1AIWDV"}
    assert len(passes) == pytest.approx(6.75 * 365.25 / 12, abs=1)


def test_two_satellites_return_every_six_days_while_both_fly():
    passes = passes_along(made_strip(), always(GENEVA), 6.1, *ALL_YEARS)
    second = [overpass.time for overpass in passes if overpass.platform == "1BIWDV"]
    assert SENTINEL1B_LIFETIME[0] <= min(second)
    assert max(second) < SENTINEL1B_LIFETIME[1]
    both = [p.time for p in passes if min(second) <= p.time <= max(second)]
    np.testing.assert_allclose(np.diff(sorted(both)) / np.timedelta64(1, "D"), 6, atol=1e-4)
    before = [p.time for p in passes if p.time < min(second) - np.timedelta64(7, "D")]
    np.testing.assert_allclose(np.diff(before) / np.timedelta64(1, "D"), 12, atol=1e-4)


@pytest.mark.parametrize("climate", [OKLAHOMA, ARIZONA, GENEVA], ids=lambda climate: climate.name)
def test_the_acquired_share_is_the_climates(climate):
    """Multiples of the golden ratio fill an interval evenly: the share holds to one in ten overpasses."""
    periods = (("2016-01-01", "2017-12-31"), ("2018-01-01", "2021-12-01"))
    for (first, last), share in zip(periods, climate.acquisitions, strict=True):
        days = np.datetime64(first), np.datetime64(last)
        acquired, possible = (
            sum(len(passes_along(made_strip(phase), numbers, 0.0, *days)) for phase in (0.1, 0.5, 0.9))
            for numbers in (climate, always(climate))
        )
        assert acquired / possible == pytest.approx(share, abs=0.06)


@given(st.floats(0, 1), st.integers(0, 174), st.booleans())
def test_acquired_overpasses_are_among_the_possible_ones(phase, track, descending):
    strip = made_strip(phase, descending, track)
    days = np.datetime64("2016-01-01"), np.datetime64("2016-12-31")
    times = {p.time for p in passes_along(strip, OKLAHOMA, -97.5, *days)}
    assert times <= {p.time for p in passes_along(strip, always(OKLAHOMA), -97.5, *days)}
    assert all(days[0] <= time.astype("datetime64[D]") <= days[1] for time in times)


def test_an_overpass_does_not_depend_on_the_period():
    strip = made_strip()
    whole = [p.time for p in passes_along(strip, GENEVA, 6.1, *ALL_YEARS)]
    part = np.datetime64("2017-02-01"), np.datetime64("2017-08-01")
    assert [p.time for p in passes_along(strip, GENEVA, 6.1, *part)] == [
        time for time in whole if part[0] <= time.astype("datetime64[D]") <= part[1]
    ]


def test_times_are_those_of_the_crossing_and_the_middle_of_the_strip():
    strip = made_strip()
    strip.seconds[6:] = 520.0
    first = passes_along(strip, always(OKLAHOMA), -97.5, *ALL_YEARS)[0]
    number = SENTINEL1.number_at(first.time)
    crossing = SENTINEL1.crossing(number, descending=True)
    assert (first.time - crossing) / np.timedelta64(1, "s") == pytest.approx(510.0, abs=0.002)
    assert SENTINEL1.track(number) == strip.track
    np.testing.assert_allclose(first.seconds[[0, -1]], [[-10.0] * 12, [10.0] * 12])


def test_directions_fit_the_local_solar_time(strips):
    longitude = float(AREA.longitudes[AREA.width // 2])
    for strip in strips:
        for overpass in passes_along(strip, always(OKLAHOMA), longitude, *ALL_YEARS)[:3]:
            hours = (overpass.time - overpass.time.astype("datetime64[D]")) / np.timedelta64(1, "h")
            assert (hours + longitude / 15) % 24 == pytest.approx(18 if overpass.evening else 6, abs=1.2)
            assert overpass.evening == (not strip.descending)
            assert overpass.half_day == (overpass.day, overpass.evening)


def test_the_real_name_that_anchors_the_orbit():
    """SMAP_L2_SM_SP_1AIWDV_20150331T170640_20150401T054620_003E34N: overpass of Algeria's coast, southwards."""
    time = np.datetime64("2015-04-01T05:46:20")
    number = SENTINEL1.number_at(time)
    seconds, points = SENTINEL1.ground_track(SENTINEL1.track(number), descending=True)
    since = (time - SENTINEL1.crossing(number, descending=True)) / np.timedelta64(1, "s")
    latitude = np.degrees(np.arcsin(points[np.argmin(np.abs(seconds - since)), 2]))
    longitude = np.degrees(np.arctan2(points[:, 1], points[:, 0]))[np.argmin(np.abs(seconds - since))]
    assert latitude == pytest.approx(35, abs=2)
    metres = Geod(ellps="WGS84").inv(longitude, latitude, 4.5, 35.0)[2]
    assert 300e3 < metres < 660e3
