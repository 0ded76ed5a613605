"""Ridge regression from normal equations, against scikit-learn and a loop over cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from smen.methods.fusion.ridge import (
    DONOR_WEIGHTS,
    LEVEL_WEIGHT,
    PENALTIES,
    SINGLE_PENALTY,
    NormalEquations,
    fit_folds,
    folds_of,
    normal_equations,
    penalty_scale,
    solve,
)

F, H, W = 4, 5, 6


def dates(n, seed=0, truth=(1.0, -0.5, 0.2, 0.0), noise=0.01, gaps=True):
    """Features and targets of n dates whose relation is known, with missing cells."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 0.05, (n, F, H, W)).astype(np.float32)
    target = np.tensordot(np.array(truth), features, (0, 1)) + rng.normal(0, noise, (n, H, W))
    if gaps:
        target[rng.random(target.shape) < 0.3] = np.nan
    return features, target


def loss(features, target, w):
    """The loss of one date by a plain loop: the error's variance within the image, plus a share of its mean squared."""
    errors = [
        target[i, j] - sum(w[k] * float(features[k, i, j]) for k in range(F))
        for i in range(H)
        for j in range(W)
        if np.isfinite(target[i, j])
    ]
    mean = sum(errors) / len(errors)
    return sum((e - mean) ** 2 for e in errors) / len(errors) + LEVEL_WEIGHT * mean**2


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.lists(st.floats(-3, 3), min_size=F, max_size=F))
def test_the_error_of_coefficients_is_the_loss_over_cells(seed, w):
    features, target = dates(2, seed)
    equations = NormalEquations.of(features, target)
    for date in range(2):
        expected = loss(features[date], target[date], w)
        assert equations.error(np.array(w), date) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_normal_equations_are_symmetric_and_of_the_valid_cells_alone():
    features, target = dates(1)
    matrix, vector, square = normal_equations(features[0], target[0])
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-12)
    changed = features[0].copy()
    changed[:, ~np.isfinite(target[0])] = 99
    for a, b in zip(normal_equations(changed, target[0]), (matrix, vector, square), strict=True):
        np.testing.assert_array_equal(a, b)
    assert square == pytest.approx(loss(features[0], target[0], np.zeros(F)), rel=1e-9)


def test_solving_agrees_with_scikit_learn():
    """With one date, no penalty on the level and the same scale for all, it is scikit-learn's ridge with intercept."""
    features, target = dates(1, seed=3)
    valid = np.isfinite(target[0])
    x, y = features[0][:, valid].T.astype(np.float64), target[0][valid]
    mean = x.mean(axis=0)
    matrix, vector, _ = normal_equations(features[0], target[0])
    matrix = matrix - LEVEL_WEIGHT * np.outer(mean, mean)
    vector = vector - LEVEL_WEIGHT * mean * y.mean()
    reference = Ridge(alpha=0.3 * 0.002 * y.size).fit(x, y)
    np.testing.assert_allclose(solve(matrix, vector, 0.3, np.full(F, 0.002)), reference.coef_, rtol=1e-6)


def test_solving_several_dates_agrees_with_weighted_scikit_learn():
    """Each date weighs the same, however many cells it has: rows of weight 1 / cells about each date's mean."""
    features, target = dates(5, seed=4)
    equations = NormalEquations.of(features, target)
    rows, values, weights = [], [], []
    for x, y in zip(features.astype(np.float64), target, strict=True):
        valid = np.isfinite(y)
        mean_x, mean_y = x[:, valid].mean(axis=1), y[valid].mean()
        rows += [*(x[:, valid].T - mean_x), mean_x]
        values += [*(y[valid] - mean_y), mean_y]
        weights += [1 / valid.sum()] * valid.sum() + [LEVEL_WEIGHT]
    scale = penalty_scale(equations)
    # A penalty with a scale of its own for each feature is a plain one for features divided by its root.
    root = np.sqrt(scale + 1e-12)
    reference = Ridge(alpha=2.0, fit_intercept=False).fit(np.array(rows) / root, values, sample_weight=weights)
    found = solve(equations.matrices.sum(axis=0), equations.vectors.sum(axis=0), 2.0, scale)
    np.testing.assert_allclose(found, reference.coef_ / root, rtol=1e-6)


def test_half_of_the_penalty_is_the_same_for_all():
    equations = NormalEquations(np.array([np.diag([4.0, 0.0]), np.diag([2.0, 0.0])]), np.zeros((2, 2)), np.zeros(2))
    np.testing.assert_allclose(penalty_scale(equations), [3.0 + 1.5, 0.0 + 1.5])


