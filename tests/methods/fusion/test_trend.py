"""The mean of a field from covariates against dense generalised least squares, and drawn fields."""

import numpy as np
import pytest
from made_random_field import draw

from smen.methods.fusion.covariance import NestedCovariance
from smen.methods.fusion.kriging import Kriging
from smen.methods.fusion.pattern import PatternEstimator
from smen.methods.fusion.pattern_sums import PatternSums
from smen.methods.fusion.trend import OBSERVED_RANGE, PRIOR_DEVIATION, Trend

SHAPE = (14, 16)
RNG = np.random.default_rng(6)
OBSERVED = RNG.random(SHAPE) < 0.6
NOISE = np.full(SHAPE, 1e-4)
COVARIATES = RNG.normal(0, 1, (2, *SHAPE))
COVARIANCE = NestedCovariance((0.0, 4e-4, 0.0, 0.0))
VALUES = 0.03 + 0.02 * COVARIATES[0] + draw([(4e-4, 3.0)], SHAPE, RNG)[0] + RNG.normal(0, 0.01, SHAPE)


def clipped():
    ranges = [np.quantile(c[OBSERVED], OBSERVED_RANGE) for c in COVARIATES]
    return [np.clip(c, *r) for c, r in zip(COVARIATES, ranges, strict=True)]


def test_generalised_least_squares():
    found = Trend.fit(VALUES, NOISE, OBSERVED, COVARIATES, Kriging(COVARIANCE, SHAPE))
    places = np.argwhere(OBSERVED)
    matrix = COVARIANCE(np.linalg.norm(places[:, None] - places, axis=-1)) + np.diag(NOISE[OBSERVED])
    columns = np.array([np.ones(SHAPE), *clipped()])
    x = columns[:, OBSERVED].T
    penalty = np.diag([0, *[1 / (PRIOR_DEVIATION**2 * VALUES[OBSERVED].var())] * 2])
    inverse = np.linalg.inv(matrix)
    expected = np.linalg.solve(x.T @ inverse @ x + penalty, x.T @ inverse @ VALUES[OBSERVED])
    np.testing.assert_allclose([found.constant, *found.effects], expected, atol=2e-4)
    np.testing.assert_allclose(found.values, np.tensordot(expected, columns, 1), atol=5e-4)
    assert found.effects[0] == pytest.approx(0.02, abs=0.004) and abs(found.effects[1]) < 0.004


def test_without_covariates_it_is_the_mean():
    kriging = Kriging(COVARIANCE, SHAPE)
    found = Trend.fit(VALUES, NOISE, OBSERVED, None, kriging)
    ones = kriging.solve(np.ones(SHAPE), NOISE, OBSERVED)
    assert found.constant == pytest.approx((ones * np.where(OBSERVED, VALUES, 0)).sum() / ones.sum(), rel=1e-6)
    assert (found.values == found.constant).all() and not len(found.effects)


def test_where_nothing_is_observed_nothing_is_said():
    found = Trend.fit(VALUES, NOISE, np.zeros(SHAPE, bool), COVARIATES)
    assert found.constant == 0 and (found.values == 0).all() and (found.effects == 0).all()


def test_a_line_is_not_drawn_beyond_what_was_observed():
    far = COVARIATES.copy()
    cell = tuple(np.argwhere(~OBSERVED)[0])
    far[0][cell] = 50.0
    found = Trend.fit(VALUES, NOISE, OBSERVED, far)
    assert abs(found.values[cell] - found.constant) < 0.1


def test_the_pattern_of_cells_never_observed_follows_the_covariate():
    """Half of the window was never observed; a covariate explains most of the pattern, without it neighbours do."""
    rng = np.random.default_rng(8)
    shape = (30, 40)
    covariate = draw([(1.0, 4.0)], shape, rng)[0]
    covariate = (covariate - covariate.mean()) / covariate.std()
    pattern = 0.04 * covariate + draw([(1e-4, 4.0)], shape, rng)[0]
    residual = pattern + rng.normal(0, 0.02, (25, *shape))
    residual[:, :, 20:] = np.nan
    sums = PatternSums.of(residual, rng.normal(0, 0.05, residual.shape))
    errors = {}
    for name, covariates in (("with", covariate[None]), ("without", None)):
        estimator = PatternEstimator.of(sums, covariates)
        found = estimator.pattern(sums)
        errors[name] = np.sqrt(np.mean((found.mean - pattern)[:, 20:] ** 2))
        seen = np.sqrt(np.mean((found.mean - pattern)[:, :20] ** 2))
        assert seen < 0.01
    assert errors["with"] < 0.5 * errors["without"]
