"""Fitting all parameters: out of fold, with and without random features and donors."""

from dataclasses import replace

import numpy as np
import pytest
from made_fusion import FIELDS, SAMPLES, donor_set, training_set

from smen.data.records import TRAIN, VALIDATION
from smen.methods.fusion.feature_names import FEATURES
from smen.methods.fusion.fitting import fit_features, fit_left_out, fit_parameters, fit_random_features
from smen.methods.fusion.random_features import DRAWS, UNITS, RandomFeatures, ridge_correction
from smen.methods.fusion.ridge import NormalEquations, fit_folds, penalty_scale
from smen.methods.fusion.training_set import fit_error_model

REGION = training_set()
PARAMETERS, SUMMARY, ERRORS = fit_parameters(REGION, [], 0)


def correction(overpass, folds):
    """What the mean coefficients of some folds add, seen and unseen ones by the share that is unknown."""
    seen = ridge_correction(overpass, PARAMETERS.seen_coefficients[folds].mean(axis=0), PARAMETERS.random_features)
    unseen = ridge_correction(overpass, PARAMETERS.unseen_coefficients[folds].mean(axis=0))
    return (1 - overpass.unknown) * seen + overpass.unknown * unseen


def out_of_fold(features):
    return np.array([correction(f, slice(k, k + 1)) for f, k in zip(features, REGION.fold_of, strict=True)])


def test_shapes():
    folds, number = len(REGION.folds), len(FEATURES)
    assert PARAMETERS.seen_coefficients.shape == (folds, number + DRAWS * UNITS)
    assert PARAMETERS.unseen_coefficients.shape == (folds, number)
    assert PARAMETERS.transfer_coefficients.shape == (1, number)
    assert PARAMETERS.window == FIELDS.window and PARAMETERS.coarse_grid == FIELDS.coarse_grid


def test_the_summary_is_the_ubrmse_of_fitted_and_of_out_of_fold_estimates():
    residuals, seen = REGION.residuals(REGION.with_pattern), REGION.with_pattern
    train, held_out = [], []
    for i, overpass in enumerate(seen):
        fitted = correction(overpass, slice(None))
        held = correction(overpass, slice(REGION.fold_of[i], REGION.fold_of[i] + 1))
        train.append(np.nanstd((residuals[i] - fitted).astype(float)))
        held_out.append(np.nanstd((residuals[i] - held).astype(float)))
    assert SUMMARY.train == pytest.approx(np.mean(train), rel=1e-5)
    assert SUMMARY.validation == pytest.approx(np.mean(held_out), rel=1e-5)
    assert not SUMMARY.epochs and 0.005 < SUMMARY.train < SUMMARY.validation < 0.05


def test_the_typical_error_is_that_of_the_dates_held_out():
    errors = REGION.residuals(REGION.with_pattern) - out_of_fold(REGION.with_pattern)
    assert PARAMETERS.typical_error == pytest.approx(np.sqrt(np.nanmean(errors.astype(float) ** 2)), rel=1e-5)


def test_the_error_model_is_of_seen_and_left_out_cells():
    seen = REGION.residuals(REGION.with_pattern) - out_of_fold(REGION.with_pattern)
    left_out = np.where(REGION.hidden, REGION.target, np.nan) - [f.base for f in REGION.left_out]
    left_out -= out_of_fold(REGION.left_out)
    expected = fit_error_model([(REGION.with_pattern, seen), (REGION.left_out, left_out)])
    np.testing.assert_allclose(PARAMETERS.error.coefficients, expected.coefficients, rtol=1e-3)
    assert PARAMETERS.error.factor == pytest.approx(expected.factor, rel=1e-3)


def test_unseen_coefficients_are_fitted_to_cells_left_out():
    targets = np.where(REGION.hidden, REGION.target, np.nan)
    equations = NormalEquations.of(
        [f.features for f in REGION.left_out],
        [t - f.base for t, f in zip(targets, REGION.left_out, strict=True)],
    )
    scale = penalty_scale(REGION.normal_equations(REGION.with_pattern))
    expected = fit_folds(equations, REGION.folds, scale=scale, towards=fit_features(REGION, []))
    np.testing.assert_allclose(PARAMETERS.unseen_coefficients, expected, rtol=1e-3, atol=1e-5)


def test_where_nothing_is_left_out_the_coefficients_are_those_of_all_other_cells():
    none = replace(REGION, hidden=np.zeros_like(REGION.hidden))
    np.testing.assert_allclose(fit_left_out(none, []), fit_features(none, []), atol=1e-12)
    parameters, *_ = fit_parameters(none, [], 0)
    assert (parameters.error.coefficients > 0).all() and np.isfinite(parameters.error.factor)


def test_bounds_and_ranges_are_those_of_the_dates():
    known = SAMPLES.with_target(TRAIN, VALIDATION)
    target, coarse = FIELDS.fine[known.fine], FIELDS.coarse[known.coarse]
    assert PARAMETERS.bounds == (np.nanmin(target), np.nanmax(target))
    assert PARAMETERS.coarse_range == (np.nanmin(coarse), np.nanmax(coarse))
    np.testing.assert_array_equal(PARAMETERS.training_times, known.time)
    assert not PARAMETERS.transferred and PARAMETERS.simulated == FIELDS.simulated


def test_each_set_of_random_features_is_fitted_by_itself():
    random_features = RandomFeatures.of(REGION.with_pattern, 0.02, seed=5)
    found = fit_random_features(random_features, REGION, [])
    number = len(FEATURES)
    means = []
    for draw in range(DRAWS):
        features = [np.concatenate([f.features, random_features.units(f, draw)]) for f in REGION.with_pattern]
        equations = NormalEquations.of(features, REGION.residuals(REGION.with_pattern))
        of_draw = fit_folds(equations, REGION.folds)
        at = number + draw * UNITS
        # Units at some of the cells alone are rounded otherwise, in single precision.
        np.testing.assert_allclose(found[:, at : at + UNITS], of_draw[:, number:] / DRAWS, rtol=1e-4, atol=1e-7)
        means.append(of_draw[:, :number])
    np.testing.assert_allclose(found[:, :number], np.mean(means, axis=0), rtol=1e-4, atol=1e-6)


def test_without_random_features_it_is_the_ridge_regression_of_the_features():
    linear, *_ = fit_parameters(REGION, [], 0, with_random_features=False)
    assert linear.random_features is None
    expected = fit_folds(REGION.normal_equations(REGION.with_pattern), REGION.folds)
    np.testing.assert_array_equal(linear.seen_coefficients, expected)
    np.testing.assert_array_equal(linear.unseen_coefficients, PARAMETERS.unseen_coefficients)


def test_donors_change_coefficients_and_leave_the_regions_own():
    helped, *_ = fit_parameters(REGION, [donor_set()], 0)
    assert (helped.transfer_coefficients != PARAMETERS.transfer_coefficients).any()
    np.testing.assert_array_equal(helped.pattern.mean, PARAMETERS.pattern.mean)
    assert helped.bounds == PARAMETERS.bounds
    assert helped.variability == pytest.approx((REGION.variability + donor_set().variability) / 2)


def test_the_seed_draws_the_random_features():
    other, *_ = fit_parameters(REGION, [], 7)
    assert (other.random_features.weights != PARAMETERS.random_features.weights).any()
    np.testing.assert_array_equal(other.unseen_coefficients, PARAMETERS.unseen_coefficients)
