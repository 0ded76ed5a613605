"""Bilinear interpolation between coarse cells: against scipy, and at the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from smen.grid import M09, M36, Window
from smen.grid.bilinear import bilinear, bilinear_weights, coarse_places

WINDOWS = [Window(1021, 2650, 40, 53), Window(1136, 2218, 24, 24), Window(12, 24, 36, 36), Window(9, 11550, 30, 40)]


def random_cells(window, grid, *stack, seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.4, (*stack, *window.coarse_shape(grid)))


@pytest.mark.parametrize("grid", [M36, M09])
@pytest.mark.parametrize("window", WINDOWS)
def test_it_agrees_with_scipy_between_true_centres(window, grid):
    cells = random_cells(window, grid)
    x, y = window.coarse_axes(grid)
    at_x, at_y = np.clip(window.x, x[0], x[-1]), np.clip(window.y, y[-1], y[0])
    linear = RegularGridInterpolator((-y, x), cells)
    expected = linear(np.stack(np.meshgrid(-at_y, at_x, indexing="ij"), -1))
    found = bilinear(cells, window, grid)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_stack_is_its_fields_bit_for_bit():
    window = Window(1021, 2650, 40, 53)
    cells = random_cells(window, M36, 2, 3).astype(np.float32)
    cells[0, 1, 2, 2] = np.nan
    stack = bilinear(cells, window, M36)
    assert stack.shape == (2, 3, 40, 53)
    for i in np.ndindex(2, 3):
        np.testing.assert_array_equal(stack[i], bilinear(cells[i], window, M36))


def test_missing_cells_take_no_part():
    window = Window(0, 0, 12, 36)
    between = bilinear(np.array([[0.1, np.nan, 0.3]]), window, M36)
    np.testing.assert_allclose(between[:, :17], 0.1, atol=1e-6)
    np.testing.assert_allclose(between[:, 19:], 0.3, atol=1e-6)
    far = bilinear(np.array([[0.1, np.nan, np.nan, np.nan]]), Window(0, 0, 12, 48), M36)
    assert np.isfinite(far[:, :18]).all() and np.isnan(far[:, 18:]).all()  # the first centre's neighbour ends there
    assert np.isnan(bilinear(np.full((1, 3), np.nan), window, M36)).all()


@given(origin=st.integers(0, 5000), length=st.integers(1, 120), factor=st.sampled_from([12, 4, 3, 1]))
@settings(max_examples=60)
def test_weights_sum_to_one_and_reproduce_a_line(origin, length, factor):
    cells = (origin + length - 1) // factor - origin // factor + 1
    weights = bilinear_weights(origin, length, cells, factor)
    assert weights.shape == (length, cells) and (weights >= 0).all() and ((weights > 0).sum(axis=1) <= 2).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)
    place = coarse_places(origin, length, factor)
    np.testing.assert_allclose(weights @ np.arange(cells), np.clip(place, 0, cells - 1), atol=1e-12)


def test_places_by_hand():
    # The third and fourth cells of a coarse one of four, then the first of the next: its centre lies at 2.
    np.testing.assert_allclose(coarse_places(6, 3, 4), [0.125, 0.375, 0.625])
    np.testing.assert_allclose(coarse_places(12, 2, 1), [0, 1])
