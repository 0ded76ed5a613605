"""The filter against kriging in space and time: with a covariance that fades exponentially both are the same."""

from dataclasses import replace

import numpy as np
import pytest

from smen.methods.fusion.coarse_filter import TILE, Observations, SpaceTimeModel, filter_cells, tiles

MODEL = SpaceTimeModel(variance=0.004, common=0.3, length=3.0, days=6.0, noise=1e-4)
DAYS = np.array([0.0, 0.5, 2.0, 2.5, 5.0, 9.0])
SHAPE = (len(DAYS), 3, 4)


def made(seed=0, missing=0.5, second=0.5):
    """Departures by both tiers at random places."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 0.06, SHAPE)
    recommended = np.where(rng.random(SHAPE) < missing, np.nan, values)
    other = np.where(np.isnan(recommended) & (rng.random(SHAPE) < second), values, np.nan)
    cause = rng.integers(0, 3, SHAPE).astype(np.int8)
    noise, shared = np.array([2e-4, 5e-4, 1e-3])[cause], np.array([1e-4, 3e-4, 6e-4])[cause]
    return Observations(recommended, other, noise, shared, cause, np.zeros(SHAPE), np.zeros(SHAPE))


def kriged(observations, until):
    """Mean and variance of all cells at an overpass, from one system of equations over all observations up to it."""
    t, r, c = np.indices(SHAPE).reshape(3, -1)
    first, second = observations.recommended.ravel(), observations.second.ravel()
    used = np.flatnonzero((np.isfinite(first) | np.isfinite(second)) & (t <= until))
    here = np.flatnonzero(t == until)

    def covariance(a, b):
        apart = np.hypot(r[a][:, None] - r[b], c[a][:, None] - c[b]) * 3**0.5 / MODEL.length
        space = MODEL.variance * (MODEL.common + (1 - MODEL.common) * (1 + apart) * np.exp(-apart))
        return space * np.exp(-np.abs(DAYS[t[a]][:, None] - DAYS[t[b]]) / MODEL.days)

    cause = observations.cause.ravel()[used]
    own = np.where(np.isfinite(first[used]), MODEL.noise, observations.noise.ravel()[used])
    tier = np.isnan(first[used])
    same = (t[used][:, None] == t[used]) & (cause[:, None] == cause) & tier[:, None] & tier
    system = covariance(used, used) + np.diag(own) + np.where(same, observations.shared.ravel()[used], 0)
    weights = np.linalg.solve(system, covariance(used, here))
    values = np.where(np.isfinite(first[used]), first[used], second[used])
    variance = MODEL.variance - (weights * covariance(used, here)).sum(axis=0)
    return (values @ weights).reshape(SHAPE[1:]), variance.reshape(SHAPE[1:])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_is_kriging_in_space_and_time(seed):
    observations = made(seed)
    found = filter_cells(observations, MODEL, DAYS)
    for t in range(SHAPE[0]):
        mean, variance = kriged(observations, t)
        np.testing.assert_allclose(found.mean[t], mean, atol=1e-12)
        np.testing.assert_allclose(found.variance[t], variance, atol=1e-12)


def test_nothing_after_an_overpass_counts_for_it():
    observations = made(3)
    later = replace(observations, recommended=np.where(np.arange(6)[:, None, None] > 2, 0.3, observations.recommended))
    found, other = (filter_cells(o, MODEL, DAYS) for o in (observations, later))
    np.testing.assert_array_equal(found.mean[:3], other.mean[:3])
    assert not np.array_equal(found.mean[3:], other.mean[3:])


def test_without_observations_nothing_is_known():
    found = filter_cells(Observations.of_recommended(np.full(SHAPE, np.nan)), MODEL, DAYS)
    assert (found.mean == 0).all() and found.number == 0 and found.loss == 0
    np.testing.assert_allclose(found.variance, MODEL.variance)


def test_a_flag_shifts_a_cell_that_was_not_observed():
    nothing = Observations.of_recommended(np.full(SHAPE, np.nan))
    shift, uncertain = np.zeros(SHAPE), np.zeros(SHAPE)
    shift[1, 1, 2], uncertain[1, 1, 2] = 0.05, 0.001
    found = filter_cells(replace(nothing, shift=shift, shift_variance=uncertain), MODEL, DAYS)
    assert found.mean[1, 1, 2] == 0.05 and (found.mean[1] != 0).sum() == 1
    # By hand: it fades by exp(-1.5 / 6) until the third overpass, and its own uncertainty with the square of that.
    assert found.mean[2, 1, 2] == pytest.approx(0.05 * np.exp(-0.25))
    assert found.variance[2, 1, 2] == pytest.approx(MODEL.variance + 0.001 * np.exp(-0.5))


def test_the_score_is_the_likelihood_of_recommended_retrievals():
    rng = np.random.default_rng(0)
    days, values = np.arange(60.0), rng.normal(0, 0.06, (60, 1, 1))
    found = filter_cells(Observations.of_recommended(values), MODEL, days)
    kept, state, variance, loss = np.exp(-1 / MODEL.days), 0.0, MODEL.variance, 0.0
    for t, value in enumerate(values.ravel()):
        if t:
            state, variance = kept * state, kept**2 * variance + (1 - kept**2) * MODEL.variance
        total = variance + MODEL.noise
        loss += (np.log(total) + (value - state) ** 2 / total) * (t >= 20)
        state, variance = state + variance / total * (value - state), variance * MODEL.noise / total
    assert found.number == 40
    assert found.loss == pytest.approx(loss)


def test_tiles_divide_an_axis_and_overlap_by_their_halo():
    assert list(tiles(9)) == [(slice(0, 9), slice(0, 9))]
    parts = list(tiles(34))
    assert [i for inner, _ in parts for i in range(inner.start, inner.stop)] == list(range(34))
    assert all(inner.stop - inner.start <= TILE for inner, _ in parts)
    assert [(outer.start, outer.stop) for _, outer in parts] == [(0, 10), (6, 19), (15, 28), (24, 34)]


def test_tiles_tell_nearly_what_all_cells_together_would(monkeypatch):
    rng = np.random.default_rng(0)
    model = replace(MODEL, length=1.0, common=0.0)
    values = rng.multivariate_normal(np.zeros(16), model.covariance(np.zeros(16, int), np.arange(16)), 30)
    values = np.where(rng.random(values.shape) < 0.3, np.nan, values).reshape(30, 1, 16)
    apart = filter_cells(Observations.of_recommended(values), model, np.arange(30.0))
    monkeypatch.setattr("smen.methods.fusion.coarse_filter.TILE", 16)
    together = filter_cells(Observations.of_recommended(values), model, np.arange(30.0))
    assert np.abs(apart.mean - together.mean).max() < 0.1 * np.sqrt(model.variance)
