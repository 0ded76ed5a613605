from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples
from scipy.interpolate import RegularGridInterpolator

from smen.grid import M36, Window
from smen.methods.baselines.bicubic import Bicubic, cubic
from smen.methods.interpolation import NearestNeighbour


def on_cells(window, value):
    """A function of the rows and columns of the M36 cells under a window, at these cells."""
    rows, columns = np.unique(window.rows(M36)), np.unique(window.columns(M36))
    return value(rows[:, None], columns[None, :]).astype(np.float32)


WINDOWS = [Window(1021, 2650, 100, 77), Window(1136, 2218, 60, 60), Window(12, 24, 48, 72)]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_ramp_is_reproduced_where_it_lies_on_the_grid(window):
    # A plane over the coarse centres is the same plane over the fine ones, wherever the window begins in a cell: a
    # shift of the phase by one cell would show as 0.01 / 12.
    cells = on_cells(window, lambda r, c: 0.01 * r + 0.02 * c)
    row = (window.row + np.arange(window.height) + 0.5) / 12 - 0.5
    column = (window.column + np.arange(window.width) + 0.5) / 12 - 0.5
    plane = 0.01 * row[:, None] + 0.02 * column[None, :]
    rows, columns = window.rows(M36), window.columns(M36)
    inside = np.ix_((row >= rows[0]) & (row <= rows[-1]), (column >= columns[0]) & (column <= columns[-1]))
    assert inside[0].size >= window.height - 12
    np.testing.assert_allclose(cubic(cells, window, M36)[inside], plane[inside], rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("window", WINDOWS)
def test_it_agrees_with_scipy_between_true_centres(window):
    random = np.random.default_rng(0).uniform(0.1, 0.4, (406, 964))
    cells = on_cells(window, lambda r, c: random[r, c])
    rows, columns = np.unique(window.rows(M36)), np.unique(window.columns(M36))
    y, x = (rows + 0.5) * 12, (columns + 0.5) * 12
    at_y = np.clip(window.row + np.arange(window.height) + 0.5, y[0], y[-1])
    at_x = np.clip(window.column + np.arange(window.width) + 0.5, x[0], x[-1])
    spline = RegularGridInterpolator((y, x), random[np.ix_(rows, columns)], method="cubic")
    expected = spline(np.stack(np.meshgrid(at_y, at_x, indexing="ij"), -1))
    np.testing.assert_allclose(cubic(cells, window, M36), expected, atol=1e-5)  # scipy's own solver is iterative


def test_a_window_of_few_coarse_cells():
    window = Window(0, 0, 12, 24)
    cells = on_cells(window, lambda r, c: 0.1 + 0.2 * c + 0 * r)
    between = cubic(cells, window, M36)
    np.testing.assert_allclose(between[:, 6:18], np.broadcast_to(0.1 + 0.2 * (np.arange(12) + 0.5) / 12, (12, 12)))
    np.testing.assert_allclose(between[:, :6], 0.1)
    np.testing.assert_allclose(cubic(cells[:, :1], Window(0, 0, 12, 12), M36), 0.1)


def test_missing_cells_do_not_spread_and_big_holes_stay():
    fields = make_fields(n=10, shape=(48, 72))
    coarse = fields.coarse.copy()
    coarse[3][:, -1] = np.nan
    coarse[4] = np.nan
    coarse[5, :, 3:] = np.nan
    holed = replace(fields, coarse=coarse)
    samples = make_samples(holed)
    mean = Bicubic().predict(holed, samples).mean
    np.testing.assert_array_equal(np.isfinite(mean), np.isfinite(NearestNeighbour().predict(holed, samples).mean))
    assert np.isnan(mean[4]).all() and np.isfinite(mean[3]).all() and np.isnan(mean[5]).any()
    # No value from nowhere: a missing cell is taken as its nearest neighbour, not as 0 or as a far mean.
    known = coarse[3][np.isfinite(coarse[3])]
    assert known.min() - 0.05 < mean[3].min() and mean[3].max() < known.max() + 0.05


def test_without_any_valid_cell():
    window = Window(0, 0, 24, 24)
    assert np.isnan(cubic(np.full((2, 2), np.nan, np.float32), window, M36)).all()
