"""Anomalies of a series: from a moving mean and from a climatology, as QA4SM and pytesmo make them.

Each series has its own mean, made of all its values before anything is matched, so that what is compared is how a
station and a product depart from what is usual at each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

WINDOW_DAYS = 35
"""Days of the moving mean, and of the smoothing of the climatology."""

KINDS = ("absolute", "moving_mean_anomaly", "climatology_anomaly")
"""The kinds of values that are compared."""


def values_of_kind(series: pd.Series[float], kind: str) -> pd.Series[float]:
    """Return a series' values of one kind.

    Args:
        series: soil moisture in m3/m3 by time, rising, without missing values.
        kind: one of `KINDS`.

    Raises:
        ValueError: there is no such kind.
    """
    if kind == "absolute":
        return series
    if kind == "moving_mean_anomaly":
        return moving_mean_anomaly(series)
    if kind == "climatology_anomaly":
        return climatology_anomaly(series)
    raise ValueError(f"there is no kind of value {kind!r}: choose one of {', '.join(KINDS)}")


def moving_mean_anomaly(series: pd.Series[float]) -> pd.Series[float]:
    """Subtract the mean of the 35 days around each time.

    Args:
        series: by time, rising, without missing values.
    """
    from pytesmo.time_series.anomaly import calc_anomaly

    if not len(series):
        return series
    anomaly: pd.Series[float] = calc_anomaly(series, window_size=WINDOW_DAYS)
    return anomaly.rename(str(series.name))


def climatology_anomaly(series: pd.Series[float]) -> pd.Series[float]:
    """Subtract the mean of the day of the year, smoothed over 35 days, of all years of the series.

    Days are counted as in a leap year in all years, so that 1 March is the same day in each of them, and 29 February
    takes the mean of its neighbours. (The library's defaults count days in one way for the climatology and in another
    for the anomaly.)

    Args:
        series: by time, rising, without missing values.
    """
    from pytesmo.time_series.anomaly import calc_anomaly, calc_climatology

    if not len(series):
        return series
    climatology = calc_climatology(
        series, moving_avg_clim=WINDOW_DAYS, respect_leap_years=False, interpolate_leapday=True
    )
    anomaly: pd.Series[float] = calc_anomaly(series, climatology=climatology, respect_leap_years=False)
    return anomaly.rename(str(series.name))
