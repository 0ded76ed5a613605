"""Training sets: no date has seen itself, folds cover all dates, errors are gathered by date."""

from dataclasses import replace

import numpy as np
import pytest
from made_fusion import FIELDS, SAMPLES, training_set

from smen.data.records import MISSING, TRAIN, VALIDATION
from smen.methods.fusion.coarse_history import BASE
from smen.methods.fusion.feature_names import FEATURES
from smen.methods.fusion.left_out import groups_of
from smen.methods.fusion.random_features import ridge_correction
from smen.methods.fusion.training_set import DROPPED_SHARE, FOLDS, TrainingSet, _dropped, fit_error_model

SET = training_set()


def test_the_dates_are_those_of_training_and_validation():
    known = SAMPLES.with_target(TRAIN, VALIDATION)
    np.testing.assert_array_equal(SET.dates.time, known.time)
    np.testing.assert_array_equal(SET.target, FIELDS.fine[known.fine])
    assert len(SET.with_pattern) == len(SET.without_pattern) == len(known)


def test_no_date_has_itself_in_its_features():
    """Another target at a cell of one date changes the pattern there for other dates, not for it and those near it."""
    at = len(SET.dates) // 2
    cell = tuple(np.argwhere(np.isfinite(SET.target[at]))[40])
    fine = FIELDS.fine.copy()
    fine[SET.dates.fine[at], *cell] += np.float32(0.2)
    changed = TrainingSet.of(replace(FIELDS, fine=fine), SAMPLES, 0)
    pattern = FEATURES.index("pattern")
    for i in range(len(SET.dates)):
        near = any(i in group and at in left_out for group, left_out in groups_of(SET.dates.time))
        moved = changed.with_pattern[i].features[pattern][cell] - SET.with_pattern[i].features[pattern][cell]
        # What all cells share (prior, variances) is of all dates, and changes by little.
        assert (abs(moved) < 1e-3) == near, i
        base = changed.with_pattern[i].base[cell] - SET.with_pattern[i].base[cell]
        assert (abs(base) < 1e-3) == near, i


def test_features_without_a_pattern_know_of_none():
    for overpass in SET.without_pattern:
        assert (overpass.features[FEATURES.index("pattern")] == 0).all()


def test_residuals_are_those_of_the_base():
    residuals = SET.residuals(SET.with_pattern)
    np.testing.assert_array_equal(np.isfinite(residuals), np.isfinite(SET.target))
    i = 4
    np.testing.assert_allclose(residuals[i], SET.target[i] - SET.with_pattern[i].base, atol=1e-7)


def test_every_date_is_in_one_fold():
    np.testing.assert_array_equal(np.sort(np.concatenate(SET.folds)), np.arange(len(SET.dates)))
    assert len(SET.folds) == FOLDS
    for k, fold in enumerate(SET.folds):
        assert (SET.fold_of[fold] == k).all()


def test_the_out_of_fold_correction_takes_each_dates_own_fold():
    coefficients = np.arange(FOLDS)[:, None] * np.ones((FOLDS, len(FEATURES)))
    found = SET.out_of_fold_correction(SET.with_pattern, coefficients)
    for i in (0, len(SET.dates) - 1):
        expected = ridge_correction(SET.with_pattern[i], coefficients[SET.fold_of[i]])
        np.testing.assert_array_equal(found[i], expected)
    assert (found[SET.folds[0]] == 0).all()


def test_the_usual_coarse_field_is_that_of_the_dates():
    stack = SET.builder.history.averages[BASE, SET.dates.coarse].astype(float)
    np.testing.assert_allclose(SET.builder.mean_coarse, stack.mean(axis=0), rtol=1e-9)
    _, wetness = SET.builder.residuals(SET.dates.fine)
    assert SET.builder.wetness_range == (wetness.min(), wetness.max())


def test_variability_is_that_up_to_the_last_date():
    last = SET.dates.coarse.max()
    assert SET.variability == pytest.approx(FIELDS.coarse[: last + 1].astype(float).std(), rel=1e-6)


def test_a_quarter_of_the_earlier_fields_is_left_out():
    dropped = _dropped((4000, 4), seed=3)
    assert dropped.mean() == pytest.approx(DROPPED_SHARE, abs=0.02)
    # At half of the dates every field stays; at the other half each is left out with twice the share.
    assert (~dropped.any(axis=1)).mean() == pytest.approx(0.5 + 0.5 * 0.5**4, abs=0.03)
    np.testing.assert_array_equal(dropped, _dropped((4000, 4), seed=3))