def test_each_folds_coefficients_are_fitted_without_it():
    features, target = dates(12)
    folds = folds_of(12, 4)
    before = fit_folds(NormalEquations.of(features, target), folds)
    assert before.shape == (4, F)
    np.testing.assert_allclose(before.mean(axis=0), [1.0, -0.5, 0.2, 0.0], atol=0.1)
    # Targets doubled throughout: twice the coefficients, for penalties and choice do not depend on the target's size.
    np.testing.assert_allclose(fit_folds(NormalEquations.of(features, 2 * target), folds), 2 * before, rtol=1e-9)
    # A fold's own targets enter the choice of the penalty, but not its equations.
    changed = target.copy()
    changed[folds[0]] *= 1.0001
    after = fit_folds(NormalEquations.of(features, changed), folds)
    np.testing.assert_allclose(after[0], before[0], rtol=1e-9)
    assert np.abs(after[1] - before[1]).max() > 1e-7


def test_the_penalty_of_least_held_out_error_is_taken():
    features, target = dates(8, noise=0.2)
    equations, folds = NormalEquations.of(features, target), folds_of(8, 4)
    found = fit_folds(equations, folds)
    scale, best = penalty_scale(equations), None
    for penalty in PENALTIES:
        tried = []
        for fold in folds:
            rest = [i for i in range(8) if i not in fold]
            tried.append(solve(equations.matrices[rest].sum(0), equations.vectors[rest].sum(0), penalty, scale))
        error = sum(equations.error(w, i) for w, fold in zip(tried, folds, strict=True) for i in fold)
        best = min(best or (np.inf,), (error, tried), key=lambda pair: pair[0])
    np.testing.assert_allclose(found, best[1], rtol=1e-6)


def test_donors_help_where_they_agree_and_not_where_they_disagree():
    features, target = dates(3, noise=0.1)
    equations, folds = NormalEquations.of(features, target), folds_of(3, 3)
    alone = fit_folds(equations, folds)
    truth = np.array([1.0, -0.5, 0.2, 0.0])
    alike = fit_folds(equations, folds, NormalEquations.of(*dates(40, seed=7)))
    assert np.abs(alike - truth).max() < np.abs(alone - truth).max()
    # What has nothing to do with the region gets no weight: the choice includes 0.
    assert DONOR_WEIGHTS[0] == 0
    opposite = fit_folds(equations, folds, NormalEquations.of(*dates(40, seed=8, truth=(-9.0, 9.0, -9.0, 9.0))))
    np.testing.assert_array_equal(opposite, alone)


def test_a_single_date_gets_the_fixed_penalty_and_donors_in_full():
    features, target = dates(1)
    equations = NormalEquations.of(features, target)
    folds = folds_of(1, 5)
    scale = penalty_scale(equations)
    expected = solve(equations.matrices[0], equations.vectors[0], SINGLE_PENALTY, scale)
    np.testing.assert_allclose(fit_folds(equations, folds), [expected])
    donors = NormalEquations.of(*dates(2, seed=5))
    both = solve(
        equations.matrices[0] + donors.matrices.sum(0), equations.vectors[0] + donors.vectors.sum(0),
        SINGLE_PENALTY, scale,
    )  # fmt: skip
    np.testing.assert_allclose(fit_folds(equations, folds, donors), [both])


def test_joining_keeps_all_dates():
    parts = [NormalEquations.of(*dates(n, seed=n)) for n in (2, 3)]
    joined = NormalEquations.joined(parts)
    assert len(joined) == 5
    np.testing.assert_array_equal(joined.matrices[2:], parts[1].matrices)
    np.testing.assert_array_equal(joined.squares[:2], parts[0].squares)


@given(st.integers(2, 60), st.integers(2, 8))
def test_folds_are_blocks_of_consecutive_dates(number, blocks):
    folds = folds_of(number, blocks)
    np.testing.assert_array_equal(np.concatenate(folds), np.arange(number))
    assert len(folds) == min(number, blocks)
    assert max(map(len, folds)) - min(map(len, folds)) <= 1


@pytest.mark.parametrize("number", [0, 1])
def test_too_few_dates_have_one_fold_without_any(number):
    assert [fold.size for fold in folds_of(number, 5)] == [0]


def test_the_penalty_may_draw_to_other_coefficients():
    """Against the same problem moved by hand: coefficients less the prior, fitted to what the prior leaves."""
    rng = np.random.default_rng(12)
    features = [rng.normal(0, 1, (3, 5, 6)) for _ in range(8)]
    targets = [f.sum(axis=0) + rng.normal(0, 0.5, (5, 6)) for f in features]
    dates, folds = NormalEquations.of(features, targets), folds_of(8, 4)
    prior = np.array([0.9, 1.2, 0.8])
    rest = NormalEquations.of(features, [t - np.tensordot(prior, f, 1) for t, f in zip(targets, features, strict=True)])
    found = fit_folds(dates, folds, towards=np.tile(prior, (4, 1)))
    np.testing.assert_allclose(found, prior + fit_folds(rest, folds), rtol=1e-8)


def test_empty_problems_leave_the_prior():
    features = [np.random.default_rng(1).normal(0, 1, (3, 5, 6)) for _ in range(4)]
    dates = NormalEquations.of(features, [np.full((5, 6), np.nan)] * 4)
    prior = np.tile([0.9, 1.2, 0.8], (2, 1))
    np.testing.assert_allclose(fit_folds(dates, folds_of(4, 2), scale=np.ones(3), towards=prior), prior)
