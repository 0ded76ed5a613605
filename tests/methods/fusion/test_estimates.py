"""Estimates of seen and unseen cells from made parameters, and the bounds of maps."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.methods.fusion.error_model import ErrorModel
from smen.methods.fusion.estimates import (
    RegionCoefficients,
    bounded,
    estimate_abroad,
    estimate_at_home,
    extrapolation_factor,
)
from smen.methods.fusion.overpass_features import OverpassFeatures

SHAPE = (2, 3)


def overpass(extrapolation=0.0, unknown=0.0):
    rng = np.random.default_rng(1)
    return OverpassFeatures(
        base=np.full(SHAPE, 0.2, np.float32),
        features=rng.normal(0, 0.02, (2, *SHAPE)).astype(np.float32),
        masks=np.zeros((1, *SHAPE), np.float32),
        unknown=np.full(SHAPE, unknown, np.float32),
        variance_predictors=np.ones((1, *SHAPE), np.float32),
        extrapolation=np.full(SHAPE, extrapolation, np.float32),
    )


PARAMETERS = SimpleNamespace(
    seen_coefficients=np.array([[1.0, 0.0], [3.0, 0.0]]),
    unseen_coefficients=np.array([[0.0, 1.0], [0.0, 0.0]]),
    transfer_coefficients=np.array([[1.0, 1.0]]),
    random_features=None,
    error=ErrorModel(np.array([0.0001]), 1.0),
    transfer_error=ErrorModel(np.array([0.25]), 1.0),
)


def test_seen_cells_take_the_mean_of_the_folds():
    one = overpass()
    value, deviation = estimate_at_home(PARAMETERS, one)
    np.testing.assert_allclose(value, 0.2 + 2 * one.features[0], rtol=1e-6)
    np.testing.assert_allclose(deviation, 0.01, rtol=1e-6)


def test_the_regression_of_unseen_cells_takes_over_as_less_of_the_pattern_is_known():
    for unknown in (0.25, 1.0):
        one = overpass(unknown=unknown)
        value, _ = estimate_at_home(PARAMETERS, one)
        expected = 0.2 + (1 - unknown) * 2 * one.features[0] + unknown * 0.5 * one.features[1]
        np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_coefficients_of_a_fold():
    both = RegionCoefficients(PARAMETERS.seen_coefficients, PARAMETERS.unseen_coefficients, None)
    np.testing.assert_array_equal(both.of_fold(1).seen, [3.0, 0.0])
    np.testing.assert_array_equal(both.of_fold(0).unseen, [0.0, 1.0])
    one = overpass(unknown=0.5)
    expected = 0.5 * 3 * one.features[0]
    np.testing.assert_allclose(both.of_fold(1).correction(one), expected, atol=1e-7)


def test_another_region_scales_the_error_by_its_variability():
    one = overpass()
    value, deviation = estimate_abroad(PARAMETERS, one, variability=0.06)
    np.testing.assert_allclose(value, 0.2 + one.features.sum(axis=0), rtol=1e-6)
    np.testing.assert_allclose(deviation, 0.5 * 0.06, rtol=1e-6)


@pytest.mark.parametrize(("distance", "factor"), [(0.0, 1.0), (1.0, np.sqrt(2)), (3.0, np.sqrt(10))])
def test_the_deviation_grows_beyond_the_training_climate(distance, factor):
    np.testing.assert_allclose(extrapolation_factor(overpass(distance)), factor, rtol=1e-6)
    inside, outside = (estimate_at_home(PARAMETERS, overpass(d))[1] for d in (0.0, distance))
    np.testing.assert_allclose(outside, factor * inside, rtol=1e-6)


@given(st.floats(0, 0.1), st.floats(0.3, 0.7), st.floats(0.001, 0.1))
def test_bounds_hold_and_keep_the_order(low, high, error):
    values = bounded(np.linspace(-1, 1.5, 300), (low, high), error)
    assert values.dtype == np.float32
    assert values.min() >= np.float32(low) and values.max() <= np.float32(high)
    assert (np.diff(values) >= 0).all()


def test_bounds_agree_with_softplus():
    """Against log(1 + exp(x)) as it is written, where it does not overflow."""
    values = np.linspace(0.0, 0.1, 40)
    width = 0.1 * 0.02
    expected = 0.05 + width * np.log(1 + np.exp((values - 0.05) / width))
    np.testing.assert_allclose(bounded(values, (0.05, 9.0), 0.02), expected, atol=1e-6)


def test_bounds_are_smooth_and_do_not_clip():
    inside = np.linspace(0.1, 0.3, 5)
    np.testing.assert_allclose(bounded(inside, (0.02, 0.5), 0.02), inside, atol=1e-6)
    # ln(1 + 1/e) = 0.31326 widths above the bound what lies one width below it
    assert bounded(np.array([0.018]), (0.02, 0.5), 0.02)[0] == pytest.approx(0.02 + 0.31326 * 0.002, abs=1e-6)


def test_missing_stays_missing():
    with np.errstate(invalid="ignore"):
        assert np.isnan(bounded(np.array([np.nan]), (0.0, 0.5), 0.02)).all()
