"""The radiometer: footprint then cell mean, over land alone; errors; order and places of the cells."""

import numpy as np
import pytest
from made_world import cells_of, fine_of, make_half_orbit, make_state, make_world
from scipy import ndimage

from smen.grid import M09, M36
from smen.products.flags import SurfaceFlag
from smen.simulation.antenna import FOOTPRINT_KM, HALF_POWER_SIGMAS
from smen.simulation.radiometer import Radiometer
from smen.simulation.retrieval_values import LEAST_MOISTURE

GRIDS = {"SPL2SMP": M36, "SPL2SMP_E": M09}


@pytest.fixture(scope="module")
def world():
    """A world without lakes, cities and mountains, but for what tests put there."""
    return make_world("oklahoma", size=48)


@pytest.fixture(scope="module", params=list(GRIDS))
def radiometer(request, world):
    return Radiometer(world, request.param)


@pytest.fixture(scope="module")
def coarse(world):
    return Radiometer(world, "SPL2SMP")


def observe(radiometer, state, **options):
    orbit = make_half_orbit(radiometer.world.area, GRIDS[radiometer.short_name], **options)
    return orbit, radiometer.observe(orbit, state)


def test_a_constant_field_is_given_back(radiometer):
    """Footprint and cell mean weigh to one, over land alone."""
    seen = radiometer.moisture(np.full(radiometer.world.area.shape, 0.25, np.float32))
    np.testing.assert_allclose(seen, 0.25, rtol=1e-4)


