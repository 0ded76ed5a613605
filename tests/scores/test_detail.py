import numpy as np
import pytest

from smen.grid import Window
from smen.scores.detail import detail_r, within_cells


def test_departures_by_hand():
    window = Window(1016, 2650, 24, 12)  # row 1016 lies 8 rows into its coarse cell: 4, 12 and 8 rows of three cells
    x = np.arange(24 * 12, dtype=float).reshape(24, 12)
    ours, theirs = within_cells(x, -x, window)
    left = 12 - 2650 % 12
    assert ours[:4, left:].sum() == pytest.approx(0) and ours[4:16, left:].sum() == pytest.approx(0)
    assert ours[4, 0] == pytest.approx(x[4, 0] - x[4:16, :left].mean())
    np.testing.assert_allclose(theirs, -ours)


def test_a_blocky_field_has_no_detail_and_the_truth_has_all():
    window = Window(1020, 2652, 24, 24)
    rng = np.random.default_rng(1)
    truth = rng.normal(0.2, 0.05, (3, 24, 24))
    truth[0, :5] = np.nan
    blocky = np.kron(rng.normal(0.2, 0.05, (3, 2, 2)), np.ones((12, 12)))
    assert np.isnan(detail_r(blocky, truth, window)).all()
    np.testing.assert_allclose(detail_r(truth + blocky, truth, window), 1)
    np.testing.assert_allclose(detail_r(blocky - truth, truth, window), -1)


def test_cells_with_few_common_values_are_left_out():
    truth = np.full((12, 12), np.nan)
    truth[0, :11] = np.arange(11)
    assert np.isnan(within_cells(truth, truth, Window(1020, 2652, 12, 12))[0]).all()
    truth[1, 0] = 3
    assert np.isfinite(within_cells(truth, truth, Window(1020, 2652, 12, 12))[0]).sum() == 12
