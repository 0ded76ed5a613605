"""Transfer to other regions: equal weight of donors, and what holds elsewhere."""

from dataclasses import replace

import numpy as np
from made_fields import make_fields, make_samples
from made_fusion import FIELDS, default_method, donor_set, training_set

from smen.methods.fusion.error_model import ErrorModel
from smen.methods.fusion.region_transfer import TRANSFER_PENALTY, fit_transfer, transferred
from smen.methods.fusion.ridge import NormalEquations, fit_folds, penalty_scale
from smen.methods.fusion.training_set import TrainingSet, fit_error_model


def equations(region):
    return region.normal_equations(region.without_pattern)


def test_one_donor_is_judged_by_its_own_dates_held_out():
    region = training_set()
    coefficients, model = fit_transfer([region])
    own = equations(region)
    scale = penalty_scale(own)
    matrix = own.matrices.sum(axis=0) + TRANSFER_PENALTY * np.diag(scale)
    np.testing.assert_allclose(coefficients, [np.linalg.solve(matrix, own.vectors.sum(axis=0))], rtol=1e-5)
    folds = fit_folds(own, region.folds)
    errors = region.residuals(region.without_pattern) - region.out_of_fold_correction(region.without_pattern, folds)
    expected = fit_error_model([(region.without_pattern, errors / np.float32(region.variability))])
    np.testing.assert_array_equal(model.coefficients, expected.coefficients)


def test_several_donors_have_the_same_weight():
    """Twice the dates of one donor, each the same twice: the coefficients stay nearly as they are."""
    a, b = training_set(), donor_set()
    both, _ = fit_transfer([a, b])
    parts = [equations(a), equations(b)]
    scale = penalty_scale(NormalEquations.joined(parts))
    total = (len(parts[0]) + len(parts[1])) / 2
    matrix = total * sum(p.matrices.mean(axis=0) for p in parts) + TRANSFER_PENALTY * np.diag(scale)
    vector = total * sum(p.vectors.mean(axis=0) for p in parts)
    np.testing.assert_allclose(both, [np.linalg.solve(matrix, vector)], rtol=1e-5)


def test_several_donors_are_judged_by_the_others():
    """A donor whose targets make no sense raises the errors of all: none is estimated with its own coefficients."""
    a, b = training_set(), donor_set()
    rng = np.random.default_rng(1)
    noise = np.where(np.isfinite(b.target), rng.normal(0.2, 0.1, b.target.shape), np.nan).astype(np.float32)
    _, fair = fit_transfer([a, b])
    _, spoilt = fit_transfer([a, replace(b, target=noise)])
    predictors = a.without_pattern[3].variance_predictors
    assert spoilt.standard_deviation(predictors).mean() > 1.5 * fair.standard_deviation(predictors).mean()


def test_what_holds_in_another_region():
    other = make_fields(n=20, shape=(30, 48), origin=(1000, 2600), seed=3)
    own = default_method().parameters
    there = transferred(own, other)
    assert there.transferred and not own.transferred
    assert there.window == other.window and there.relative_noise.shape == other.window.shape
    assert (there.pattern.count == 0).all() and there.pattern.prior == 0
    assert there.pattern.within == own.pattern.within
    assert there.bounds == (0.0, own.bounds[1])
    assert np.isnan(there.mean_coarse).all() and (there.direction_bias == 0).all()
    assert there.mean_coarse.shape == other.coarse.shape[1:]
    np.testing.assert_array_equal(there.transfer_coefficients, own.transfer_coefficients)
    assert isinstance(there.transfer_error, ErrorModel)


def test_a_donor_of_another_size_takes_part():
    small = make_fields(n=40, shape=(12, 18), origin=(1003, 2611), seed=4)
    region = TrainingSet.of(small, make_samples(small), 0)
    coefficients, model = fit_transfer([training_set(), region])
    assert coefficients.shape == (1, len(region.without_pattern[0].features))
    assert (model.coefficients > 0).all() and FIELDS.window.shape != small.window.shape


def test_the_order_of_donors_does_not_matter():
    one, _ = fit_transfer([training_set(), donor_set()])
    other, _ = fit_transfer([donor_set(), training_set()])
    np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-9)
