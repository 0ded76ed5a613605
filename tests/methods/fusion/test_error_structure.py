"""The structure of errors fitted to drawn ones whose structure is known."""

import numpy as np
import pytest
from made_fields import make_fields
from made_fusion import FIELDS, default_method, training_set
from made_random_field import draw

from smen.data.error_correlation import LENGTHS, SpatialCorrelation
from smen.methods.fusion.error_structure import (
    ASSUMED_BIAS,
    LASTING_DAYS,
    LASTING_SHARE,
    PATTERN_PRIOR,
    detail_shares,
    fit_error_structure,
    lasting_share,
    pattern_shares,
    retrieval_noise,
)
from smen.methods.fusion.feature_names import VARIANCE_PREDICTORS
from smen.methods.fusion.region_maps import RegionMaps
from smen.methods.fusion.region_transfer import transferred

ABROAD = make_fields(n=20, seed=4)
SHAPE = (32, 36)
RNG_SEED = 8


@pytest.fixture(scope="module")
def detail():
    """Fields on 60 dates with a variance of .6 over 3 cells."""
    return draw([(0.6, 3.0)], SHAPE, np.random.default_rng(RNG_SEED), 60)


def correlation_at(shares, *distances):
    return SpatialCorrelation(tuple(shares))(np.array(distances, float))


def test_the_correlation_within_a_date_is_found(detail):
    shares = detail_shares(detail, np.zeros_like(detail))
    assert sum(shares) == pytest.approx(0.6, abs=0.08)
    expected = 0.6 * np.exp(-np.array([1, 3, 6]) / 3)
    np.testing.assert_allclose(correlation_at(shares, 1, 3, 6), expected, atol=0.06)


def test_the_noise_of_the_product_is_no_part_of_it(detail):
    noisy = detail + np.sqrt(0.4) * np.random.default_rng(1).standard_normal(detail.shape)
    stated = np.full(detail.shape, np.sqrt(0.4))
    for noise in (stated, None):  # not stated: what is independent between cells is taken for it
        shares = detail_shares(noisy, noise)
        assert sum(shares) == pytest.approx(0.6, abs=0.08)
        np.testing.assert_allclose(correlation_at(shares, 3), 0.6 * np.exp(-1), atol=0.06)


def test_independent_errors_beyond_the_noise_of_the_product_stay(detail):
    noisy = detail + np.sqrt(0.4) * np.random.default_rng(1).standard_normal(detail.shape)
    shares = detail_shares(noisy, np.full(detail.shape, np.sqrt(0.2)))
    assert sum(shares) == pytest.approx(0.8, abs=0.08)


def test_missing_cells_take_no_part(detail):
    spoilt = np.where(np.random.default_rng(2).random(detail.shape) < 0.5, detail, np.nan)
    np.testing.assert_allclose(
        detail_shares(spoilt, np.zeros_like(detail)), detail_shares(detail, 0 * detail), atol=0.1
    )
    assert detail_shares(np.full((3, *SHAPE), np.nan), None) == (0.0,) * len(LENGTHS)


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_the_share_that_lasts_is_found(share):
    """An autoregressive series in time with the fading of the model, beside errors of each date."""
    days = np.arange(0, 300, 3.0)
    passing, fresh = draw([(0.6, 3.0)], SHAPE, np.random.default_rng(4), 2 * len(days)).reshape(2, len(days), *SHAPE)
    fade, lasting = np.exp(-3 / LASTING_DAYS), [fresh[0]]
    for field in fresh[1:]:
        lasting.append(fade * lasting[-1] + np.sqrt(1 - fade**2) * field)
    ratio = np.sqrt(share) * np.array(lasting) + np.sqrt(1 - share) * passing
    assert lasting_share(ratio, days, (0, 0, 0.6, 0, 0)) == pytest.approx(share, abs=0.12)


