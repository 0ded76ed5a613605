from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.records import MISSING, TEST
from smen.errors import DataError
from smen.methods.baselines.blend import Blend, faded
from smen.methods.baselines.history_baseline import Date, LastResidual, Past
from smen.methods.baselines.kalman import Kalman, forecast
from smen.methods.baselines.mean_residual import MeanResidual

DAY = 1.5
"""Days from one overpass of the made fields to the next."""


def drifting(time, noise=0.0, n=240, size=0.04, seed=0):
    """Fields whose residual is a pattern plus, at each cell, an AR(1) of a decorrelation time in days, plus noise."""
    fields = make_fields(n=n, every=1, noise=0.0, seed=seed)
    rng = np.random.default_rng(seed)
    fade = np.exp(-DAY / time)
    state = np.empty(fields.fine.shape)
    state[0] = rng.normal(0, size, fields.window.shape)
    for i in range(1, n):
        state[i] = fade * state[i - 1] + rng.normal(0, size * np.sqrt(1 - fade**2), fields.window.shape)
    fine = fields.fine + state + rng.normal(0, noise * size, state.shape)
    return replace(fields, fine=fine.astype(np.float32))


def ubrmse(method, fields, samples):
    test = samples.with_target(TEST)
    left = fields.fine[test.fine] - method.predict(fields, test).mean
    return np.nanmean(np.nanstd(left, axis=(1, 2)))


@pytest.fixture(scope="module")
def world():
    fields = drifting(time=12.0, noise=0.5)
    return fields, make_samples(fields, train=0.7)


@pytest.fixture(scope="module")
def fitted(world):
    methods = {m.name: m for m in (MeanResidual(), LastResidual(), Blend(), Kalman())}
    for method in methods.values():
        method.fit(*world)
    return methods


def test_the_order_of_skill_in_a_slowly_drifting_world(world, fitted):
    scores = {name: ubrmse(method, *world) for name, method in fitted.items()}
    assert scores["kalman"] < scores["blend"] < min(scores["last_residual"], scores["shrunk_residual"])
    # By theory: a residual of unit variance seen with a quarter of noise, the latest one half of the time 3 days old,
    # else older, forecast by the best weight: its error is below 1.25 and above the noise.
    assert 0.5 * 0.04 < scores["kalman"] < 0.9 * np.sqrt(1.25) * 0.04


def test_the_blend_finds_the_best_weight(world, fitted):
    # x seen with noise variance 0.25: E[x(t) | x(t - age) + noise] = exp(-age / 12) / 1.25 of it.
    blend = fitted["blend"]
    ages = np.array([3.0, 6.0, 9.0])
    np.testing.assert_allclose(blend.share * np.exp(-ages / blend.time), np.exp(-ages / 12) / 1.25, atol=0.08)


def test_the_filter_finds_time_and_noise(fitted):
    assert fitted["kalman"].time in (8.0, 16.0)  # 12 days lie between
    assert fitted["kalman"].noise in (0.1, 0.3, 1.0)  # 0.25


def test_white_residuals_have_no_memory():
    fields = drifting(time=0.01, n=120)
    samples = make_samples(fields)
    for method in (Blend(), Kalman()):
        method.fit(fields, samples)
        mean = MeanResidual()
        mean.fit(fields, samples)
        assert ubrmse(method, fields, samples) < 1.03 * ubrmse(mean, fields, samples), method


def past_of(frames, age, mean=0.02):
    frames = np.asarray(frames, np.float32)
    valid = np.isfinite(frames)
    return Past(
        np.full(frames.shape[1:], mean, np.float32),
        np.where(valid, frames, 0).astype(np.float32),
        valid,
        np.asarray(age, np.float32),
    )


def test_the_filter_is_the_best_linear_forecast():
    # Simple kriging in time with an exponential covariance is the same estimate, by another way.
    rng = np.random.default_rng(0)
    frames, age = rng.normal(0, 0.05, (4, 5, 6)), np.array([3.0, 9.0, 10.5, 30.0])
    frames[rng.uniform(size=frames.shape) < 0.4] = np.nan
    frames[:, 0, 0] = np.nan
    time, noise = 14.0, 0.7
    found = forecast(past_of(frames, age), time, noise)
    for cell in np.ndindex(5, 6):
        seen = np.isfinite(frames[(slice(None), *cell)])
        lag = np.abs(age[seen][:, None] - age[seen][None, :])
        weights = np.linalg.solve(np.exp(-lag / time) + noise * np.eye(seen.sum()), np.exp(-age[seen] / time))
        assert found[cell] == pytest.approx(weights @ frames[(seen, *cell)], abs=1e-7)


