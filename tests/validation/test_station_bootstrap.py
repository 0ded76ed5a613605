import numpy as np
import pytest

from smen.validation.station_bootstrap import date_numbers, draw, mean_over_stations, percentile_interval


def test_each_sample_has_as_many_dates_as_there_are_and_a_station_fewer():
    draws = draw(90, 7, 50)
    assert (draws.dates.sum(axis=1) == 90).all()
    assert (draws.stations.sum(axis=1) == 6).all()
    assert (draw(90, 1, 50).stations == 1).all()
    assert np.array_equal(draws.dates, draw(90, 7, 50).dates)
    assert not np.array_equal(draws.dates, draw(90, 7, 50, seed=1).dates)


def test_dates_come_in_blocks():
    counts = draw(400, 1, 200).dates
    # Neighbours share most of their blocks of 8, dates 20 apart share none.
    near = np.mean([np.corrcoef(counts[:, i], counts[:, i + 1])[0, 1] for i in range(0, 380, 7)])
    far = np.mean([np.corrcoef(counts[:, i], counts[:, i + 20])[0, 1] for i in range(0, 380, 7)])
    assert near == pytest.approx(7 / 8, abs=0.05)
    assert abs(far) < 0.05


def test_the_spread_of_a_mean_over_few_stations_is_right():
    values = np.random.default_rng(0).normal(0, 1, (1, 6))
    weights = draw(1, 6, 20000).stations
    spread = mean_over_stations(values, weights).std()
    assert spread == pytest.approx(values.std(ddof=1) / np.sqrt(6), rel=0.03)


def test_days_are_numbered():
    times = np.array(["2020-02-29T06:00", "2020-02-28T01:00", "2020-02-29T18:00", "2020-03-05"], "datetime64[s]")
    number, days = date_numbers(times)
    assert number.tolist() == [1, 0, 1, 2]
    assert [str(d) for d in days] == ["2020-02-28", "2020-02-29", "2020-03-05"]


def test_means_leave_out_what_is_missing():
    values = np.array([[1.0, np.nan, 4.0], [np.nan, np.nan, np.nan]])
    means = mean_over_stations(values, np.array([[2.0, 5.0, 1.0], [1.0, 1.0, 1.0]]))
    assert means[0] == pytest.approx(2.0)
    assert np.isnan(means[1])


def test_percentiles():
    assert percentile_interval(np.arange(101.0), 0.9) == pytest.approx((5.0, 95.0))
    assert np.isnan(percentile_interval(np.array([1.0, np.nan, np.nan]), 0.9)).all()
