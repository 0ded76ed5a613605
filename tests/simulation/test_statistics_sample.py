"""A sample of a world: shapes, agreement of its parts, rain since the last morning."""

import numpy as np
import pytest

from smen.simulation.climates import OKLAHOMA
from smen.simulation.statistics_sample import POINTS, sample_half_orbits, sample_world


@pytest.fixture(scope="module")
def sample():
    """Twenty mornings of a world of 36 x 36 cells, three months after it began."""
    return sample_world(OKLAHOMA, 3, size=36, first="2014-09-20", last="2014-10-09")


def test_arrays_have_their_shapes(sample):
    days, rows, columns = sample.coarse.shape
    assert days == 20
    assert rows == columns
    assert sample.rain.shape == sample.within.shape == (days, rows, columns)
    assert sample.medium.shape == (days, 4 * rows, 4 * columns)
    assert sample.points.shape == (days, POINTS)
    assert sample.places.shape == (POINTS, 2)


def test_nothing_is_missing(sample):
    for name in ("coarse", "rain", "medium", "within", "points", "places"):
        assert np.isfinite(getattr(sample, name)).all(), name


def test_soil_moisture_lies_in_the_climates_range(sample):
    for values in (sample.medium, sample.points):
        assert OKLAHOMA.residual <= values.min() <= values.max() <= OKLAHOMA.saturated
    assert (sample.within > 0).all()
    assert (sample.rain >= 0).all()


def test_retrievals_are_the_truth_with_blur_and_error(sample):
    """Block means of the 9 km truth against the retrievals: within bias and noise."""
    days, rows, columns = sample.coarse.shape
    blocks = sample.medium.reshape(days, rows, 4, columns, 4).mean((2, 4))
    off = sample.coarse - blocks
    assert np.corrcoef(sample.coarse.mean((1, 2)), blocks.mean((1, 2)))[0, 1] > 0.9
    assert off.std() < 3 * np.hypot(OKLAHOMA.coarse_bias, OKLAHOMA.coarse_noise) + 0.02


def test_points_are_cells_of_the_area(sample):
    """As near to each other as 3 km cells, no farther than the area is wide."""
    dy, dx = (length / 3 for length in sample.cell_km)
    row, column = sample.places[:, 0] / dy, sample.places[:, 1] / dx
    np.testing.assert_allclose(row, np.round(row), atol=1e-6)
    np.testing.assert_allclose(column, np.round(column), atol=1e-6)
    side = 12 * sample.coarse.shape[1]
    assert 12 <= row.min() <= row.max() < 12 + side
    assert dy * dx == pytest.approx(9.016, abs=0.05)


def test_soil_wets_on_rainy_days(sample):
    """Changes from morning to morning follow the rain in between."""
    change = np.diff(sample.medium.reshape(20, -1, 4, sample.medium.shape[2] // 4, 4).mean((2, 4)), axis=0)
    rain = sample.rain[1:]
    assert change[rain > 5].mean() > 0.01
    assert change[rain < 0.05].mean() < 0


def test_a_sample_is_repeatable(sample):
    again = sample_world(OKLAHOMA, 3, size=36, first="2014-09-20", last="2014-10-09")
    np.testing.assert_array_equal(again.coarse, sample.coarse)
    np.testing.assert_array_equal(again.points, sample.points)


def test_half_orbits_are_those_of_smap():
    """Every sixth of some twenty in a fortnight; they see the cells of the window and one ring."""
    grids = list(sample_half_orbits(OKLAHOMA, 1, 48, "2015-07-01", "2015-07-14"))
    again = list(sample_half_orbits(OKLAHOMA, 1, 48, "2015-07-01", "2015-07-14", every=1))
    assert 2 <= len(grids) <= 5
    assert len(again) / len(grids) == pytest.approx(6, abs=2.5)
    for grid in grids:
        assert max(grid.moisture.shape) <= 48 // 12 + 3
        assert (grid.recommended | grid.uncertain).any()
    first = grids[0]
    assert any(np.array_equal(first.moisture, grid.moisture, equal_nan=True) for grid in again)
