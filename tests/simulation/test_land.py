"""Land: shares of its cover, standardised patterns, nested scales, relief; repeatable."""

from dataclasses import replace

import numpy as np
import pytest

from smen.grid import Window
from smen.simulation.climates import CLIMATES, GENEVA, OKLAHOMA
from smen.simulation.land import DENSE_VEGETATION, MOST_VEGETATION, _greatest, _standardise, make_land

AREA = Window.centred_on(6.14, 46.2, 96, 96)


@pytest.fixture(scope="module", params=list(CLIMATES))
def case(request):
    climate = CLIMATES[request.param]
    return climate, make_land(AREA, "land", climate, 1)


@pytest.fixture(scope="module")
def geneva():
    return make_land(AREA, "land", GENEVA, 1)


def test_shares_of_land_cover_are_the_climates(case):
    climate, land = case
    cell = 1 / 96**2
    assert land.water.mean() == pytest.approx(climate.water, abs=cell)
    assert land.mountains.mean() == pytest.approx(climate.mountains, abs=cell)
    # cities are not built on water or in mountains
    assert 0.5 * climate.urban <= land.urban.mean() <= climate.urban + cell
    assert (land.vegetation > DENSE_VEGETATION).mean() == pytest.approx(climate.dense, abs=0.03)


def test_land_cover_does_not_overlap(case):
    _, land = case
    assert not (land.urban & (land.water | land.mountains)).any()


def test_recommended_cells_are_the_rest(case):
    climate, land = case
    doubtful = land.water | land.urban | land.mountains | (land.vegetation > 5)
    np.testing.assert_array_equal(land.recommended, ~doubtful)
    assert land.recommended.mean() > 1 - (climate.water + climate.urban + climate.mountains + climate.dense) - 0.04


def test_patterns_are_standardised(case):
    _, land = case
    for pattern in (land.small, land.moving):
        assert pattern.mean() == pytest.approx(0, abs=1e-5)
        assert pattern.std() == pytest.approx(1, abs=1e-5)
    for pattern in (land.regional, land.gradient):
        assert pattern.mean() == pytest.approx(0, abs=1e-5)


def test_fields_have_the_areas_shape_and_type(case):
    _, land = case
    for name in ("elevation", "small", "moving", "regional", "gradient", "drying", "vegetation"):
        assert getattr(land, name).shape == AREA.shape, name
        assert getattr(land, name).dtype == np.float32, name
    for name in ("water", "urban", "mountains"):
        assert getattr(land, name).dtype == bool, name


def test_relief_has_the_climates_standard_deviation(case):
    climate, land = case
    assert land.elevation.std() == pytest.approx(climate.relief_m, rel=1e-4)
    assert land.elevation.mean() == pytest.approx(0, abs=1e-2 * climate.relief_m)


def test_drying_varies_by_the_climates_share(case):
    climate, land = case
    logarithm = np.log(land.drying)
    assert logarithm.std() == pytest.approx(climate.drying_log_sd, rel=1e-3)
    assert np.exp(logarithm.mean()) == pytest.approx(1, rel=1e-3)


def test_vegetation_is_log_normal_about_the_climates_median(case):
    climate, land = case
    assert np.median(land.vegetation) == pytest.approx(climate.vegetation, rel=0.1)
    assert land.vegetation.min() > 0
    assert land.vegetation.max() <= MOST_VEGETATION


def test_mountains_are_high_and_lakes_are_low(geneva):
    assert geneva.elevation[geneva.mountains].mean() > 0.5 * GENEVA.relief_m
    assert geneva.elevation[geneva.water].mean() < -0.3 * GENEVA.relief_m
    assert geneva.elevation[geneva.urban].mean() < geneva.elevation[~geneva.urban].mean()


def test_valleys_are_wetter_than_ridges(geneva):
    """The small pattern follows the curvature of the relief, with a share of its variance."""
    from scipy import ndimage

    curvature = ndimage.laplace(ndimage.gaussian_filter(geneva.elevation / GENEVA.relief_m, 1.0))
    assert np.corrcoef(curvature.ravel(), geneva.small.ravel())[0, 1] == pytest.approx(np.sqrt(0.35), abs=0.12)


def test_scales_are_nested(geneva):
    """Correlation between neighbours: small patterns decay within watersheds, regional ones do not."""

    def neighbours(pattern, lag):
        return np.corrcoef(pattern[:, lag:].ravel(), pattern[:, :-lag].ravel())[0, 1]

    lag = 6  # 14 km at Geneva
    assert neighbours(geneva.small, lag) < 0.45
    assert neighbours(geneva.regional, lag) > 0.6
    assert neighbours(geneva.gradient, lag) > neighbours(geneva.regional, lag) - 0.05


def test_patterns_are_independent(geneva):
    assert abs(np.corrcoef(geneva.small.ravel(), geneva.moving.ravel())[0, 1]) < 0.2


def test_the_same_arguments_give_the_same_land(geneva):
    again = make_land(AREA, "land", GENEVA, 1)
    for name, field in vars(geneva).items():
        np.testing.assert_array_equal(getattr(again, name), field)


@pytest.mark.parametrize("other", [("elsewhere", 1), ("land", 2)])
def test_another_seed_or_name_gives_another_land(geneva, other):
    land = make_land(AREA, other[0], GENEVA, other[1])
    assert not np.array_equal(land.elevation, geneva.elevation)
    assert abs(np.corrcoef(land.small.ravel(), geneva.small.ravel())[0, 1]) < 0.2


def test_another_climate_has_the_same_relief_in_other_metres(geneva):
    """The draws depend on seed and name alone, so that climates can be compared."""
    land = make_land(AREA, "land", replace(GENEVA, relief_m=60), 1)
    np.testing.assert_allclose(land.elevation, geneva.elevation / 10, rtol=1e-5, atol=1e-4)


def test_a_land_without_water_cities_and_mountains():
    land = make_land(AREA, "land", replace(OKLAHOMA, water=0, urban=0, mountains=0, dense=1e-6), 1)
    assert not (land.water | land.urban | land.mountains).any()
    assert land.recommended.all()


def test_the_greatest_cells():
    field = np.arange(20.0, dtype=np.float32).reshape(4, 5)
    np.testing.assert_array_equal(_greatest(field, 0.25), field >= 15)
    assert not _greatest(field, 0).any()
    assert _greatest(field, 0.05).sum() == 1


def test_standardised_fields():
    field = _standardise(np.array([[1, 3], [5, 7]], np.float32))
    np.testing.assert_allclose(field, np.array([[-3, -1], [1, 3]]) / np.sqrt(5), rtol=1e-6)
