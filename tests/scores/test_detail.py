import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.grid import Window
from smen.scores.detail import detail_r, deviation_ratio, within_cells


def test_deviations_by_hand():
    window = Window(1016, 2650, 24, 12)  # row 1016 lies 8 rows into its coarse cell: 4, 12 and 8 rows of three cells
    x = np.arange(24 * 12, dtype=float).reshape(24, 12)
    of_estimate, of_target = within_cells(x, -x, window)
    left = 12 - 2650 % 12
    assert of_estimate[:4, left:].sum() == pytest.approx(0) and of_estimate[4:16, left:].sum() == pytest.approx(0)
    assert of_estimate[4, 0] == pytest.approx(x[4, 0] - x[4:16, :left].mean())
    np.testing.assert_allclose(of_target, -of_estimate)


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


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.integers(0, 30), st.sampled_from([3, 12]))
def test_the_mean_over_each_coarse_cell_is_zero(seed, row, column, factor):
    rng = np.random.default_rng(seed)
    window = Window(1000 + row, 2600 + column, 30, 26)
    estimate, target = rng.normal(0.2, 0.05, (2, 30, 26))
    target[rng.random(target.shape) < 0.2] = np.nan
    cell = (window.rows() // factor)[:, None] * 10_000 + (window.columns() // factor)[None, :]
    for deviations in within_cells(estimate, target, window, factor):
        valid = np.isfinite(deviations)
        assert not (valid & np.isnan(target)).any()
        for number in np.unique(cell[valid]):
            values = deviations[valid & (cell == number)]
            assert values.size >= factor
            assert values.mean() == pytest.approx(0, abs=1e-12)


def test_what_is_constant_in_each_coarse_cell_changes_nothing():
    window = Window(1020, 2652, 24, 24)
    rng = np.random.default_rng(2)
    estimate, target = rng.normal(0.2, 0.05, (2, 3, 24, 24))
    cells = np.kron(rng.normal(0, 0.3, (3, 2, 2)), np.ones((12, 12)))
    before, after = detail_r(estimate, target, window), detail_r(estimate + cells, target, window)
    np.testing.assert_allclose(after, before, atol=1e-9)
    own = [
        np.corrcoef(*(v.ravel() for v in within_cells(x, y, window)))[0, 1]
        for x, y in zip(estimate, target, strict=True)
    ]
    np.testing.assert_allclose(before, own)


def test_the_ratio_of_deviations_by_hand():
    target = np.array([0.1, 0.3, np.nan, 0.2, 0.2])
    estimate = np.array([0.2, 0.3, 0.9, 0.25, 0.25])
    assert deviation_ratio(estimate, target) == pytest.approx(0.5)
    assert deviation_ratio(target, estimate) == pytest.approx(2)
    assert np.isnan(deviation_ratio(estimate, np.full(5, 0.2)))
    assert np.isnan(deviation_ratio(np.array([0.1, np.nan]), np.array([0.1, 0.2])))
