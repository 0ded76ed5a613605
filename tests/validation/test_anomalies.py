import numpy as np
import pandas as pd
import pytest
from made_ismn import hours

from smen.validation.anomalies import KINDS, climatology_anomaly, moving_mean_anomaly, values_of_kind


def daily(start, values):
    return pd.Series(np.asarray(values, float), pd.DatetimeIndex(hours(start, len(values), 24)), name="x")


def test_the_moving_mean_is_that_of_the_35_days_around():
    values = np.random.default_rng(0).uniform(0.1, 0.4, 100)
    anomaly = moving_mean_anomaly(daily("2020-01-10", values))
    expected = [v - values[max(0, i - 17) : i + 18].mean() for i, v in enumerate(values)]
    assert np.allclose(anomaly, expected)
    assert anomaly.name == "x"


def test_the_climatology_of_a_pure_season_leaves_nothing_also_on_leap_days():
    day = pd.date_range("2017-01-01", "2022-12-31", freq="D")
    season = pd.Series(0.25 + 0.1 * np.sin(2 * np.pi * (day.day_of_year - 1) / 365.25), day, name="x")
    anomaly = climatology_anomaly(season)
    assert anomaly.notna().all()
    assert anomaly.abs().max() < 0.012  # a sine smoothed over 35 days loses 1.5 % of its height, over 5 days 0.03 %
    leap = anomaly[(day.month == 2) & (day.day == 29)]
    assert len(leap) == 1
    assert leap.abs().max() < 0.005


def test_a_wet_year_stands_out_by_what_it_is_wetter():
    years = [daily(f"{year}-01-01", np.full(365, 0.2 + 0.06 * (year == 2019))) for year in (2017, 2018, 2019)]
    anomaly = climatology_anomaly(pd.concat(years))
    # The library smooths each series over 5 days first, which mixes the last days of a year with the next one's.
    assert np.allclose(anomaly[anomaly.index.year == 2019], 0.04, atol=0.002)
    assert np.allclose(anomaly[anomaly.index.year == 2018], -0.02, atol=0.002)


def test_kinds():
    series = daily("2020-01-01", np.linspace(0.1, 0.2, 50))
    assert values_of_kind(series, "absolute") is series
    for kind in KINDS:
        assert len(values_of_kind(series, kind)) == 50
        assert values_of_kind(series[:0], kind).empty
    with pytest.raises(ValueError, match="absolute"):
        values_of_kind(series, "relative")
