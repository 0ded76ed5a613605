"""The default method as a whole: skill, causality, uncertainty, transfer, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples
from made_fusion import (
    DONOR,
    DONOR_SAMPLES,
    FIELDS,
    NO_TRAINING,
    SAMPLES,
    default_method,
    fitted,
    score,
)

from smen.data.records import TEST, TRAIN, VALIDATION
from smen.errors import DataError, SettingsError
from smen.grid import M09
from smen.methods.baselines.filtered import FilteredMeanResidual
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.fusion.feature_names import features_of
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.interpolation import Bilinear

TEST_DATES = SAMPLES.with_target(TEST)
ONE = SAMPLES.select(slice(50, 51))
FEW = SAMPLES.select(slice(0, 60, 10))


@pytest.fixture(scope="module")
def method():
    return default_method()


@pytest.fixture(scope="module")
def transferred():
    """The method for a region without training dates."""
    return fitted(FIELDS, NO_TRAINING, [(DONOR, DONOR_SAMPLES)])


def test_fitting_looks_at_no_test_date(method):
    fine, coarse = FIELDS.fine.copy(), FIELDS.coarse.copy()
    later = SAMPLES.time[SAMPLES.split == TEST][0]
    fine[FIELDS.fine_time >= later] = 0.9
    coarse[FIELDS.coarse_time >= later] = 0.01
    other = fitted(replace(FIELDS, fine=fine, coarse=coarse)).parameters
    for name in ("seen_coefficients", "unseen_coefficients", "mean_coarse", "direction_bias", "relative_noise"):
        np.testing.assert_array_equal(getattr(other, name), getattr(method.parameters, name))
    for name in ("count", "mean", "slope", "variance", "unknown"):
        np.testing.assert_array_equal(getattr(other.pattern, name), getattr(method.parameters.pattern, name))
    np.testing.assert_array_equal(other.error.coefficients, method.parameters.error.coefficients)
    assert other.bounds == method.parameters.bounds and other.coarse_range == method.parameters.coarse_range


def test_better_than_simple_methods_and_without_bias(method):
    error, bias = score(method.predict(FIELDS, TEST_DATES), FIELDS, TEST_DATES)
    for baseline in (Bilinear(), MeanResidual(), FilteredMeanResidual()):
        baseline.fit(FIELDS, SAMPLES)
        assert error < score(baseline.predict(FIELDS, TEST_DATES), FIELDS, TEST_DATES)[0]
    assert abs(bias) < 0.005


def test_the_same_for_the_same_seed(method):
    second = fitted()
    assert method.parameters.random_features is not None
    assert method.training_summary() == second.training_summary()
    a, b = method.predict(FIELDS, FEW), second.predict(FIELDS, FEW)
    np.testing.assert_array_equal(a.mean, b.mean)
    np.testing.assert_array_equal(a.standard_deviation, b.standard_deviation)


def test_the_seed_of_the_settings_acts(method):
    other = FusionMethod.from_settings(4, {"seed": 3, "threads": 7, "epochs": 1})
    assert other.seed == 3 and other.history == 4
    other.fit(FIELDS, SAMPLES)
    assert (other.predict(FIELDS, ONE).mean != method.predict(FIELDS, ONE).mean).any()


@pytest.mark.parametrize("number", [1, 2, 7])
def test_few_training_dates_are_enough(number):
    known = SAMPLES.with_target(TRAIN, VALIDATION)
    split = SAMPLES.split.copy()
    split[np.isin(split, (TRAIN, VALIDATION)) & ~np.isin(SAMPLES.time, known.time[:number])] = 0
    prediction = fitted(FIELDS, SAMPLES.with_split(split)).predict(FIELDS, FEW)
    assert np.isfinite(prediction.mean).all() and (prediction.standard_deviation > 0).all()


def test_a_region_without_dates_learns_from_donors_with_a_larger_error(method, transferred):
    assert transferred.parameters.transferred and (transferred.parameters.pattern.count == 0).all()
    found = transferred.predict(FIELDS, TEST_DATES)
    bilinear = Bilinear().predict(FIELDS, TEST_DATES)
    assert score(found, FIELDS, TEST_DATES)[0] < 1.05 * score(bilinear, FIELDS, TEST_DATES)[0]
    own = method.predict(FIELDS, TEST_DATES)
    assert np.nanmedian(found.standard_deviation) > np.nanmedian(own.standard_deviation)


def test_donors_do_not_make_the_own_region_worse(method):
    helped = fitted(donors=[(DONOR, DONOR_SAMPLES)])
    np.testing.assert_array_equal(helped.parameters.pattern.mean, method.parameters.pattern.mean)
    own = score(method.predict(FIELDS, TEST_DATES), FIELDS, TEST_DATES)[0]
    assert score(helped.predict(FIELDS, TEST_DATES), FIELDS, TEST_DATES)[0] < 1.1 * own


def test_the_state_gives_the_same_maps(method):
    again = FusionMethod.load(method.save())
    ours, theirs = method.predict(FIELDS, FEW), again.predict(FIELDS, FEW)
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    np.testing.assert_array_equal(ours.standard_deviation, theirs.standard_deviation)
    np.testing.assert_array_equal(ours.quality, theirs.quality)
    assert (again.seed, again.history, again.options, again.label) == (0, 4, {}, None)
    assert again.training_summary() == method.training_summary()
    assert again.surface(FIELDS).keys() == method.surface(FIELDS).keys()


def test_a_transferred_method_comes_back_from_its_state(transferred):
    rows = TEST_DATES.select(slice(0, 3))
    again, expected = FusionMethod.load(transferred.save()).predict(FIELDS, rows), transferred.predict(FIELDS, rows)
    np.testing.assert_array_equal(again.mean, expected.mean)
    np.testing.assert_array_equal(again.standard_deviation, expected.standard_deviation)


def test_an_ablation_leaves_out_what_it_names(method):
    part = fitted(exclude=["recent residuals"])
    rows = TEST_DATES.select(slice(0, 2))
    assert (method.predict(FIELDS, rows).mean != part.predict(FIELDS, rows).mean).any()
    column = features_of("recent residuals")
    assert np.abs(part.parameters.seen_coefficients[:, column]).max() < 1e-9
    assert np.abs(method.parameters.seen_coefficients[:, column]).max() > 1e-9
    with pytest.raises(SettingsError, match="coarse shape"):
        fitted(exclude=["magic"])


def test_random_features_learn_what_a_linear_regression_cannot():
    """A pattern that holds in dry soil and not in wet soil, with a threshold between; dates twelve days apart."""
    rng = np.random.default_rng(5)
    fields = _twelve_days_apart(make_fields(n=120, seed=5))
    pattern = rng.normal(0, 0.04, fields.window.shape)
    coarse = fields.coarse_at(slice(None, None, 2))
    dry = coarse.mean(axis=(1, 2), keepdims=True) < 0.2
    fine = coarse + pattern * dry + rng.normal(0, 0.003, fields.fine.shape)
    fields = replace(fields, fine=np.where(np.isfinite(fields.fine), fine, np.nan).astype(np.float32))
    samples = make_samples(fields)
    test = samples.with_target(TEST)
    errors = [
        score(fitted(fields, samples, random_features=random).predict(fields, test), fields, test)[0]
        for random in (True, False)
    ]
    assert errors[0] < 0.95 * errors[1]


def _twelve_days_apart(fields):
    """The same fields at other times, every second half-orbit twelve days after the one before."""
    step = np.timedelta64(12, "D") / np.diff(fields.fine_time).mean()
    first = fields.coarse_time[0]
    stretched = {
        name: first + ((getattr(fields, name) - first) * step).astype("timedelta64[s]")
        for name in ("coarse_time", "fine_time", "fine_ready")
    }
    return replace(fields, **stretched)


def test_names():
    assert FusionMethod().name == "fusion" and FusionMethod(label="fusion_transfer").name == "fusion_transfer"


@pytest.mark.parametrize("use", ["training_summary", "save"])
def test_an_untrained_method_has_nothing_to_give(use):
    with pytest.raises(DataError, match="not trained"):
        getattr(FusionMethod(), use)()


def test_what_it_refuses(method):
    with pytest.raises(DataError, match="coarse cells of M36"):
        method.predict(make_fields(n=60, grid=M09), SAMPLES)
    with pytest.raises(DataError, match="not trained"):
        FusionMethod().predict(FIELDS, SAMPLES)
    with pytest.raises(DataError, match="2 earlier fields"):
        FusionMethod().fit(FIELDS, make_samples(FIELDS, fine_history=2))
    with pytest.raises(DataError, match=r"Widen periods\.training"):
        FusionMethod().fit(FIELDS, SAMPLES.with_split(np.zeros(len(SAMPLES), np.uint8)))
    with pytest.raises(DataError, match="another coarse product"):
        FusionMethod().fit(FIELDS, SAMPLES, [(make_fields(n=40, grid=M09), DONOR_SAMPLES)])


def test_maps_follow_other_parameters_and_other_fields(method):
    """What is kept from one call to the next is dropped when parameters or fields are others."""
    own = replace(method)
    before = own.predict(FIELDS, ONE).mean
    own.parameters = replace(own.parameters, bounds=(0.0, 0.1))
    assert own.predict(FIELDS, ONE).mean.max() <= np.float32(0.1)
    own.parameters = method.parameters
    wetter = replace(FIELDS, coarse=FIELDS.coarse + np.float32(0.05))
    assert own.predict(wetter, ONE).mean.mean() > before.mean() + 0.02
    np.testing.assert_array_equal(own.predict(FIELDS, ONE).mean, before)


def test_fitting_again_replaces_what_was_fitted(method):
    own = replace(method)
    own.fit(DONOR, DONOR_SAMPLES)
    np.testing.assert_array_equal(own.predict(DONOR, ONE).mean, fitted(DONOR, DONOR_SAMPLES).predict(DONOR, ONE).mean)


def test_the_surface_is_that_of_the_fields(method):
    other = make_fields(n=20, shape=(30, 48), origin=(1000, 2600), seed=3)
    for fields in (FIELDS, other):
        assert {mask.shape for mask in method.surface(fields).values()} == {fields.window.shape}
