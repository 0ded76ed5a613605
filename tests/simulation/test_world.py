"""The world: its area, its states, what they depend on."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_world import make_world

from smen.grid import M03, M36, Window
from smen.simulation.climates import CLIMATES
from smen.simulation.weather import FIRST_DAY
from smen.simulation.world import MARGIN_CELLS, World, surroundings

WINDOWS = st.builds(
    Window, st.integers(0, M03.rows - 300), st.integers(0, M03.columns - 1), st.integers(1, 300), st.integers(1, 300)
)


def day(text):
    return np.datetime64(text)


@given(WINDOWS)
def test_the_area_holds_whole_cells_of_36_km_and_a_margin(window):
    area = surroundings(window)
    assert area.row % 12 == area.column % 12 == area.height % 12 == area.width % 12 == 0
    assert window.row - area.row >= MARGIN_CELLS or area.row == 0
    left = (window.column - area.column) % M03.columns
    assert MARGIN_CELLS <= left < MARGIN_CELLS + 12
    assert area.width - left - window.width >= MARGIN_CELLS
    bottom = area.row + area.height - window.row - window.height
    assert bottom >= MARGIN_CELLS or area.row + area.height == M03.rows


@given(WINDOWS)
def test_the_inner_part_is_the_window(window):
    world = World(window, "x", CLIMATES["oklahoma"], 1)
    assert world.area == surroundings(window)
    rows, columns = world.inner
    np.testing.assert_array_equal(world.area.rows()[rows], window.rows())
    np.testing.assert_array_equal(world.area.columns()[columns], window.columns())


def test_the_area_is_cut_at_the_grids_ends_and_wraps_at_180_degrees():
    assert surroundings(Window(5, 100, 10, 10)).row == 0
    south = surroundings(Window(M03.rows - 10, 100, 10, 10))
    assert south.row + south.height == M03.rows
    across = surroundings(Window(1000, 6, 12, 12))
    assert across.column == M03.columns - 24
    assert across.crosses_antimeridian
    assert surroundings(Window(1000, 0, 12, M03.columns)).width == M03.columns


@pytest.fixture(scope="module")
def states():
    """Forty days of a world near its beginning."""
    return list(make_world("geneva", size=12).states(FIRST_DAY + 10, FIRST_DAY + 49))


def test_there_are_two_states_a_day_in_order(states):
    moments = [state.half_day for state in states]
    assert moments == [(FIRST_DAY + 10 + k, evening) for k in range(40) for evening in (False, True)]
    assert moments == sorted(moments)


def test_states_have_the_areas_shape(states):
    area = make_world("geneva", size=12).area
    for state in states:
        assert state.moisture.shape == state.temperature.shape == state.snow.shape == area.shape
        assert state.moisture.dtype == state.temperature.dtype == np.float32
        assert state.rain is None or state.rain.shape == area.shape


def test_states_differ_from_each_other(states):
    """No state is the array of another one."""
    for one, other in pairwise(states):
        assert not np.array_equal(one.moisture, other.moisture)
        assert not np.shares_memory(one.moisture, other.moisture)
        assert not np.shares_memory(one.snow, other.snow)


def test_rain_wets_and_dry_half_days_dry(states):
    for before, after in pairwise(states):
        if after.rain is None:
            assert (after.moisture <= before.moisture + 0.002).all()
        else:
            wet = after.rain > 15
            if wet.any():
                assert (after.moisture[wet] > before.moisture[wet]).mean() > 0.95


def test_days_do_not_depend_on_the_period_asked_for(states):
    world = make_world("geneva", size=12)
    by_half_day = {state.half_day: state for state in states}
    short = list(world.states(FIRST_DAY + 30, FIRST_DAY + 35))
    assert len(short) == 12
    for state in short:
        np.testing.assert_array_equal(state.moisture, by_half_day[state.half_day].moisture)
        np.testing.assert_array_equal(state.temperature, by_half_day[state.half_day].temperature)


def test_snow_lies_from_before_the_period():
    """A year that is simulated alone begins with the snow of December, as a longer run has it."""
    world = make_world("geneva", size=12)
    year = {state.half_day: state.snow for state in world.states(day("2014-11-01"), day("2015-03-31"))}
    compared = 0
    for first in ("2014-12-28", "2015-01-29", "2015-02-10"):
        for state in world.states(day(first), day(first) + 2):
            np.testing.assert_array_equal(state.snow, year[state.half_day])
            compared += int(state.snow.any() and not (state.rain is not None and state.rain.any()))
    assert compared  # snow that did not fall in the half day itself


def test_worlds_differ_by_seed_and_name(states):
    for world in (make_world("geneva", 12, seed=2), make_world("geneva", 12, name="other")):
        state = next(iter(world.states(FIRST_DAY + 10, FIRST_DAY + 10)))
        assert abs(np.corrcoef(state.moisture.ravel(), states[0].moisture.ravel())[0, 1]) < 0.9
        assert not np.array_equal(state.moisture, states[0].moisture)


def test_an_empty_period_has_no_states():
    assert list(make_world(size=4).states(FIRST_DAY + 5, FIRST_DAY + 4)) == []
    assert list(make_world(size=4).states(FIRST_DAY - 30, FIRST_DAY - 1)) == []


def test_evenings_are_warmer_than_mornings(states):
    for morning, evening in zip(states[::2], states[1::2], strict=True):
        np.testing.assert_allclose(evening.temperature - morning.temperature, 6, atol=1e-4)


def test_soil_moisture_varies_most_at_middling_wetness():
    """Spatial standard deviation within 36 km against the mean, over a wet and a dry year (Famiglietti et al. 2008)."""
    climate = CLIMATES["oklahoma"]
    world = make_world(size=24, name="range", seed=5)
    cells = []
    for state in world.states(day("2014-09-01"), day("2015-10-31")):
        assert climate.residual <= state.moisture.min()
        assert state.moisture.max() <= climate.saturated
        if not state.evening:
            values = state.moisture.reshape(world.area.height // M36.coarse_factor, 12, -1, 12)
            cells.append((values.mean((1, 3)).ravel(), values.std((1, 3)).ravel()))
    means, deviations = np.array(cells).transpose(1, 0, 2)
    edges = np.arange(0.08, 0.4, 0.02)
    inside = [(means >= low) & (means < low + 0.02) for low in edges]
    by_wetness = np.array([deviations[chosen].mean() if chosen.sum() > 100 else 0 for chosen in inside])
    assert 0.13 <= edges[by_wetness.argmax()] + 0.01 <= 0.25
    assert by_wetness.max() > 1.3 * by_wetness[by_wetness > 0].min()
