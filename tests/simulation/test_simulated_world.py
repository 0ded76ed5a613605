"""The world and the sensors: ranges, patterns, and how near the numbers come to real ones."""

import numpy as np
import pytest

from smen.grid import M36, Window
from smen.simulation.climates import CLIMATES, nearest_climate
from smen.simulation.overpasses import OverpassSchedule, nearest_half_orbit
from smen.simulation.radar import RadarProduct
from smen.simulation.radiometer import Radiometer
from smen.simulation.random_fields import PeriodicLattice, random_stream
from smen.simulation.statistics import compare
from smen.simulation.world import World, surroundings
from smen.simulation.write import schedule_of

PAPER_DATES = {"oklahoma": (80, 50), "arizona": (30, 10), "geneva": (60, 30)}
"""Table 1 of the paper: dates of 2016-17 and of 2018 with a 3 km field."""


def day(text):
    return np.datetime64(text)


@pytest.mark.parametrize("name", CLIMATES)
def test_statistics_come_near_to_real_ones(name):
    """Two worlds of 72 x 72 cells; the table over several worlds is `python -m smen.simulation.statistics`."""
    off = {}
    for row, (real, simulated) in compare(name, [0, 1], size=72).items():
        tolerance = 0.25 if row.startswith("mean") else 0.6
        if row.startswith("stations"):
            tolerance = 0.3
        for k, (a, b) in enumerate(zip(real, simulated, strict=True)):
            if abs(b - a) > tolerance * abs(a):
                off[row, k] = a, b
    assert not off


@pytest.mark.parametrize("name", CLIMATES)
def test_numbers_of_dates_are_near_those_of_the_paper(name):
    climate = CLIMATES[name]
    world = World(Window.centred_on(climate.longitude, climate.latitude, 100, 100), name, climate, 0)
    schedule = schedule_of(world)
    first, last = day("2016-01-01"), day("2018-12-31")
    orbits = schedule.smap(M36, first, last)
    pairs = {}
    for one in schedule.sentinel1(first, last):
        if (orbit := nearest_half_orbit(one, orbits, M36.coarse_factor)) is not None:
            pairs.setdefault(max(orbit.half_day, one.half_day), []).append((one, orbit))
    product = RadarProduct(world, Radiometer(world).errors)
    fields, kept = {}, {}
    for state in world.states(first - 3, last):
        kept[state.half_day] = state
        for one, orbit in pairs.get(state.half_day, []):
            field = fields.setdefault(orbit.begin, np.zeros(world.window.shape, bool))
            for scene in product.scenes(one, orbit, kept[orbit.half_day], kept[one.half_day]):
                values = {k: scene.values[k + "_3km"] for k in ("retrieval_qual_flag", "soil_moisture")}
                good = ((values["retrieval_qual_flag"] & 1) == 0) & (values["soil_moisture"] > -1)
                good &= scene.values["EASE_row_index_3km"] != 65534
                row, column = (scene.values[f"EASE_{k}_index_3km"][good] for k in ("row", "column"))
                _, r, c = world.window.locate(row, column)
                field[r, c] = True
        kept = {moment: s for moment, s in kept.items() if moment[0] > state.day - 4}
    shares = {begin: field.mean() for begin, field in fields.items()}
    usable = [begin for begin, share in shares.items() if share >= 0.1]
    training = sum(begin < day("2018-01-01") for begin in usable)
    assert training == pytest.approx(PAPER_DATES[name][0], rel=0.15)
    assert len(usable) - training == pytest.approx(PAPER_DATES[name][1], rel=0.2)
    assert 0.25 < np.mean(list(shares.values())) < 0.65


