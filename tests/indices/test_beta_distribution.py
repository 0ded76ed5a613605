"""The beta distribution by moments, against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, norm

from smen.indices.beta_distribution import BOUNDS, probability_below, quantile, shape_parameters, standard_score

means = st.floats(0.03, 0.5)
spreads = st.floats(0.005, 0.06)


@given(means, spreads)
def test_its_mean_and_variance_are_those_given(mean, spread):
    a, b = shape_parameters(np.array(mean), np.array(spread**2))
    theirs = beta(a, b, loc=BOUNDS[0], scale=BOUNDS[1] - BOUNDS[0])
    assert theirs.mean() == pytest.approx(mean, rel=1e-6)
    assert theirs.var() == pytest.approx(spread**2, rel=1e-6) or spread**2 > 0.9 * mean * (0.6 - mean)


@given(means, spreads, st.floats(0.005, 0.595))
def test_probabilities_are_scipys(mean, spread, value):
    a, b = shape_parameters(np.array(mean), np.array(spread**2))
    theirs = beta(a, b, loc=BOUNDS[0], scale=BOUNDS[1] - BOUNDS[0]).cdf(value)
    assert probability_below(np.array(value), np.array(mean), np.array(spread**2)) == pytest.approx(theirs, abs=2e-4)


@given(means, spreads, st.floats(0.02, 0.98))
def test_a_quantile_has_its_score(mean, spread, probability):
    moments = np.array(mean), np.array(spread**2)
    value = quantile(probability, *moments)
    if 1e-3 < (value - BOUNDS[0]) / (BOUNDS[1] - BOUNDS[0]) < 1 - 1e-3:
        assert standard_score(value, *moments) == pytest.approx(norm.ppf(probability), abs=1e-4)


def test_scores_are_those_of_climate_indices():
    """The same fit by moments and the same standardised index, for thirty years of twelve seasons."""
    compute = pytest.importorskip("climate_indices.compute")
    low, high = BOUNDS
    shares = np.random.default_rng(4).beta(*(np.linspace(2, 9, 12), 14.0), (30, 12))
    theirs = compute.transform_fitted_beta(shares, 1991, 1991, 2020, compute.Periodicity.monthly)
    moisture = low + (high - low) * shares
    ours = standard_score(moisture, moisture.mean(axis=0), moisture.var(axis=0, ddof=1))
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_missing_stays_missing():
    assert np.isnan(standard_score(np.array(np.nan), np.array(0.2), np.array(0.001)))
