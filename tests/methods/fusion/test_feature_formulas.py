"""Formulas of features: each from its definition, in the order of the names."""

import numpy as np
import pytest
from made_fusion import PATTERN
from scipy.ndimage import gaussian_filter

from smen.methods.fusion.coarse_history import BASE, TIME_CONSTANTS_DAYS
from smen.methods.fusion.coarse_state import CoarseState
from smen.methods.fusion.feature_formulas import (
    coarse_features,
    detail_of,
    gaussian,
    interactions,
    pattern_features,
    residual_features,
)
from smen.methods.fusion.feature_names import FEATURES
from smen.methods.fusion.pattern import Pattern
from smen.methods.fusion.residual_departures import average_departures

SHAPE = PATTERN.mean.shape
RNG = np.random.default_rng(8)
LAYERS = RNG.uniform(0.1, 0.4, (len(TIME_CONSTANTS_DAYS), *SHAPE)).astype(np.float32)
STATE = CoarseState.of(0, LAYERS, LAYERS, np.full(SHAPE, 0.2, np.float32), PATTERN)
EARLIER = average_departures(
    [(RNG.normal(0, 0.03, SHAPE).astype(np.float32), RNG.normal(0, 0.03, SHAPE).astype(np.float32), 4.0)], PATTERN
)


def smoothed(field, cells):
    return gaussian_filter(field, cells, mode="nearest", truncate=3.0)


def named(features, first):
    """The features by name, from a name on in the order of all names."""
    start = FEATURES.index(first)
    return dict(zip(FEATURES[start : start + len(features)], features, strict=True))


def test_coarse_features():
    found = named(coarse_features(STATE), "filter_0")
    assert list(found)[-1] == "wetness_mean"
    base = LAYERS[BASE]
    for k, days in enumerate(TIME_CONSTANTS_DAYS):
        if k != BASE:
            np.testing.assert_array_equal(found[f"filter_{days:g}"], LAYERS[k] - base)
    np.testing.assert_array_equal(found["wetness"], base - np.float32(0.2))
    np.testing.assert_array_equal(found["wetness_smooth"], smoothed(base - np.float32(0.2), 12))
    np.testing.assert_array_equal(found["innovation_smooth"], smoothed(LAYERS[0] - base, 12))
    assert np.ptp(found["wetness_mean"]) == 0


def test_pattern_features():
    found = named(pattern_features(STATE, PATTERN), "pattern")
    assert list(found)[-1] == "slope_smooth"
    detail, limit = PATTERN.mean - PATTERN.prior, 2 * np.sqrt(PATTERN.wetness_variance)
    moved = np.clip(STATE.wetness, -limit, limit)
    expected = {
        "pattern": detail,
        "pattern_1": smoothed(PATTERN.mean, 1) - PATTERN.mean,
        "pattern_3": smoothed(PATTERN.mean, 3) - PATTERN.mean,
        "pattern_wetness": detail * STATE.relative,
        "pattern_wetness2": detail * STATE.relative**2,
        "pattern_6_wetness": smoothed(detail, 6) * STATE.relative,
        "slope": PATTERN.slope * moved,
        "slope_smooth": smoothed(PATTERN.slope, 2) * moved,
    }
    assert list(found) == list(expected)
    for name, field in expected.items():
        np.testing.assert_allclose(found[name], field, atol=1e-6, err_msg=name)


def test_residual_features():
    found = named(residual_features(STATE, EARLIER), "residual_2")
    assert list(found)[-1] == "residual_30_wetness"
    of = dict(zip(("2", "8", "30", "200"), EARLIER.departures, strict=True))
    for days, field in of.items():
        np.testing.assert_array_equal(found[f"residual_{days}"], field)
    np.testing.assert_allclose(found["residual_8_smooth_2"], smoothed(of["8"], 2), atol=1e-7)
    np.testing.assert_allclose(found["residual_8_smooth_8"], smoothed(of["8"], 8), atol=1e-7)
    np.testing.assert_allclose(found["residual_30_smooth_3"], smoothed(of["30"], 3), atol=1e-7)
    np.testing.assert_array_equal(found["residual_30_wetness"], of["30"] * STATE.relative)


def test_interactions():
    found = named(interactions(STATE, PATTERN, EARLIER), "pattern_innovation")
    assert list(found)[-1] == FEATURES[-1]
    detail, deviation = PATTERN.mean - PATTERN.prior, np.sqrt(PATTERN.wetness_variance)
    np.testing.assert_allclose(found["pattern_innovation"], detail * STATE.surprise, atol=1e-6)
    for name, layer in (("pattern_wetness_10", -2), ("pattern_wetness_30", -1)):
        slow = np.clip((LAYERS[layer] - 0.2) / deviation, -2, 2)
        np.testing.assert_allclose(found[name], detail * slow, atol=1e-5)
    np.testing.assert_allclose(found["wetness_absolute"], STATE.wetness * np.abs(STATE.relative), atol=1e-6)
    np.testing.assert_array_equal(found["residual_8_innovation"], EARLIER.departures[1] * STATE.surprise)


def test_a_region_without_dates_has_no_detail():
    empty = Pattern.empty(PATTERN)
    assert (detail_of(empty) == 0).all() and (detail_of(PATTERN) != 0).any()
    assert all((feature == 0).all() for feature in pattern_features(STATE, empty))


@pytest.mark.parametrize("cells", [1, 3, 12])
def test_smoothing_keeps_a_flat_field_and_its_precision(cells):
    found = gaussian(np.full((20, 30), 0.25, np.float32), cells)
    np.testing.assert_allclose(found, 0.25, rtol=1e-6)
    assert found.dtype == np.float32


def test_smoothing_a_point_gives_the_gaussian():
    point = np.zeros((21, 21), np.float32)
    point[10, 10] = 1.0
    offsets = np.arange(-6, 7)  # three standard deviations of two cells
    weights = np.exp(-0.5 * (offsets / 2) ** 2)
    weights /= weights.sum()
    np.testing.assert_allclose(gaussian(point, 2)[4:17, 4:17], np.outer(weights, weights), atol=1e-7)