def test_a_field_is_blurred_and_then_averaged(coarse):
    """Against scipy's Gaussian filter, away from the edge."""
    area = coarse.world.area
    field = np.random.default_rng(1).standard_normal(area.shape).astype(np.float32)
    field = ndimage.gaussian_filter(field, 3)
    sigmas = [FOOTPRINT_KM["SPL2SMP"] / HALF_POWER_SIGMAS / lengths.mean() for lengths in area.cell_lengths_km()]
    blurred = ndimage.gaussian_filter(field, sigmas, mode="nearest", truncate=6)
    expected = blurred.reshape(area.height // 12, 12, -1, 12).mean((1, 3))
    inside = (slice(3, -3), slice(3, -3))
    np.testing.assert_allclose(coarse.through_antenna(field)[inside], expected[inside], atol=2e-3 * field.std())


def test_open_water_does_not_count(coarse):
    """Whatever stands under water, the retrieval is that of the land around."""
    land = coarse.world.land
    assert land.water.any()
    field = np.where(land.water, np.float32(9.0), np.float32(0.25))
    np.testing.assert_allclose(coarse.moisture(field), 0.25, rtol=1e-3)


def recommended(observation):
    return (observation.values["retrieval_qual_flag"] & 1) == 0


def test_a_recommended_retrieval_is_the_truth_with_its_error(radiometer, world):
    truth = world.land.elevation * 0 + np.float32(0.2)
    truth[:, : world.area.width // 2] = 0.3
    orbit, observation = observe(radiometer, make_state(world, truth))
    grid = GRIDS[radiometer.short_name]
    error = radiometer.errors.interpolated(orbit.number, True, grid.coarse_factor)
    expected = radiometer.moisture(truth) + error
    rows, columns = cells_of(world.area, grid)
    at = np.searchsorted(rows, observation.row), np.searchsorted(columns, observation.column)
    made = recommended(observation)
    assert made.sum() > 20
    np.testing.assert_allclose(observation.values["soil_moisture"][made], expected[at][made], rtol=1e-6)


def test_an_uncertain_retrieval_errs_beyond_that_and_its_brightness_does_not(radiometer, world):
    """It rains everywhere: all are of uncertain quality, and too wet; the same without the rain, drawn alike."""
    state, wet = make_state(world, 0.2), make_state(world, 0.2, rain=50.0)
    numbers = range(3000, 3030)
    pairs = [
        (observe(radiometer, state, number=n)[1].values, observe(radiometer, wet, number=n)[1].values) for n in numbers
    ]
    rained = [(dry, rain) for dry, rain in pairs if (rain["surface_flag"] & SurfaceFlag.PRECIPITATION).all()]
    assert 3 <= len(rained) < 20
    for dry, rain in rained:
        sound = ((dry["retrieval_qual_flag"] & 1) == 0) & (rain["retrieval_qual_flag"] == 1)
        extra = (rain["soil_moisture"] - dry["soil_moisture"])[sound]
        assert extra.mean() == pytest.approx(0.04, abs=0.03)
        assert (extra != 0).all()
        cold = rain["tb_v_corrected"] - dry["tb_v_corrected"]
        assert np.abs(cold).max() < 6  # its noise of .5 K, drawn anew; .04 m3/m3 would be 5 K more in the mean
        assert np.abs(cold.mean()) < 0.5


def test_noise_of_retrievals_is_the_climates(coarse, world):
    """Of many overpasses of one state, cell by cell: the climate's coarse noise."""
    state = make_state(world, 0.2)
    values = [observe(coarse, state, number=number)[1].values["soil_moisture"] for number in range(2000, 2120)]
    sound = recommended(observe(coarse, state)[1])
    deviations = np.std(np.array(values)[:, sound], axis=0)
    assert np.mean(deviations) == pytest.approx(world.climate.coarse_noise, rel=0.12)


def test_evenings_are_noisier_than_mornings_with_the_same_bias(coarse, world):
    state = make_state(world, 0.25)
    series = {True: [], False: []}
    for descending, values in series.items():
        for number in range(2000, 2120):
            observation = observe(coarse, state, number=number, descending=descending)[1]
            values.append(observation.values["soil_moisture"])
    series = {descending: np.array(values) for descending, values in series.items()}
    made = recommended(observe(coarse, state)[1])
    mornings, evenings = (values[:, made] for values in series.values())
    assert evenings.std(0).mean() / mornings.std(0).mean() == pytest.approx(1.2, abs=0.1)
    np.testing.assert_allclose(evenings.mean(0), mornings.mean(0), atol=4 * 0.011 / np.sqrt(120))


def test_cells_run_column_by_column_inside_the_ring(radiometer, world):
    """All but the outermost 36 km, whose footprints are cut."""
    grid = GRIDS[radiometer.short_name]
    _, observation = observe(radiometer, make_state(world))
    rows, columns = cells_of(world.area, grid)
    ring = 12 // grid.coarse_factor
    expected = [(column, row) for column in columns[ring:-ring] for row in rows[ring:-ring]]
    assert list(zip(observation.column.tolist(), observation.row.tolist(), strict=True)) == [
        (int(c), int(r)) for c, r in expected
    ]


def test_only_cells_in_the_swath_are_observed(coarse, world):
    seen = np.zeros((world.area.height // 12, world.area.width // 12), bool)
    seen[2:4, 3] = True
    seen[0, 0] = True  # in the ring
    _, observation = observe(coarse, make_state(world), seen=seen)
    rows, columns = cells_of(world.area, M36)
    assert observation.row.tolist() == [rows[2], rows[3]]
    assert observation.column.tolist() == [columns[3]] * 2


def test_a_half_orbit_beside_the_region_observes_nothing(coarse, world):
    assert observe(coarse, make_state(world), seen=False)[1] is None
    only_ring = np.zeros((world.area.height // 12, world.area.width // 12), bool)
    only_ring[0] = only_ring[:, -1] = True
    assert observe(coarse, make_state(world), seen=only_ring)[1] is None


def test_times_are_those_of_the_overpass(coarse, world):
    """Seconds since 2000-01-01T12:00, with less than half a second of their own."""
    shape = world.area.height // 12, world.area.width // 12
    seconds = np.arange(np.prod(shape), dtype=float).reshape(shape)
    orbit, observation = observe(coarse, make_state(world), seconds=seconds)
    since = (orbit.crossing - np.datetime64("2000-01-01T12:00")) / np.timedelta64(1, "ms") / 1000
    expected = since + seconds[1:-1, 1:-1].T.ravel()
    off = observation.values["tb_time_seconds"] - expected
    assert np.abs(off).max() < 2
    assert off.std() == pytest.approx(0.4, rel=0.4)


def test_frost_and_snow_are_seen_through_the_antenna(coarse, world):
    half = np.zeros(world.area.shape, bool)
    half[:, : world.area.width // 2] = True
    state = make_state(world, temperature=np.where(half, -5.0, 10.0), snow=half)
    _, observation = observe(coarse, state)
    surface, frozen = observation.values["surface_flag"], observation.values["freeze_thaw_fraction"]
    np.testing.assert_allclose(frozen, coarse.through_antenna(half)[1:-1, 1:-1].T.ravel(), atol=1e-6)
    for bit in (SurfaceFlag.FROZEN_MODEL, SurfaceFlag.SNOW):
        np.testing.assert_array_equal((surface & bit) > 0, frozen > 0.05)
    np.testing.assert_array_equal(observation.values["soil_moisture"] == -9999, frozen > 0.5)
    kelvin = observation.values["surface_temperature"]
    assert kelvin.min() > 268
    assert kelvin.max() == pytest.approx(283.15, abs=0.5)


def test_rain_is_marked_at_three_of_ten_overpasses(coarse, world):
    """It fell in the 12 hours before; whether it still does is drawn."""
    state = make_state(world, rain=10.0)
    marked = [
        bool((observe(coarse, state, number=n)[1].values["surface_flag"] & SurfaceFlag.PRECIPITATION).any())
        for n in range(3000, 3150)
    ]
    assert np.mean(marked) == pytest.approx(0.3, abs=0.12)


def test_an_uncertain_retrieval_is_the_same_whatever_else_the_half_orbit_sees(radiometer, world):
    """Errors belong to cells: half a swath has those of the whole one, but for which retrievals failed."""
    state, grid = make_state(world, 0.2, rain=50.0), GRIDS[radiometer.short_name]
    seen = np.zeros((world.area.height // grid.coarse_factor, world.area.width // grid.coarse_factor), bool)
    seen[:, seen.shape[1] // 2 :] = True
    compared = 0
    for number in range(3000, 3012):
        whole, half = (observe(radiometer, state, number=number, seen=cells)[1] for cells in (True, seen))
        at = {place: k for k, place in enumerate(zip(whole.row.tolist(), whole.column.tolist(), strict=True))}
        pick = [at[place] for place in zip(half.row.tolist(), half.column.tolist(), strict=True)]
        quality = whole.values["retrieval_qual_flag"][pick]
        sound = (quality == 1) & (half.values["retrieval_qual_flag"] == 1)
        moisture = half.values["soil_moisture"][sound]
        np.testing.assert_allclose(moisture, whole.values["soil_moisture"][pick][sound], rtol=1e-6)
        compared += int(sound.sum())
    assert compared > 50


def test_uncertain_retrievals_of_morning_and_evening_have_noise_of_their_own(coarse, world):
    """A cell with water: what it errs beyond the error of all retrievals, on mornings and evenings of one number."""
    state, extra = make_state(world, 0.2), {True: [], False: []}
    for number in range(2000, 2012):
        for descending, values in extra.items():
            observation = observe(coarse, state, number=number, descending=descending)[1]
            error = coarse.errors.of(number, descending)[1:-1, 1:-1].T.ravel()
            retrieved = observation.values["soil_moisture"] - error
            values.append(np.where(observation.values["retrieval_qual_flag"] == 1, retrieved, np.nan))
    morning, evening = (np.array(extra[descending]) for descending in (True, False))
    both = np.isfinite(morning) & np.isfinite(evening)
    assert both.sum() >= 8
    assert np.abs(morning - evening)[both].mean() > 0.003


def test_an_observation_is_repeatable(coarse, world):
    state = make_state(world, 0.2)
    first, second = (observe(coarse, state)[1] for _ in range(2))
    for name, value in first.values.items():
        np.testing.assert_array_equal(value, second.values[name])
    other = observe(coarse, state, number=24343)[1]
    assert not np.array_equal(first.values["soil_moisture"], other.values["soil_moisture"])


def test_retrievals_end_at_two_percent(coarse, world):
    _, observation = observe(coarse, make_state(world, 0.0))
    values = observation.values["soil_moisture"]
    assert values[values > -1].min() == np.float32(LEAST_MOISTURE)


def test_both_products_see_the_same_errors(world):
    """The 9 km product is interpolated from the same measurement: their cells agree in the mean."""
    state = make_state(world, 0.25)
    coarse, enhanced = (observe(Radiometer(world, name), state)[1] for name in GRIDS)
    by_cell, grouped = {}, {}
    for seen, cells, size in ((coarse, by_cell, 1), (enhanced, grouped, 4)):
        places = zip(seen.row // size, seen.column // size, strict=True)
        values = np.where(recommended(seen), seen.values["soil_moisture"], np.nan)
        for place, value in zip(places, values, strict=True):
            cells.setdefault(place, []).append(value)
    whole = {key: np.mean(values) for key, values in grouped.items() if np.isfinite(values + by_cell[key]).all()}
    assert len(whole) > 20
    np.testing.assert_allclose(list(whole.values()), [by_cell[key][0] for key in whole], atol=0.006)


def test_shapes_of_made_fields_agree(world):
    """What the tests above rely on: a coarse cell covers exactly twelve cells of the area."""
    rows, columns = cells_of(world.area, M36)
    assert fine_of(np.zeros((rows.size, columns.size)), 12).shape == world.area.shape
