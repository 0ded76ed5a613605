"""The 3 km product: level from SMAP's time, detail from Sentinel-1's, its noise, frames and strips."""

import numpy as np
import pytest
from made_world import fine_of, make_half_orbit, make_overpass, make_state, make_world
from scipy import ndimage

from smen.products.flags import SurfaceFlag
from smen.products.product_tables import product
from smen.simulation.antenna import RING_CELLS
from smen.simulation.coarse_error import CoarseError
from smen.simulation.radar import (
    ANOMALOUS_SHARE,
    MOISTURE_RANGE,
    NOISE_KM,
    PARTIAL_SHARE,
    SHARED_ERROR,
    WHITE_SHARE,
    RadarProduct,
)

TIME = "2016-05-01T13:00:00"


@pytest.fixture(scope="module")
def radar():
    world = make_world("oklahoma", size=60)
    return RadarProduct(world, CoarseError(world))


def scenes_of(radar, at_smap, at_sentinel1=None, frames=0, time=TIME, **options):
    area = radar.world.area
    overpass = make_overpass(area, time, frames)
    return radar.scenes(overpass, make_half_orbit(area, **options), at_smap, at_sentinel1 or at_smap)


def fields_of(radar, at_smap, at_sentinel1=None, seed=0):
    """All datasets on the whole area."""
    orbit = make_half_orbit(radar.world.area)
    return radar._fields(orbit, at_smap, at_sentinel1 or at_smap, np.random.default_rng(seed))


def noise_of(radar, number=12):
    """The radar's noise over its standard deviation, (n, height, width), where there is a retrieval."""
    state = make_state(radar.world, 0.3)
    shared = SHARED_ERROR * radar.errors.interpolated(24342, True, 1)
    draws = [fields_of(radar, state, seed=seed)["soil_moisture_3km"] for seed in range(number)]
    noise = (np.array(draws) - radar.smooth(state.moisture) - shared) / radar.noise_sd
    return np.where(np.array(draws) == -9999, np.nan, noise)


def test_all_datasets_of_the_product_are_there(radar):
    (scene,) = scenes_of(radar, make_state(radar.world))
    assert set(scene.values) == {dataset.name for dataset in product("SPL2SMAP_S").datasets if dataset.simulated}


def test_noise_has_the_stated_standard_deviation(radar):
    """Mean as the climate has it, and as the product's own standard deviation says cell by cell."""
    assert radar.noise_sd.mean() == pytest.approx(radar.world.climate.fine_noise, rel=1e-5)
    assert np.nanstd(noise_of(radar)) == pytest.approx(1, rel=0.05)
    stated = fields_of(radar, make_state(radar.world))["soil_moisture_std_dev_3km"]
    made = stated != -9999
    np.testing.assert_array_equal(stated[made], radar.noise_sd[made])


def test_noise_is_greater_under_vegetation(radar):
    vegetation = radar.world.land.vegetation
    assert radar.noise_sd[vegetation > 5].mean() > radar.noise_sd[vegetation < 1.5].mean() * 1.1
    order = np.argsort(vegetation.ravel())
    assert (np.diff(radar.noise_sd.ravel()[order]) >= -1e-7).all()


def test_noise_is_white_and_over_five_kilometres(radar):
    """Correlation of neighbours: only the share that is not white, exp(-d / 5 km).

    A little more from cell to cell, because a lattice of 3 km has no shorter waves.
    """
    noise = noise_of(radar)
    dx = radar.world.area.cell_lengths_km()[1].mean()
    for lag in (1, 2, 4):
        together = np.nanmean(noise[:, :, lag:] * noise[:, :, :-lag])
        assert together == pytest.approx((1 - WHITE_SHARE) * np.exp(-lag * dx / NOISE_KM), abs=0.05)


def test_the_product_shares_the_radiometers_error(radar):
    """Mean over many draws of the noise, minus the truth, against the radiometer's error."""
    state = make_state(radar.world, 0.3)
    draws = np.array([fields_of(radar, state, seed=seed)["soil_moisture_3km"] for seed in range(25)])
    mean = np.where((draws == -9999).any(0), np.nan, draws.mean(0)) - 0.3
    error = radar.errors.interpolated(24342, True, 1)
    made = np.isfinite(mean)
    slope = (ndimage.gaussian_filter(np.where(made, mean, 0), 4) * error)[made].sum() / (error[made] ** 2).sum()
    assert slope == pytest.approx(SHARED_ERROR, abs=0.12)


