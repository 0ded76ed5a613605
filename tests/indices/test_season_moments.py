"""Normals of a coarse record: as pytesmo's, their errors by the years, quantiles, short records."""

import numpy as np
import pandas as pd
import pytest
from made_normals import SHAPE, made_record, record_times, seasonal_mean
from pytesmo.time_series.anomaly import calc_climatology

from smen.errors import DataError
from smen.indices.season import CENTRES, season_of, season_years
from smen.indices.season_moments import PROBABILITIES, season_moments


def test_the_mean_of_a_season_is_pytesmos_climatology():
    """With daily data pytesmo's two moving averages, of 1 and 45 days, are the mean of the season."""
    times = record_times(10, every=1)
    record = made_record(times)
    moments = season_moments(record, times)
    series = pd.Series(record[:, 0, 0].astype(float), index=pd.DatetimeIndex(times).normalize())
    theirs = calc_climatology(series, moving_avg_orig=1, moving_avg_clim=45, respect_leap_years=False)
    middle = CENTRES[5:-5]
    np.testing.assert_allclose(moments.mean[5:-5, 0, 0], theirs.loc[middle].to_numpy(), atol=0.002)


def test_mean_variance_and_quantiles_are_those_of_the_dates_of_the_season():
    times = record_times()
    record = made_record(times)
    moments = season_moments(record, times)
    number = season_of(np.datetime64("2018-07-01", "s"))
    inside, _ = season_years(times, int(CENTRES[number]))
    part = record[inside].astype(float)
    np.testing.assert_allclose(moments.mean[number], part.mean(axis=0), rtol=1e-9)
    added = 1 - part.var(axis=0) / moments.variance[number]  # what the record lacks, as a share
    np.testing.assert_allclose(added, moments.mean_error[number], atol=0.04)
    assert (added > 0).all()
    middle = len(PROBABILITIES) // 2
    np.testing.assert_allclose(moments.quantiles[number, middle], np.median(part, axis=0), atol=2e-3)


def test_the_bootstrap_says_how_far_the_mean_of_a_record_is_from_the_true_one():
    """Over many made records: the stated error of the mean is that which they have."""
    errors, stated = [], []
    times = record_times(5)
    for seed in range(40):
        moments = season_moments(made_record(times, seed=seed), times)
        number = 36
        inside, _ = season_years(times, int(CENTRES[number]))
        true = seasonal_mean(times[inside]).mean()
        errors.append(moments.mean[number] - true)
        stated.append(moments.mean_error[number] * moments.variance[number])
    assert np.sqrt(np.mean(stated)) == pytest.approx(np.std(errors), rel=0.2)


def test_errors_are_those_of_the_region_where_a_few_years_say_little():
    """The same weather process everywhere: stated errors hardly differ, and those of more years differ more."""
    scatter = {}
    for years in (3, 10):
        times = record_times(years)
        error = season_moments(made_record(times), times).mean_error
        scatter[years] = error.std() / error.mean()
    assert scatter[3] < 0.25 and scatter[10] < 0.25


def test_a_cell_with_fewer_years_has_the_greater_error():
    times = record_times(6)
    record = made_record(times)
    record[times < np.datetime64("2018-04-01"), 0, 0] = np.nan
    moments = season_moments(record, times)
    assert np.nanmean(moments.mean_error[:, 0, 0]) > 1.3 * np.nanmean(moments.mean_error[:, 1, 1])


def test_a_shorter_record_states_a_greater_error():
    long, short = (season_moments(made_record(record_times(n)), record_times(n)) for n in (10, 3))
    assert np.nanmean(short.mean_error) > 2 * np.nanmean(long.mean_error)
    assert np.nanmean(short.spread_error) > np.nanmean(long.spread_error)
    assert (long.typical_years, short.typical_years) == (10, 3)


def test_quantiles_rise_and_a_cell_that_is_never_seen_has_none():
    times = record_times(4)
    record = made_record(times)
    record[:, 0, 1] = np.nan
    moments = season_moments(record, times)
    assert np.isnan(moments.mean[:, 0, 1]).all() and np.isnan(moments.quantiles[:, :, 0, 1]).all()
    assert (np.diff(moments.quantiles[:, :, 0, 0], axis=1) > 0).all()
    assert (moments.years[:, 0, 1] == 0).all()


def test_a_record_of_one_year_is_refused_with_the_remedy():
    times = record_times(0.9)
    with pytest.raises(DataError, match="record_from"):
        season_moments(np.full((len(times), *SHAPE), 0.2), times)
