from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.records import TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.methods.baselines.constant import Constant
from smen.methods.baselines.held_out import relatives, ubrmse_of
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.baselines.regression import Lines, Regression


def with_fine(fields, make):
    """The same fields with other fine values where there were some; `make` gets the coarse field of each."""
    own = fields.coarse_at(np.searchsorted(fields.coarse_time, fields.fine_time))
    return replace(fields, fine=np.where(np.isfinite(fields.fine), make(own), np.nan).astype(np.float32))


def test_a_line_that_all_cells_share_is_recovered(fields):
    world = with_fine(fields, lambda coarse: 2 * coarse - 0.15)
    samples = make_samples(world)
    method = Regression()
    method.fit(world, samples)
    assert method.lines.slope == pytest.approx(2, abs=1e-3)
    error = np.abs(method.predict(world, samples).mean - (2 * world.coarse_at(slice(None)) - 0.15))
    # The level of a cell's line is drawn to that of all by the least weight of a prior, half a date of six or more.
    assert error.max() < 0.003 and error.mean() < 0.001


def test_lines_of_their_own_are_recovered_with_many_dates():
    fields = make_fields(n=240)
    columns = np.arange(fields.window.width)
    slope, offset = 1 + 0.5 * np.sin(columns / 3), 0.05 * np.cos(columns / 5)
    world = with_fine(fields, lambda coarse: slope * coarse + offset)
    samples = make_samples(world)
    method, plain = Regression(), MeanResidual()
    for fitted in (method, plain):
        fitted.fit(world, samples)
    truth = slope * world.coarse_at(slice(None)) + offset
    error = np.abs(method.predict(world, samples).mean - truth)
    assert error.mean() < 0.003 < 0.3 * np.abs(plain.predict(world, samples).mean - truth).mean()


def test_ridge_by_least_squares():
    # The ridge towards a prior is ordinary least squares with the prior as further observations.
    rng = np.random.default_rng(3)
    a, y = rng.normal(0, 0.05, (7, 2, 3)), rng.normal(0.02, 0.04, (7, 2, 3))
    a[2, 0, 0] = y[4, 1, 2] = np.nan
    lines = Lines.of(a, y, 3.0)
    valid = np.isfinite(a) & np.isfinite(y)
    assert lines.spread2 == pytest.approx((a[valid] ** 2).mean())
    assert lines.residual == pytest.approx((y - lines.slope * a)[valid].mean())
    for cell in np.ndindex(2, 3):
        here = valid[(slice(None), *cell)]
        design = np.column_stack([np.ones(here.sum()), a[(here, *cell)]])
        ridge = np.diag(np.sqrt([lines.residual_dates, 3.0 * lines.spread2]))
        prior = ridge @ [lines.residual, lines.slope]
        found = np.linalg.lstsq(np.vstack([design, ridge]), np.concatenate([y[(here, *cell)], prior]), rcond=None)[0]
        at = lines.at(np.full((2, 3), 0.03))[cell]
        assert at == pytest.approx(found[0] + found[1] * 0.03, abs=1e-7)


def test_the_slope_of_all_cells_is_that_about_their_own_means():
    # Cells of different means along a line of slope -3, each with a slope of 1 of its own.
    a = np.array([[[0.0, 0.1]], [[0.02, 0.12]], [[0.04, 0.14]]])
    assert Lines.of(a, a - 4 * np.array([0.0, 0.1]), 1.0).slope == pytest.approx(1)


def test_without_takes_dates_out():
    rng = np.random.default_rng(1)
    a, y = rng.normal(0, 0.05, (6, 3, 3)), rng.normal(0, 0.05, (6, 3, 3))
    y[0, 0] = np.nan
    whole = Lines.of(a, y, 10.0)
    left = whole.without(a[[1, 4]], y[[1, 4]])
    rest = [0, 2, 3, 5]
    np.testing.assert_allclose(left.sums, Lines.of(a[rest], y[rest], 10.0).sums, atol=1e-12)
    assert (left.residual, left.slope) == (whole.residual, whole.slope)


def test_a_coarse_field_that_never_changes():
    fields = make_fields(n=20)
    still = replace(fields, coarse=np.full_like(fields.coarse, 0.2), fine=np.full_like(fields.fine, 0.23))
    samples = make_samples(still)
    method = Regression()
    method.fit(still, samples)
    np.testing.assert_allclose(method.predict(still, samples).mean, 0.23, atol=1e-5)


def test_constant_by_hand(fields, samples):
    method = Constant()
    method.fit(fields, samples)
    known = samples.with_target(TRAIN, VALIDATION)
    residual = np.nanmean(fields.fine[known.fine].astype(float) - fields.coarse_at(known.coarse))
    mean = method.predict(fields, samples).mean
    for row in (0, 7, len(samples) - 1):
        np.testing.assert_allclose(mean[row], fields.coarse_at(row).mean() + residual, atol=1e-6)


def test_relatives_share_a_scene(fields, samples):
    scenes = list(fields.fine_sentinel1)
    scenes[3] = scenes[3] | scenes[5]
    known = samples.with_target(TRAIN, VALIDATION)
    found = relatives(replace(fields, fine_sentinel1=tuple(scenes)), known)
    assert list(found[3]) == [3, 5] and list(found[5]) == [3, 5] and list(found[4]) == [4]


def test_spread_is_about_the_mean():
    assert ubrmse_of(np.array([[0.1, 0.3], [np.nan, 0.2]])) == pytest.approx(np.sqrt(0.02 / 3))
    assert np.isnan(ubrmse_of(np.array([[0.1, np.nan]])))


def test_nothing_to_learn_from(fields, samples):
    test = samples.select(samples.split == TEST)
    for method in (Constant(), Regression()):
        with pytest.raises(DataError):
            method.fit(fields, test)
        with pytest.raises(DataError, match="not fitted"):
            method.predict(fields, test)