def test_dates_far_apart_leave_the_usual_share(detail):
    days = 50.0 * np.arange(len(detail))
    assert lasting_share(detail, days, (0, 0, 0.6, 0, 0)) == pytest.approx(LASTING_SHARE)
    assert 0 <= lasting_share(detail, days, (0.0,) * 5) <= 1


def test_the_pattern_is_what_cells_left_out_have_in_common_between_dates():
    rng = np.random.default_rng(6)
    patterns = draw([(1.0, 3.0)], SHAPE, rng, 10)  # of ten groups of dates with cells of their own left out
    ratio, days = [], []
    for k, pattern in enumerate(patterns):
        hidden = rng.random(SHAPE) < 0.6
        for date in range(3):
            noise = draw([(0.5, 1.0)], SHAPE, rng)[0]
            ratio.append(np.where(hidden, pattern + noise, np.nan))
            days.append(1000.0 * k + 20 * date)
    shares = pattern_shares(np.array(ratio), np.array(days))
    assert sum(shares) == pytest.approx(1)
    np.testing.assert_allclose(correlation_at(shares, 1, 3), np.exp(-np.array([1, 3]) / 3), atol=0.15)


def test_without_cells_left_out_the_pattern_is_as_usual():
    assert pattern_shares(np.full((4, *SHAPE), np.nan), 20.0 * np.arange(4)) == PATTERN_PRIOR


def test_the_noise_of_retrievals_is_that_added_to_a_slow_series():
    rng = np.random.default_rng(7)
    days = np.sort(rng.uniform(0, 400, 500))
    time = np.datetime64("2016-01-01", "s") + (days * 86400).astype("timedelta64[s]")
    slow = 0.2 + 0.05 * np.sin(days / 30)[:, None, None] * np.ones((500, 3, 4))
    slow[200:260] += 0.1  # rain, which lasts
    noisy = slow + 0.01 * rng.standard_normal(slow.shape)
    noisy[rng.random(slow.shape) < 0.2] = np.nan
    assert retrieval_noise(noisy, time) == pytest.approx(0.01, rel=0.06)
    assert retrieval_noise(noisy[:5], time[:5]) == 0
    assert retrieval_noise(np.full((9, 2, 2), np.nan), time[:9]) == 0


def test_a_region_has_a_structure_of_its_own():
    region, model = training_set(), default_method().parameters.error
    errors = region.residuals(region.with_pattern)
    structure = fit_error_structure(region, model, errors, region.left_out_residuals())
    assert structure.bias_variance == ASSUMED_BIAS**2
    assert 0 <= sum(structure.detail_shares) <= 1
    assert sum(structure.pattern_shares) == pytest.approx(1)
    assert structure.noise_variance >= 0
    assert 0 <= structure.lasting_share <= 1


def test_the_pattern_of_maps_has_the_variance_that_the_error_model_gives_it():
    method = default_method()
    correlation, parameters = method.error_correlation(FIELDS), method.parameters
    assert correlation.structure == parameters.error_structure
    assert correlation.bounds == parameters.bounds
    predictors = np.zeros((len(VARIANCE_PREDICTORS), *FIELDS.window.shape))
    predictors[VARIANCE_PREDICTORS.index("unknown_pattern")] = parameters.pattern.unknown
    expected = parameters.error.standard_deviation(predictors) ** 2
    np.testing.assert_allclose(correlation.pattern_variance, expected, rtol=1e-5)


def test_abroad_nothing_is_known_of_the_pattern():
    parameters = default_method().parameters
    there = RegionMaps.of(ABROAD, transferred(parameters, ABROAD)).error_correlation()
    at = VARIANCE_PREDICTORS.index("unknown_pattern")
    model = parameters.transfer_error
    expected = model.coefficients[at] * (model.factor * parameters.variability) ** 2
    np.testing.assert_allclose(there.pattern_variance, expected, rtol=1e-5)
    assert there.structure == parameters.error_structure
