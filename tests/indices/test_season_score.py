"""Scores of values in a season: ranks inside the record, the beta distribution beyond it."""

import numpy as np
import pytest
from made_normals import made_normals
from scipy.stats import norm

from smen.indices.beta_distribution import standard_score
from smen.indices.season import CENTRES, season_of, season_years
from smen.indices.season_score import GREATEST, season_score

JULY = np.datetime64("2018-07-01", "s")


def test_inside_the_record_it_is_the_rank():
    normals, record, times = made_normals()
    season = normals.moments.season(season_of(JULY))
    inside, _ = season_years(times, int(CENTRES[season_of(JULY)]))
    for share in (0.05, 0.2, 0.5, 0.9):
        value = np.quantile(record[inside].astype(float), share, axis=0)
        np.testing.assert_allclose(norm.cdf(season_score(value, season)), share, atol=0.03)


def test_inside_the_record_it_is_the_rank_of_climate_indices():
    """Its empirical standardised index ranks each value among those of its season; a step of rank is 1/n."""
    compute = pytest.importorskip("climate_indices.compute")
    normals, record, times = made_normals()
    number = season_of(JULY)
    season = normals.moments.season(number)
    inside, _ = season_years(times, int(CENTRES[number]))
    values = np.sort(record[inside, 0, 0].astype(float))
    years = np.repeat(values[:, None], 12, axis=1)  # a "year" for each value, all of them in every month
    theirs = compute.transform_fitted_empirical(years, 1, 1, len(values), compute.Periodicity.monthly, "probability")
    ours = [norm.cdf(season_score(np.full(season.mean.shape, value), season)[0, 0]) for value in values]
    # Ours are of quantiles that a record of ten years has widened about the median, by a few percent.
    np.testing.assert_allclose(ours, theirs[:, 0], atol=0.03)


def test_it_rises_with_the_value_through_the_tails_without_a_step():
    normals, _, _ = made_normals()
    season = normals.moments.season(season_of(JULY))
    values = np.linspace(0.02, 0.5, 2000)
    scores = np.array([season_score(np.full(season.mean.shape, v), season)[0, 0] for v in values])
    steps = np.diff(scores)
    assert (steps >= 0).all() and steps.max() < 0.1
    assert scores[0] >= -GREATEST and scores[-1] <= GREATEST


def test_beyond_the_record_it_goes_on_as_the_beta_distribution():
    normals, _, _ = made_normals()
    season = normals.moments.season(season_of(JULY))
    low = season.quantiles[0] - 0.01
    lower = low - 0.01
    ours = season_score(low, season) - season_score(lower, season)
    beta = standard_score(low, season.mean, season.variance) - standard_score(lower, season.mean, season.variance)
    np.testing.assert_allclose(ours, beta, rtol=1e-9)


def test_missing_stays_missing():
    normals, _, _ = made_normals()
    season = normals.moments.season(3)
    assert np.isnan(season_score(np.full(season.mean.shape, np.nan), season)).all()
    assert season_score(season.quantiles[7], season) == pytest.approx(0, abs=1e-9)
