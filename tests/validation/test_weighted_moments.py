import numpy as np
import pytest

from smen.scores import gdown, metrics
from smen.validation.weighted_moments import DateSums, g_down_of

RNG = np.random.default_rng(0)
POINT = np.repeat([0, 1, 2], 40)
DATE = np.tile(np.repeat(np.arange(20), 2), 3)  # two pairs on each date
Y = RNG.uniform(0.1, 0.4, 120)
X = Y + RNG.normal(0.03, 0.04, 120)


def sums(x, y=Y):
    return DateSums.of_pairs(POINT, DATE, x, y, (3, 20))


def test_of_all_pairs_they_are_the_metrics():
    moments = sums(X).whole()
    for point in range(3):
        x, y = X[point == POINT], Y[point == POINT]
        assert moments.number[0, point] == 40
        for ours, theirs in (("bias", "bias"), ("rmsd", "rmse"), ("ubrmsd", "ubrmse"), ("correlation", "pearson_r")):
            assert getattr(moments, ours)[0, point] == pytest.approx(getattr(metrics, theirs)(x, y), rel=1e-9)


def test_of_resampled_dates_they_are_the_metrics_of_repeated_pairs():
    counts = RNG.multinomial(20, np.full(20, 1 / 20), 4).astype(float)
    moments = sums(X).resampled(counts)
    for sample in range(4):
        repeat = counts[sample][DATE].astype(int)
        for point in range(3):
            here = point == POINT
            x, y = (np.repeat(v[here], repeat[here]) for v in (X, Y))
            assert moments.rmsd[sample, point] == pytest.approx(metrics.rmse(x, y))
            assert moments.correlation[sample, point] == pytest.approx(metrics.pearson_r(x, y))


def test_g_down_is_that_of_the_scores():
    coarse = Y + RNG.normal(0.05, 0.1, 120)
    ours = g_down_of(sums(X).whole(), sums(coarse).whole())[0]
    for point in range(3):
        here = point == POINT
        assert ours[point] == pytest.approx(gdown.g_down(X[here], coarse[here], Y[here]).g_down)
    flat = g_down_of(sums(X).whole(), sums(np.full(120, 0.2)).whole())[0]
    assert flat[0] == pytest.approx(gdown.g_down(X[POINT == 0], np.full(40, 0.2), Y[POINT == 0]).g_down)


def test_a_point_without_pairs_is_missing():
    moments = DateSums.of_pairs(np.zeros(3, int), np.arange(3), X[:3], Y[:3], (2, 3)).whole()
    assert np.isfinite(moments.bias[0, 0])
    assert np.isnan(moments.bias[0, 1])


def test_what_does_not_vary_has_no_correlation():
    assert np.isnan(sums(np.full(120, 0.123)).whole().correlation).all()
