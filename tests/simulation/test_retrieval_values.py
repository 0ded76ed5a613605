"""Datasets of a retrieval: which there are, fill, options, brightness temperatures that follow soil moisture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.products.product_tables import product
from smen.simulation.retrieval_values import LEAST_MOISTURE, OPACITY_PER_VEGETATION, retrieval_values

NAMES = ("water", "urban", "mountains", "frozen", "snow", "rain", "vegetation")
WRITTEN_ELSEWHERE = {
    "EASE_row_index", "EASE_column_index", "latitude", "longitude", "latitude_centroid", "longitude_centroid",
    "tb_time_seconds", "tb_time_utc", "soil_moisture_error",
}  # fmt: skip
"""Places and times; the error is all fill in the real product."""


def values_of(moisture, kelvin=290.0, quality=0, seed=0, **shares):
    moisture = np.asarray(moisture, np.float32)
    n = moisture.size
    by_name = {name: np.broadcast_to(np.float32(shares.get(name, 0)), (n,)) for name in NAMES}
    return retrieval_values(
        moisture,
        np.full(n, kelvin, np.float32),
        by_name,
        np.zeros(n, np.uint16),
        np.broadcast_to(np.uint16(quality), (n,)),
        np.random.default_rng(seed),
    )


def test_all_datasets_of_the_product_are_there():
    """But for places, times and what is fill in the real product."""
    written = {dataset.name for dataset in product("SPL2SMP").datasets if dataset.simulated}
    assert set(values_of([0.2])) == written - WRITTEN_ELSEWHERE


def test_datasets_have_one_value_a_cell():
    for name, value in values_of(np.linspace(0.1, 0.4, 7)).items():
        assert value.shape == ((7, 3) if name.startswith("landcover") else (7,)), name


@settings(max_examples=40)
@given(st.lists(st.floats(0.02, 0.6), min_size=1, max_size=10), st.floats(0, 10), st.sampled_from([0, 1, 5, 8, 9, 13]))
def test_a_number_is_there_where_the_retrieval_was_made(moisture, vegetation, quality):
    values = values_of(moisture, quality=quality, vegetation=vegetation)
    np.testing.assert_array_equal(values["soil_moisture"], np.maximum(np.float32(moisture), LEAST_MOISTURE))
    assert (values["soil_moisture_option1"] >= LEAST_MOISTURE).all()


def test_a_misfit_is_in_the_retrievals_and_not_in_what_the_radiometer_sees():
    """All algorithms have it; soil moisture ends at its least."""
    shares = {name: np.zeros(3, np.float32) for name in NAMES}
    common = np.full(3, 290, np.float32), shares, np.zeros(3, np.uint16), np.ones(3, np.uint16)
    ground, misfit = np.array([0.2, 0.2, 0.05], np.float32), np.array([0.1, 0, -0.2], np.float32)
    plain, wrong = (retrieval_values(ground, *common, np.random.default_rng(1), extra) for extra in (None, misfit))
    for name, value in wrong.items():
        if name.startswith("soil_moisture"):
            np.testing.assert_allclose(value[:2] - plain[name][:2], [0.1, 0], atol=1e-6)
            assert value[2] == np.float32(LEAST_MOISTURE)
        else:
            np.testing.assert_array_equal(value, plain[name])


@pytest.mark.parametrize("quality", [7, 15])
def test_a_skipped_retrieval_is_fill(quality):
    values = values_of([0.2, 0.3], quality=quality)
    for name, value in values.items():
        if name.startswith(("soil_moisture", "vegetation_opacity")):
            assert (value == -9999).all(), name
    assert (values["retrieval_qual_flag_option1"] == quality).all()
    assert (values["surface_temperature"] == 290).all()


def test_the_baseline_is_option_three():
    """As in version 9; the other algorithms are drier, less so under vegetation."""
    bare, grown = (values_of([0.3], vegetation=kg) for kg in (0, 4))
    for values in (bare, grown):
        assert values["soil_moisture"] == values["soil_moisture_option3"]
        assert values["soil_moisture_option1"] < values["soil_moisture_option2"] < values["soil_moisture"]
    assert bare["soil_moisture_option1"][0] == pytest.approx(0.288)
    shift = grown["soil_moisture"] - grown["soil_moisture_option1"]
    assert shift[0] == pytest.approx(0.012 * np.exp(-2 * 0.11 * 4), rel=1e-4)


def test_brightness_temperature_by_hand():
    """Bare soil of .3 at 290 K: H 290 (1 - .12 - .95 x .3) = 172.6 K, V 290 (1 - .05 - .62 x .3) = 221.6 K."""
    values = values_of(np.full(4000, 0.3))
    assert values["tb_h_corrected"].mean() == pytest.approx(172.55, abs=0.05)
    assert values["tb_v_corrected"].mean() == pytest.approx(221.56, abs=0.05)
    assert values["tb_h_corrected"].std() == pytest.approx(0.5, rel=0.05)
    for channel in "34":
        assert values[f"tb_{channel}_corrected"].std() == pytest.approx(0.3, rel=0.05)


def test_wet_soil_is_radiometrically_cold_and_vegetation_hides_it():
    dry, wet = (values_of(np.full(500, m))["tb_v_corrected"].mean() for m in (0.1, 0.4))
    assert dry - wet == pytest.approx(290 * 0.62 * 0.3, abs=0.2)
    dry, wet = (values_of(np.full(500, m), vegetation=5.0)["tb_v_corrected"].mean() for m in (0.1, 0.4))
    assert dry - wet == pytest.approx(290 * 0.62 * 0.3 * np.exp(-2 * OPACITY_PER_VEGETATION * 5), abs=0.2)


def test_water_cools_what_is_not_corrected_for_it():
    values = values_of(np.full(500, 0.2), water=0.1)
    assert values["tb_h_uncorrected"].mean() / values["tb_h_corrected"].mean() == pytest.approx(0.96, abs=1e-3)
    assert values["tb_v_uncorrected"].mean() / values["tb_v_corrected"].mean() == pytest.approx(0.97, abs=1e-3)


def test_mostly_water_is_water():
    assert values_of([0.2], water=0.51)["grid_surface_status"] == 1
    assert values_of([0.2], water=0.49)["grid_surface_status"] == 0


def test_values_lie_in_the_products_valid_ranges():
    values = values_of(np.linspace(0.02, 0.5, 50), vegetation=3.0, water=0.02, frozen=0.1)
    for dataset in product("SPL2SMP").datasets:
        if dataset.valid is not None and dataset.name in values:
            low, high = dataset.valid
            assert values[dataset.name].min() >= low - 1e-6, dataset.name
            assert values[dataset.name].max() <= high + 1e-6, dataset.name


def test_classes_of_land_cover_add_up():
    values = values_of([0.2, 0.3])
    np.testing.assert_allclose(values["landcover_class_fraction"].sum(1), 1)
    assert values["landcover_class"].dtype == np.uint8
