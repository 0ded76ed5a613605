"""Schedules of a region, and which half-orbit a Sentinel-1 overpass is combined with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_world import fine_of, make_half_orbit, make_overpass, make_world

from smen.grid import M36, Window
from smen.simulation.climates import CLIMATES
from smen.simulation.overpasses import PAIR_HOURS, OverpassSchedule, nearest_half_orbit
from smen.simulation.weather import LAPSE_K_PER_M, WeatherGenerator
from smen.simulation.world import World
from smen.simulation.write import schedule_of

AREA = make_world().area
PAPER_DATES = {"oklahoma": (80, 50), "arizona": (30, 10), "geneva": (60, 30)}
"""Table 1 of the paper: dates of 2016-17 and of 2018 with a 3 km field."""


def day(text):
    return np.datetime64(text)


@pytest.fixture(scope="module")
def schedule():
    return schedule_of(make_world(size=24))


def after(orbit, hours):
    """Time some hours after a half-orbit passes over."""
    return orbit.over + np.timedelta64(round(hours * 3600e3), "ms")


def test_overpasses_are_in_order_of_time(schedule):
    days = day("2016-01-01"), day("2016-12-31")
    smap, sentinel1 = schedule.smap(M36, *days), schedule.sentinel1(*days)
    assert [orbit.begin for orbit in smap] == sorted(orbit.begin for orbit in smap)
    assert [overpass.time for overpass in sentinel1] == sorted(overpass.time for overpass in sentinel1)
    assert len({overpass.track for overpass in sentinel1}) == CLIMATES["oklahoma"].strips


def test_the_same_arguments_give_the_same_schedule(schedule):
    again = schedule_of(make_world(size=24))
    days = day("2016-01-01"), day("2016-06-30")
    for one, other in zip(schedule.sentinel1(*days), again.sentinel1(*days), strict=True):
        assert (one.time, one.track) == (other.time, other.track)
        np.testing.assert_array_equal(one.frames, other.frames)


def test_a_schedule_is_of_the_whole_area_but_its_strips_are_chosen_by_the_window(schedule):
    for overpass in schedule.sentinel1(day("2016-01-01"), day("2016-12-31")):
        assert overpass.frames.shape == schedule.area.shape
    water = OverpassSchedule(
        schedule.window, schedule.area, "made", schedule.climate, 1, np.zeros(schedule.window.shape, bool)
    )
    assert water.sentinel1(day("2016-01-01"), day("2016-12-31")) == []


def test_the_nearest_half_orbit_is_taken():
    orbits = [make_half_orbit(AREA, number=24342 + k, descending=d) for k in (0, 15, 29) for d in (True, False)]
    for orbit in orbits:
        assert nearest_half_orbit(make_overpass(AREA, after(orbit, 1.0)), orbits, 12) is orbit
        assert nearest_half_orbit(make_overpass(AREA, after(orbit, -1.0)), orbits, 12) is orbit


@given(st.lists(st.floats(-60, 60), min_size=1, max_size=6), st.randoms())
def test_pairs_lie_within_half_an_hour_and_36_hours(hours, random):
    """Whatever the order of the half-orbits: none outside of the limits, and no nearer one within."""
    orbits = [make_half_orbit(AREA, number=24342 + k) for k in range(len(hours))]
    reference = orbits[0].over
    apart = [float((orbit.over - reference) / np.timedelta64(1, "h")) - hours[0] for orbit in orbits]
    overpass = make_overpass(AREA, after(orbits[0], hours[0]))
    random.shuffle(orbits)
    chosen = nearest_half_orbit(overpass, orbits, 12)
    possible = [abs(h) for h in apart if PAIR_HOURS[0] <= abs(h) <= PAIR_HOURS[1]]
    if chosen is None:
        assert not possible
    else:
        assert abs((chosen.over - overpass.time) / np.timedelta64(1, "h")) == pytest.approx(min(possible), abs=1e-5)


@pytest.mark.parametrize(("hours", "paired"), [(0.49, False), (0.51, True), (35.9, True), (36.1, False), (-35.9, True)])
def test_the_limits_in_time(hours, paired):
    orbit = make_half_orbit(AREA)
    assert (nearest_half_orbit(make_overpass(AREA, after(orbit, hours)), [orbit], 12) is orbit) == paired


def test_a_half_orbit_must_see_most_of_the_strip():
    """Six tenths of its cells: here the strip covers ten coarse columns' worth of two."""
    rows, columns = AREA.height // 12, AREA.width // 12
    strip = np.full((rows, columns), -1, np.int16)
    strip[:, 1:6] = 0
    for seen_columns, paired in ((3, False), (4, True)):
        seen = np.zeros((rows, columns), bool)
        seen[:, : 1 + seen_columns] = True
        orbit = make_half_orbit(AREA, seen=seen)
        overpass = make_overpass(AREA, after(orbit, 2.0), fine_of(strip, 12))
        assert (nearest_half_orbit(overpass, [orbit], 12) is orbit) == paired


def test_a_farther_half_orbit_is_taken_where_the_nearer_one_sees_too_little():
    near, far = make_half_orbit(AREA, seen=False), make_half_orbit(AREA, number=24350)
    assert nearest_half_orbit(make_overpass(AREA, after(near, 1.0)), [near, far], 12) is far
    assert nearest_half_orbit(make_overpass(AREA, after(near, 1.0)), [near], 12) is None
    assert nearest_half_orbit(make_overpass(AREA, after(near, 1.0)), [], 12) is None


def temperatures(world, last):
    """Soil temperature of each half day at the mean elevation: without rain a world takes a tenth of a second."""
    found = {}
    for weather in WeatherGenerator(world.area, world.name, world.climate, world.seed).days():
        if weather.day > last:
            return found
        found |= {(weather.day, evening): weather.temperature[evening] for evening in (False, True)}
    return found


@pytest.mark.parametrize("name", CLIMATES)
def test_numbers_of_dates_are_near_those_of_the_paper(name, monkeypatch):
    """Half-orbits of which a tenth of the window has a recommended value; snow is left out (mostly it is frozen)."""
    monkeypatch.setattr(WeatherGenerator, "_rain", lambda *_: (None, None))
    climate = CLIMATES[name]
    world = World(Window.centred_on(climate.longitude, climate.latitude, 100, 100), name, climate, 0)
    schedule = schedule_of(world)
    first, last = day("2016-01-01"), day("2018-12-31")
    orbits = schedule.smap(M36, first, last)
    celsius = temperatures(world, last)
    good = world.land.recommended[world.inner]
    colder = LAPSE_K_PER_M * world.land.elevation[world.inner]
    fields = {}
    for overpass in schedule.sentinel1(first, last):
        if (orbit := nearest_half_orbit(overpass, orbits, M36.coarse_factor)) is not None:
            seen = fine_of(orbit.seen, 12)[world.inner] & (overpass.frames[world.inner] >= 0)
            recommended = seen & good & (celsius[overpass.half_day] - colder >= 0)
            fields[orbit.begin] = fields.get(orbit.begin, False) | recommended
    usable = [begin for begin, field in fields.items() if field.mean() >= 0.1]
    training = sum(begin < day("2018-01-01") for begin in usable)
    assert training == pytest.approx(PAPER_DATES[name][0], rel=0.15)
    assert len(usable) - training == pytest.approx(PAPER_DATES[name][1], rel=0.2)
    assert 0.25 < np.mean([field.mean() for field in fields.values()]) < 0.65
