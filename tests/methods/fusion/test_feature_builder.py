"""Features of an overpass: causal, in the order of their names, and each what its name says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_fields import make_fields, make_samples
from made_fusion import FIELDS, PATTERN, SAMPLES, builder_of, pattern_of
from scipy.ndimage import gaussian_filter

from smen.data.records import MISSING
from smen.methods.fusion.coarse_history import BASE, TIME_CONSTANTS_DAYS
from smen.methods.fusion.feature_builder import AGE_DAYS
from smen.methods.fusion.feature_names import FEATURE_GROUPS, FEATURES, MASKS, VARIANCE_PREDICTORS, features_of
from smen.methods.fusion.pattern import Pattern

PARTS = ("base", "features", "masks", "unknown", "variance_predictors", "extrapolation")
ROW = int(np.flatnonzero(SAMPLES.fine_history[:, 3] != MISSING)[10])
"""An overpass with a full history."""

BUILDER = builder_of()
WHOLE = BUILDER.build(SAMPLES, ROW, PATTERN)


def feature(name, overpass=WHOLE):
    return overpass.features[FEATURES.index(name)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(SAMPLES) - 1), st.integers(0, 2**32 - 1))
def test_no_future_or_target_field_reaches_the_features(row, seed):
    t = SAMPLES.time[row]
    rng = np.random.default_rng(seed)
    fine, coarse = FIELDS.fine.copy(), FIELDS.coarse.copy()
    late = FIELDS.fine_ready >= t
    fine[late] = rng.uniform(0, 1, fine[late].shape)
    coarse[FIELDS.coarse_time > t] = rng.uniform(0, 1)
    changed = builder_of(replace(FIELDS, fine=fine, coarse=coarse)).build(SAMPLES, row, PATTERN)
    whole = BUILDER.build(SAMPLES, row, PATTERN)
    for name in PARTS:
        np.testing.assert_array_equal(getattr(changed, name), getattr(whole, name))


def test_the_last_fine_and_coarse_fields_do_reach_them():
    fine, coarse = FIELDS.fine.copy(), FIELDS.coarse.copy()
    fine[SAMPLES.fine_history[ROW, 3]] += 0.01
    coarse[SAMPLES.coarse[ROW] - 3] += 0.01
    residuals = features_of("recent residuals")
    changed = builder_of(replace(FIELDS, fine=fine)).build(SAMPLES, ROW, PATTERN).features
    assert (changed[residuals] != WHOLE.features[residuals]).any()
    changed = builder_of(replace(FIELDS, coarse=coarse)).build(SAMPLES, ROW, PATTERN).features
    assert (changed[0] != WHOLE.features[0]).any()


def test_there_is_an_array_for_every_name():
    shape = FIELDS.window.shape
    assert WHOLE.features.shape == (len(FEATURES), *shape)
    assert WHOLE.masks.shape == (len(MASKS), *shape)
    assert WHOLE.variance_predictors.shape == (len(VARIANCE_PREDICTORS), *shape)
    for name in PARTS:
        assert getattr(WHOLE, name).dtype == np.float32 and np.isfinite(getattr(WHOLE, name)).all()


def test_the_coarse_features_by_hand():
    history = BUILDER.history
    at = int(SAMPLES.coarse[ROW])
    base = history.bilinear(history.averages[BASE, at])
    wetness = base - np.float32(0.2)
    np.testing.assert_allclose(WHOLE.base, base + PATTERN.mean, atol=1e-6)
    for k, days in enumerate(TIME_CONSTANTS_DAYS):
        if k != BASE:
            expected = history.bilinear(history.averages[k, at]) - base
            np.testing.assert_allclose(feature(f"filter_{days:g}"), expected, atol=1e-6)
    np.testing.assert_allclose(feature("wetness"), wetness, atol=1e-6)
    np.testing.assert_allclose(feature("wetness_mean"), wetness.mean(), atol=1e-6)
    smooth = gaussian_filter(wetness, 12, mode="nearest", truncate=3.0)
    np.testing.assert_allclose(feature("wetness_smooth"), smooth, atol=1e-6)


def test_the_pattern_features_by_hand():
    relative = np.clip(feature("wetness") / np.sqrt(PATTERN.wetness_variance), -2, 2)
    np.testing.assert_allclose(feature("pattern"), PATTERN.mean - PATTERN.prior, atol=1e-6)
    np.testing.assert_allclose(feature("pattern_wetness"), feature("pattern") * relative, atol=1e-6)
    np.testing.assert_allclose(feature("pattern_wetness2"), feature("pattern") * relative**2, atol=1e-6)
    np.testing.assert_allclose(feature("wetness_absolute"), feature("wetness") * np.abs(relative), atol=1e-6)
    smooth = gaussian_filter(PATTERN.mean, 3, mode="nearest", truncate=3.0)
    np.testing.assert_allclose(feature("pattern_3"), smooth - PATTERN.mean, atol=1e-6)


def test_the_direction_changes_sign_with_the_overpass():
    bias = np.full(FIELDS.coarse.shape[1:], 0.02)
    builder = builder_of()
    builder.history = replace(builder.history, direction_bias=bias)
    for row in (ROW, ROW + 1):
        sign = 1 if FIELDS.coarse_descending[SAMPLES.coarse[row]] else -1
        found = feature("direction", builder.build(SAMPLES, row, PATTERN))
        np.testing.assert_allclose(found, sign * 0.02, atol=1e-7)


def test_a_residual_is_taken_from_the_filtered_field_of_its_own_half_orbit():
    fine = int(SAMPLES.fine_history[ROW, 0])
    own = int(np.flatnonzero(FIELDS.coarse_time == FIELDS.fine_time[fine])[0])
    base = BUILDER.history.bilinear(BUILDER.history.averages[BASE, own])
    residual, wetness = BUILDER.residual(fine)
    np.testing.assert_allclose(residual, FIELDS.fine[fine] - base, atol=1e-6)
    np.testing.assert_allclose(wetness, base - np.float32(0.2), atol=1e-6)
    stack = BUILDER.residuals(SAMPLES.fine_history[ROW])
    np.testing.assert_array_equal(stack[0][0], residual)
    assert BUILDER.residuals(np.array([], int))[0].shape == (0, *FIELDS.window.shape)


def test_a_fine_field_without_a_coarse_one_has_no_residual():
    fields = replace(FIELDS, fine_time=FIELDS.fine_time + np.timedelta64(1, "h"))
    residual, wetness = builder_of(fields).residual(3)
    assert np.isnan(residual).all() and (wetness == 0).all()


def test_dropped_fields_count_as_never_observed():
    dropped = np.array([True, False, True, False])
    rest = replace(SAMPLES, fine_history=np.where(dropped, MISSING, SAMPLES.fine_history))
    with_drops, without = BUILDER.build(SAMPLES, ROW, PATTERN, dropped), BUILDER.build(rest, ROW, PATTERN)
    for name in PARTS:
        np.testing.assert_array_equal(getattr(with_drops, name), getattr(without, name))


def test_hidden_cells_count_as_never_observed():
    hidden = np.zeros(FIELDS.window.shape, bool)
    hidden[4:20, 6:18] = True
    fine = np.where(hidden, np.float32(np.nan), FIELDS.fine)
    expected = builder_of(replace(FIELDS, fine=fine)).build(SAMPLES, ROW, PATTERN)
    found = BUILDER.build(SAMPLES, ROW, PATTERN, hidden=hidden)
    for name in PARTS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert (found.masks[MASKS.index("age")][hidden] == 1).all()


def test_the_age_rises_to_one():
    none = BUILDER.build(replace(SAMPLES, fine_history=np.full_like(SAMPLES.fine_history, MISSING)), ROW, PATTERN)
    age = VARIANCE_PREDICTORS.index("age")
    assert (none.variance_predictors[age] == 1).all()
    fine = FIELDS.fine[SAMPLES.fine_history[ROW]]
    covered = np.isfinite(fine[0])
    expected = 1 - np.exp(-SAMPLES.age[ROW, 0] / AGE_DAYS)
    np.testing.assert_allclose(WHOLE.variance_predictors[age][covered], expected, rtol=1e-5)
    np.testing.assert_array_equal(WHOLE.masks[MASKS.index("age")], WHOLE.variance_predictors[age])


def test_masks_tell_how_well_the_pattern_is_known():
    unknown = np.linspace(0, 1, PATTERN.count.size).reshape(PATTERN.count.shape).astype(np.float32)
    built = BUILDER.build(SAMPLES, ROW, replace(PATTERN, unknown=unknown))
    np.testing.assert_allclose(built.masks[MASKS.index("pattern_known")], 1 - unknown, rtol=1e-6)
    np.testing.assert_array_equal(built.variance_predictors[VARIANCE_PREDICTORS.index("unknown_pattern")], unknown)
    np.testing.assert_array_equal(built.unknown, unknown)
    assert ((WHOLE.masks >= 0) & (WHOLE.masks <= 1)).all()


def test_a_missing_coarse_cell_is_unobserved():
    coarse = FIELDS.coarse.copy()
    coarse[SAMPLES.coarse[ROW], 1, 1] = np.nan
    built = builder_of(replace(FIELDS, coarse=coarse)).build(SAMPLES, ROW, PATTERN)
    unobserved = built.variance_predictors[VARIANCE_PREDICTORS.index("unobserved")]
    window = FIELDS.window
    centre = (18 - window.row % 12, 18 - window.column % 12)  # a cell beside the centre of coarse cell (1, 1)
    assert unobserved[centre] > 0.9 and unobserved.min() == 0
    assert np.isfinite(built.features).all()


@pytest.mark.parametrize("group", FEATURE_GROUPS)
def test_an_excluded_group_is_zero_and_all_else_stays(group):
    built = builder_of(excluded=(group,)).build(SAMPLES, ROW, PATTERN)
    out = features_of(group)
    assert (built.features[out] == 0).all() and np.abs(WHOLE.features[out]).max() > 0
    rest = [k for k in range(len(FEATURES)) if k not in out]
    np.testing.assert_array_equal(built.features[rest], WHOLE.features[rest])


def test_extrapolation_is_the_distance_from_the_training_range():
    wetness = feature("wetness")
    low, high = float(np.quantile(wetness, 0.3)), float(np.quantile(wetness, 0.6))
    built = builder_of(wetness_range=(low, high)).build(SAMPLES, ROW, PATTERN)
    expected = (wetness - np.clip(wetness, low, high)) / np.sqrt(PATTERN.wetness_variance)
    np.testing.assert_allclose(built.extrapolation, np.abs(expected), atol=1e-5)
    assert (WHOLE.extrapolation == 0).all()


def test_without_a_pattern_there_are_no_pattern_features():
    built = BUILDER.build(SAMPLES, ROW, Pattern.empty(PATTERN))
    for name in ("pattern", "pattern_1", "pattern_wetness", "slope", "pattern_innovation"):
        assert (feature(name, built) == 0).all()


def test_without_training_the_mean_is_that_of_what_came_before():
    builder = builder_of(mean=None)
    at = int(SAMPLES.coarse[ROW])
    usual = np.nanmean(FIELDS.coarse[: at + 1].astype(float), axis=0)
    base = builder.history.bilinear(builder.history.averages[BASE, at])
    found = feature("wetness", builder.build(SAMPLES, ROW, PATTERN))
    np.testing.assert_allclose(found, base - builder.history.bilinear(usual), atol=1e-6)


def test_a_region_with_a_part_never_observed_has_finite_features():
    fields = make_fields(n=20, shape=(24, 72))
    coarse = fields.coarse.copy()
    coarse[:, :, 2:] = np.nan
    samples = make_samples(fields)
    fields = replace(fields, coarse=coarse)
    pattern = Pattern.empty(pattern_of(fields.fine, fields.fine))
    built = builder_of(fields).build(samples, 15, pattern)
    assert np.isfinite(built.features).all() and np.isfinite(built.base).all()