def test_the_seed_draws_other_fields():
    assert any(
        (a.features != b.features).any()
        for a, b in zip(SET.with_pattern, TrainingSet.of(FIELDS, SAMPLES, 1).with_pattern, strict=True)
    )


def test_the_stated_noise_relative_to_its_mean():
    """Two cells of one date with variances 1 and 3 parts: each mean is drawn to that of all by one more date."""
    noise = np.full(FIELDS.fine.shape, np.nan, np.float32)
    first = SET.dates.fine[0]
    noise[first, 0, 0], noise[first, 0, 1] = 0.01, 0.01 * np.sqrt(3)
    relative = TrainingSet.of(replace(FIELDS, fine_noise=noise), SAMPLES, 0).builder.relative_noise
    np.testing.assert_allclose(relative[0, :3], [(0.5 + 1) / 2, (1.5 + 1) / 2, 1.0], rtol=1e-5)
    assert (SET.builder.relative_noise == 1).all()


def test_without_dates_there_is_no_set():
    assert TrainingSet.of(FIELDS, SAMPLES.with_split(np.zeros_like(SAMPLES.split)), 0) is None
    # A date needs two cells where both fields are valid.
    coarse = np.full_like(FIELDS.coarse, np.nan)
    assert TrainingSet.of(replace(FIELDS, coarse=coarse), SAMPLES, 0) is None


def test_errors_are_gathered_by_date():
    """Half of the dates err by .01, half by .03: a model of all dates states their root mean square on average."""
    errors = np.full(SET.target.shape, 0.01)
    errors[::2] = 0.03
    errors[~np.isfinite(SET.target)] = np.nan
    model = fit_error_model([(SET.with_pattern, errors)])
    deviations = np.array([model.standard_deviation(o.variance_predictors) for o in SET.with_pattern])
    assert 0.01 < deviations.mean() < 0.035
    doubled = fit_error_model([(SET.with_pattern, 2 * errors)])
    np.testing.assert_allclose(doubled.coefficients, 4 * model.coefficients, rtol=1e-6)
    assert doubled.factor == pytest.approx(model.factor, rel=1e-6)


def test_a_history_without_fields_is_allowed():
    none = replace(SAMPLES, fine_history=np.full_like(SAMPLES.fine_history, MISSING))
    alone = TrainingSet.of(FIELDS, none, 0)
    residual = FEATURES.index("residual_8")
    assert all((overpass.features[residual] == 0).all() for overpass in alone.with_pattern)


def test_nothing_after_the_last_date_takes_part():
    last = SET.dates.time[-1]
    coarse, fine = FIELDS.coarse.copy(), FIELDS.fine.copy()
    coarse[FIELDS.coarse_time > last] = 0.01
    fine[FIELDS.fine_time > last] = 0.9
    changed = TrainingSet.of(replace(FIELDS, coarse=coarse, fine=fine), SAMPLES, 0)
    np.testing.assert_array_equal(changed.builder.history.direction_bias, SET.builder.history.direction_bias)
    for name in ("count", "mean", "slope", "variance", "unknown"):
        np.testing.assert_array_equal(getattr(changed.pattern, name), getattr(SET.pattern, name))
    assert changed.variability == SET.variability
    for before, after in zip(SET.with_pattern, changed.with_pattern, strict=True):
        np.testing.assert_array_equal(after.features, before.features)
        np.testing.assert_array_equal(after.variance_predictors, before.variance_predictors)


def test_the_two_sided_set_knows_as_much_of_each_cell_as_if_it_had_computed_it_itself():
    alone = TrainingSet.of(FIELDS, SAMPLES, 0, two_sided=True)
    like = TrainingSet.of(FIELDS, SAMPLES, 0, two_sided=True, like=TrainingSet.of(FIELDS, SAMPLES, 0))
    np.testing.assert_array_equal(like.hidden, alone.hidden)
    # Wetness and residuals of the two are not quite the same, so the fitted covariances are not either.
    for ours, theirs in zip(like.groups, alone.groups, strict=True):
        assert np.abs(ours.known.unknown - theirs.known.unknown).mean() < 0.05
        assert np.abs(ours.fewer.unknown - theirs.fewer.unknown).mean() < 0.05
    pattern = FEATURES.index("pattern")
    for ours, theirs in zip(like.with_pattern, alone.with_pattern, strict=True):
        assert np.abs(ours.features[pattern] - theirs.features[pattern]).max() < 2e-3
