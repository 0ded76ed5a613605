"""Piecewise straight lines against numpy's interpolation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from smen.indices.piecewise import piecewise, rising

START = np.array([0.1, 0.2, 0.25, 0.4])[:, None, None]
END = np.array([-2.0, -0.5, 0.0, 2.0])[:, None, None]


@given(st.floats(0.1, 0.4))
def test_inside_it_is_numpys(value):
    found = piecewise(np.array([[value]]), START, END)
    assert np.isclose(found[0, 0], np.interp(value, START.ravel(), END.ravel()))


def test_beyond_it_goes_on_by_the_mean_slope():
    slope = 4 / 0.3
    found = piecewise(np.array([[0.0]]), START, END)[0, 0], piecewise(np.array([[0.5]]), START, END)[0, 0]
    np.testing.assert_allclose(found, [-2 - 0.1 * slope, 2 + 0.1 * slope])


def test_missing_stays_missing():
    assert np.isnan(piecewise(np.array([[np.nan]]), START, END)).all()


def test_rising_values_stay_and_others_are_raised_to_a_step_apart():
    np.testing.assert_allclose(rising(np.array([0.1, 0.3, 0.2, 0.5]), 0.01), [0.1, 0.3, 0.31, 0.5])
