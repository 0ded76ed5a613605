"""Squares of cells shown as one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from smen.grid import Window
from smen.outputs.report.coarsening import CELLS, display_step, square_means

FIELDS = arrays(
    np.float64, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.one_of(st.floats(0, 1), st.just(np.nan))
)


@given(height=st.integers(1, 4000), width=st.integers(1, 4000), maps=st.integers(1, 2000))
def test_the_step_is_the_smallest_that_a_page_can_hold(height, width, maps):
    window = Window(0, 0, height, width)
    every = display_step(window, maps)

    def cells(side):
        return maps * -(-height // side) * -(-width // side)

    assert cells(every) <= CELLS
    assert every == 1 or cells(every - 1) > CELLS


@pytest.mark.parametrize(("side", "maps", "every"), [(100, 150, 1), (1000, 10, 1), (1000, 11, 2), (1000, 300, 6)])
def test_steps_of_usual_regions(side, maps, every):
    assert display_step(Window(0, 0, side, side), maps) == every


@given(field=FIELDS, every=st.integers(1, 5))
def test_means_are_those_of_each_square(field, every):
    means = square_means(field, every)
    height, width = field.shape
    assert means.shape == (-(-height // every), -(-width // every))
    for row, column in np.ndindex(means.shape):
        square = field[row * every : (row + 1) * every, column * every : (column + 1) * every]
        valid = square[np.isfinite(square)]
        expected = valid.mean() if valid.size else np.nan
        np.testing.assert_allclose(means[row, column], expected, atol=1e-12)


def test_a_field_of_single_cells_is_left_alone():
    field = np.arange(6.0).reshape(2, 3)
    assert square_means(field, 1) is field