def test_frames_that_do_not_exist():
    frames = np.full((3, 2, 2), np.nan)
    frames[0] = 0.1
    # A missing frame has no age: it must not count as one of today.
    np.testing.assert_allclose(forecast(past_of(frames, [4.0, 0.0, 0.0]), 8.0, 0.0), 0.1 * np.exp(-0.5), rtol=1e-6)
    nothing = past_of(np.full((3, 2, 2), np.nan), [0.0] * 3)
    assert not forecast(nothing, 8.0, 0.0).any() and not faded(nothing, 8.0).any()
    none = past_of(np.empty((0, 2, 2)), [])
    assert not forecast(none, 8.0, 0.0).any() and not faded(none, 8.0).any()


def test_latest_by_hand():
    frames = np.array([[[0.1, np.nan, np.nan]], [[0.2, 0.3, np.nan]]])
    departure, age = past_of(frames, [2.0, 5.0]).latest()
    np.testing.assert_allclose(departure, [[0.1, 0.3, 0.0]])
    np.testing.assert_array_equal(age, [[2.0, 5.0, np.inf]])


def test_blend_weight_by_theory():
    # Departures that are exactly 0.6 exp(-age / 32) of the last ones.
    rng = np.random.default_rng(0)
    dates = []
    for age in rng.uniform(1, 60, 30):
        past = past_of(rng.normal(0, 0.05, (1, 8, 8)), [age])
        dates.append(Date(past, (0.6 * np.exp(-age / 32) * past.departure[0]).astype(np.float32)))
    blend = Blend()
    blend.choose(dates)
    assert (blend.share, blend.time) == (pytest.approx(0.6), 32.0)


def test_last_residual_by_hand(fields, samples):
    method = LastResidual()
    method.fit(fields, samples)
    row = int(np.flatnonzero(samples.split == TEST)[0])
    expected = method.climatology.mean.copy()
    for frame in samples.fine_history[row][::-1]:
        own = np.searchsorted(fields.coarse_time, fields.fine_time[frame])
        residual = fields.fine[frame] - fields.coarse_at(own)
        expected = np.where(np.isfinite(residual), residual, expected)
    mean = method.predict(fields, samples).mean[row]
    np.testing.assert_allclose(mean, fields.coarse_at(row) + expected, atol=1e-6)


@pytest.mark.parametrize("make", [LastResidual, Blend, Kalman])
def test_without_history_it_is_the_mean_residual(make, fields, samples):
    method, mean = make(), MeanResidual()
    for fitted in (method, mean):
        fitted.fit(fields, samples)
    assert (samples.fine_history[0] == MISSING).all() and (samples.fine[1] == MISSING).all()
    np.testing.assert_allclose(
        method.predict(fields, samples).mean[:1], mean.predict(fields, samples).mean[:1], atol=1e-6
    )


@pytest.mark.parametrize("make", [LastResidual, Blend, Kalman])
def test_unfitted_and_nothing_to_learn_from(make, fields, samples):
    with pytest.raises(DataError, match="not fitted"):
        make().predict(fields, samples)
    with pytest.raises(DataError, match="no training date"):
        make().fit(fields, samples.select(samples.split == TEST))


def test_the_mean_of_a_training_date_leaves_it_out(fields, samples):
    # The dates that a method chooses by: pure noise must not look like something that the mean knows.
    rng = np.random.default_rng(0)
    noise = replace(fields, fine=(fields.fine + rng.normal(0, 0.1, fields.fine.shape)).astype(np.float32))
    seen = []

    class Watching(Kalman):
        def choose(self, dates):
            seen.extend(dates)

    method = Watching()
    method.fit(noise, samples)
    for date in seen[:3]:
        whole = method.climatology
        residual = np.where(np.isfinite(date.departure), date.departure + date.past.mean, 0)
        valid = np.isfinite(date.departure)
        total = whole.total - residual
        expected = (total + whole.prior_dates * whole.prior) / (whole.count - valid + whole.prior_dates)
        np.testing.assert_allclose(date.past.mean, expected, atol=1e-6)
