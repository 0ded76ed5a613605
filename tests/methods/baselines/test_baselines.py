from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.fill import REACH
from smen.data.records import MISSING, TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.grid import M36
from smen.methods.baselines.filtered import FilteredMeanResidual, direction_offset, filter_in_time
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.directions import BIAS_PAIRS
from smen.methods.interpolation import Bilinear, NearestNeighbour
from smen.methods.registry import BASELINES, SIMPLE_BASELINES, simple_baseline


def test_blocky_is_the_coarse_field(fields, samples):
    np.testing.assert_array_equal(NearestNeighbour().predict(fields, samples).mean, fields.coarse_at(slice(None)))


def test_small_holes_are_filled_and_large_ones_stay():
    fields = make_fields(n=10, shape=(24, 72))
    coarse = fields.coarse.copy()
    coarse[3, :, 3:] = np.nan
    edge = 26  # of the third column of coarse cells: the window begins in column 10 of one
    fields = replace(fields, coarse=coarse)
    samples = make_samples(fields)
    for name in SIMPLE_BASELINES:
        method = simple_baseline(name)
        method.fit(fields, samples)
        mean = method.predict(fields, samples).mean
        assert np.isfinite(mean[3, :, : edge + REACH]).all() and np.isnan(mean[3, :, edge + REACH :]).all(), method.name
        assert np.isfinite(np.delete(mean, 3, axis=0)).all(), method.name


def test_mean_residual_by_hand(fields, samples):
    method = MeanResidual(shrunk=False)
    method.fit(fields, samples)
    known = samples.with_target(TRAIN, VALIDATION)
    residuals = fields.fine[known.fine] - fields.coarse_at(known.coarse)
    expected = fields.coarse_at(slice(None)) + np.nanmean(residuals, axis=0)
    np.testing.assert_allclose(method.predict(fields, samples).mean, expected, atol=1e-6)


def test_shrinking_draws_to_the_mean_of_all_cells(fields, samples):
    plain, shrunk = MeanResidual(shrunk=False), MeanResidual()
    plain.fit(fields, samples)
    shrunk.fit(fields, samples)
    away = np.abs(plain.climatology.plain - plain.climatology.prior)
    np.testing.assert_array_less(np.abs(shrunk.climatology.mean - plain.climatology.prior), away + 1e-7)


@pytest.mark.parametrize("name", SIMPLE_BASELINES)
def test_no_test_date_is_looked_at_and_nothing_later_is_used(name, fields, samples):
    method, other = simple_baseline(name), simple_baseline(name)
    method.fit(fields, samples)
    first = samples.time[samples.split == TEST][0]
    fine, coarse = fields.fine.copy(), fields.coarse.copy()
    fine[fields.fine_time >= first] += 0.2
    coarse[fields.coarse_time > first] = 0.4
    changed = replace(fields, fine=fine, coarse=coarse)
    other.fit(changed, samples)
    row = samples.select(samples.time == first)
    np.testing.assert_array_equal(method.predict(fields, row).mean, other.predict(changed, row).mean)


@pytest.mark.parametrize("name", SIMPLE_BASELINES)
def test_names(name):
    assert simple_baseline(name).name == name


def test_what_every_run_is_compared_with_is_among_all():
    assert [name for name in SIMPLE_BASELINES if name in BASELINES] == list(BASELINES)


def test_filter_by_hand(fields, samples):
    # A day and a half between overpasses of alternating directions; descending ones are .02 wetter.
    offset = np.full(fields.coarse.shape[1:], 0.02, np.float32)
    row = samples.select(slice(2, 3))
    assert fields.coarse_descending[2] and row.coarse_history[0].tolist() == [1, 0] + [MISSING] * 4
    a, b = np.exp(-1.5 / 2), np.exp(-3 / 2)
    expected = (fields.coarse[2] + a * (fields.coarse[1] + 0.02) + b * fields.coarse[0]) / (1 + a + b)
    np.testing.assert_allclose(filter_in_time(fields, row, 0, 2.0, offset), expected, atol=1e-6)
    ascending = filter_in_time(fields, samples, 1, 2.0, offset)
    np.testing.assert_allclose(ascending, (fields.coarse[1] + a * (fields.coarse[0] - 0.02)) / (1 + a), atol=1e-6)
    np.testing.assert_array_equal(filter_in_time(fields, row, 0, 0.0, offset), fields.coarse[2])


def test_filter_over_missing_overpasses(fields, samples):
    coarse = fields.coarse.copy()
    coarse[1] = np.nan
    coarse[3, :2] = np.nan
    holed = replace(fields, coarse=coarse)
    none = np.zeros(fields.coarse.shape[1:], np.float32)
    b = np.exp(-3 / 2)
    np.testing.assert_allclose(
        filter_in_time(holed, samples, 2, 2.0, none), (coarse[2] + b * coarse[0]) / (1 + b), atol=1e-6
    )
    np.testing.assert_array_equal(np.isnan(filter_in_time(holed, samples, 3, 2.0, none)), np.isnan(coarse[3]))


def test_the_bias_between_directions_is_found(fields, samples):
    coarse = np.full_like(fields.coarse, 0.2)
    coarse[fields.coarse_descending] += 0.03
    period = samples.select(samples.split == TRAIN)
    found = direction_offset(replace(fields, coarse=coarse), period)
    n = len(period) - 1
    np.testing.assert_allclose(found, 0.03 * n / (n + BIAS_PAIRS), atol=1e-6)


def test_the_memory_fits_the_noise():
    # Steady soil and noisy overpasses want a long memory; noiseless overpasses of changing soil want none.
    rng = np.random.default_rng(0)
    fields = make_fields(n=80, noise=0.002)
    steady = np.broadcast_to(fields.coarse[:1], fields.coarse.shape)
    noise = rng.normal(0, 0.03, (80, 3, 5))[:, :, :4]
    on_window = [fields.window.expand(cells, M36) for cells in (steady, noise)]
    fine = on_window[0][::2] + np.where(np.isfinite(fields.fine), 0.02 * np.sin(np.arange(36) / 2), np.nan)
    noisy = replace(fields, coarse=(steady + noise).astype(np.float32), fine=fine.astype(np.float32))
    method = FilteredMeanResidual(interpolated=False)
    method.fit(noisy, make_samples(noisy))
    assert method.memory >= 5
    exact = replace(
        fields,
        coarse=(steady + noise).astype(np.float32),
        fine=(fine + on_window[1][::2]).astype(np.float32),
    )
    method = FilteredMeanResidual(interpolated=False)
    method.fit(exact, make_samples(exact))
    assert method.memory == 0


@pytest.mark.parametrize("method", [MeanResidual(), FilteredMeanResidual()])
def test_unfitted(method, fields, samples):
    with pytest.raises(DataError, match="not fitted"):
        method.predict(fields, samples)


def test_bilinear_needs_no_fit(fields, samples):
    assert np.isfinite(Bilinear().predict(fields, samples).mean).all()