def test_the_level_is_that_at_smaps_time_and_the_detail_that_at_sentinel1s(radar):
    """A uniformly wetter SMAP raises the map, a finer pattern of Sentinel-1 puts its detail there."""
    world = radar.world
    checker = fine_of(np.indices((world.area.height // 2, world.area.width // 2)).sum(0) % 2, 2) * 0.1 - 0.05
    plain, wetter = make_state(world, 0.25), make_state(world, 0.35)
    patterned = make_state(world, 0.25 + checker)
    base = fields_of(radar, plain)["soil_moisture_3km"]
    made = base != -9999
    np.testing.assert_allclose((fields_of(radar, wetter, plain)["soil_moisture_3km"] - base)[made], 0.1, atol=2e-3)
    np.testing.assert_allclose((fields_of(radar, plain, wetter)["soil_moisture_3km"] - base)[made], 0.0, atol=2e-3)
    detail = fields_of(radar, plain, patterned)["soil_moisture_3km"] - base
    assert np.corrcoef(detail[made], checker[made])[0, 1] > 0.99
    assert np.abs(detail - checker)[made].mean() < 0.005


def test_values_stay_in_the_products_range(radar):
    for moisture in (0.0, 0.9):
        values = fields_of(radar, make_state(radar.world, moisture))["soil_moisture_3km"]
        made = values != -9999
        assert MOISTURE_RANGE[0] <= values[made].min()
        assert values[made].max() <= MOISTURE_RANGE[1]


def test_water_has_no_value(radar):
    fields = fields_of(radar, make_state(radar.world))
    np.testing.assert_array_equal(fields["soil_moisture_3km"] == -9999, radar.world.land.water)
    np.testing.assert_array_equal(fields["retrieval_qual_flag_3km"] == 7, radar.world.land.water)


def test_few_cells_have_anomalous_backscatter(radar):
    state = make_state(radar.world)
    flags = np.array([fields_of(radar, state, seed=seed)["surface_flag_3km"] for seed in range(12)])
    assert ((flags & SurfaceFlag.ANOMALOUS_SIGMA0) > 0).mean() == pytest.approx(ANOMALOUS_SHARE, rel=0.4)


def test_wetter_soil_scatters_more(radar):
    dry, wet = (fields_of(radar, make_state(radar.world, m)) for m in (0.1, 0.3))
    assert (wet["sigma0_vv_aggregated_3km"] > dry["sigma0_vv_aggregated_3km"]).mean() > 0.99
    assert (wet["tb_v_disaggregated_3km"] < dry["tb_v_disaggregated_3km"]).mean() > 0.99


def test_a_scene_covers_strip_and_swath_but_for_the_ring(radar):
    area = radar.world.area
    seen = np.ones((area.height // 12, area.width // 12), bool)
    seen[:, -4:] = False
    frames = np.full(area.shape, -1, np.int16)
    frames[:, 30:] = 0
    (scene,) = scenes_of(radar, make_state(radar.world), frames=frames, seen=seen)
    rows, columns = (scene.values[f"EASE_{k}_index_3km"] for k in ("row", "column"))
    inside = rows != 65534
    _, r, c = area.locate(rows[inside], columns[inside])
    expected = fine_of(seen, 12) & (frames >= 0)
    expected[:RING_CELLS] = expected[-RING_CELLS:] = False
    expected[:, :RING_CELLS] = False
    covered = np.zeros(area.shape, bool)
    covered[r, c] = True
    np.testing.assert_array_equal(covered, expected)


def test_each_frame_is_a_scene_but_for_one_that_may_be_missing(radar):
    """At about one overpass in seven a frame is missing; never more than one."""
    area = radar.world.area
    frames = np.repeat(np.arange(3, dtype=np.int16), area.height // 3 + 1)[: area.height]
    frames = np.broadcast_to(frames[:, None], area.shape)
    state = make_state(radar.world)
    times = [np.datetime64("2016-05-01T13:00") + np.timedelta64(12 * k, "h") for k in range(60)]
    numbers = [len(scenes_of(radar, state, frames=frames, time=time)) for time in times]
    assert set(numbers) <= {2, 3}
    assert np.mean(np.array(numbers) == 2) == pytest.approx(PARTIAL_SHARE, abs=0.13)


def test_a_single_frame_is_never_missing(radar):
    state = make_state(radar.world)
    frames = np.full(radar.world.area.shape, -1, np.int16)
    frames[40:60, 40:60] = 2
    assert all(len(scenes_of(radar, state, frames=frames, time=f"2016-05-{d:02d}T13:00")) == 1 for d in range(1, 25))


def test_slivers_do_not_become_scenes(radar):
    frames = np.full(radar.world.area.shape, -1, np.int16)
    frames[40:47, 40:47] = 0  # 49 cells
    assert scenes_of(radar, make_state(radar.world), frames=frames) == []
    frames[40:47, 47] = 0
    assert len(scenes_of(radar, make_state(radar.world), frames=frames)) == 1


@pytest.mark.parametrize("where", ["no strip", "no swath", "in the ring"])
def test_nothing_is_observed_where_strip_and_swath_do_not_meet(radar, where):
    area = radar.world.area
    frames = np.zeros(area.shape, np.int16)
    if where == "no strip":
        frames[:] = -1
    if where == "in the ring":
        frames[:, RING_CELLS:] = -1
    assert scenes_of(radar, make_state(radar.world), frames=frames, seen=where != "no swath") == []


def test_scenes_are_repeatable(radar):
    state = make_state(radar.world, 0.2)
    (first,), (second,) = (scenes_of(radar, state) for _ in range(2))
    for name, value in first.values.items():
        np.testing.assert_array_equal(value, second.values[name])
    (later,) = scenes_of(radar, state, time="2016-05-02T13:00:00")
    assert not np.array_equal(first.values["soil_moisture_3km"], later.values["soil_moisture_3km"])


def test_smoothing_is_over_land_alone(radar):
    field = np.where(radar.world.land.water, np.float32(5), np.float32(0.3))
    np.testing.assert_allclose(radar.smooth(field), 0.3, rtol=1e-3)