def test_soil_moisture_stays_in_range_and_varies_most_at_middling_wetness():
    climate = CLIMATES["oklahoma"]
    world = World(Window.centred_on(-97.5, 35.5, 60, 60), "range", climate, 5)
    blocks = []
    for state in world.states(day("2015-04-01"), day("2016-12-31")):
        assert state.moisture.min() >= climate.residual
        assert state.moisture.max() <= climate.saturated
        cells = state.moisture.reshape(world.area.height // 12, 12, -1, 12)
        blocks.append((cells.mean((1, 3)).ravel(), cells.std((1, 3)).ravel()))
    means, deviations = np.array(blocks).transpose(1, 0, 2)
    edges = np.arange(0.08, 0.4, 0.02)
    inside = [(means >= low) & (means < low + 0.02) for low in edges]
    by_wetness = np.array([deviations[cells].mean() if cells.sum() > 200 else 0 for cells in inside])
    assert 0.13 <= edges[by_wetness.argmax()] + 0.01 <= 0.25
    assert by_wetness.max() > 1.3 * by_wetness[by_wetness > 0].min()


def test_days_do_not_depend_on_the_period_asked_for():
    world = World(Window.centred_on(6.1, 46.2, 20, 20), "period", CLIMATES["geneva"], 1)
    long = {s.half_day: s.moisture for s in world.states(day("2015-01-01"), day("2015-02-10"))}
    short = {s.half_day: s.moisture for s in world.states(day("2015-01-20"), day("2015-01-25"))}
    assert len(short) == 12
    for moment, moisture in short.items():
        np.testing.assert_array_equal(moisture, long[moment])


def test_the_radiometer_gives_a_constant_field_back():
    """Footprint and cell mean weigh to one, over land alone."""
    world = World(Window.centred_on(6.1, 46.2, 30, 30), "constant", CLIMATES["geneva"], 1)
    for name in ("SPL2SMP", "SPL2SMP_E"):
        seen = Radiometer(world, name).moisture(np.full(world.area.shape, 0.25, np.float32))
        np.testing.assert_allclose(seen, 0.25, rtol=1e-4)


def test_errors_of_the_radiometer_vary_smoothly():
    """Real 36 km semivariances leave less than .01 of noise that is independent from cell to cell."""
    climate = CLIMATES["oklahoma"]
    world = World(Window.centred_on(-97.5, 35.5, 100, 100), "noise", climate, 1)
    radiometer = Radiometer(world)
    orbits = OverpassSchedule(world.window, world.area, "noise", climate, 1).smap(
        M36, day("2016-01-01"), day("2016-03-31")
    )
    errors = np.array([radiometer.errors.of(orbit.number, orbit.descending) for orbit in orbits if orbit.descending])
    noise = errors - errors.mean(0)
    assert noise.std() == pytest.approx(climate.coarse_noise, rel=0.15)
    step = np.diff(noise, axis=2)
    assert step.std() / np.sqrt(2) < 0.004


def test_fields_have_their_variance_and_correlation():
    lattice = PeriodicLattice(200, 200, 3.0, 3.0)
    amplitudes = lattice.amplitudes([(4.0, 30.0)])
    pairs = [lattice.two_fields(random_stream(seed, "fields"), amplitudes) for seed in range(15)]
    fields = np.array([field for both in pairs for field in both])
    assert fields.var() == pytest.approx(4.0, rel=0.1)
    at_30_km = (fields[:, :, 10:] * fields[:, :, :-10]).mean() / fields.var()
    assert at_30_km == pytest.approx(np.exp(-1), abs=0.06)
    assert abs(np.corrcoef(fields[0].ravel(), fields[1].ravel())[0, 1]) < 0.15


def test_the_area_holds_whole_cells_of_36_km_and_a_margin():
    window = Window.centred_on(-97.52, 35.47, 100, 100)
    area = surroundings(window)
    assert area.row % 12 == area.column % 12 == area.height % 12 == area.width % 12 == 0
    assert window.row - area.row >= 24
    assert (area.column + area.width) - (window.column + window.width) >= 24


@pytest.mark.parametrize(
    ("place", "climate"),
    [((-97.5, 35.5), "oklahoma"), ((-118.2, 34.1), "arizona"), ((2.3, 48.9), "geneva"), ((-80.2, 25.8), "oklahoma")],
)
def test_places_get_the_nearest_climate(place, climate):
    assert nearest_climate(*place) == climate
