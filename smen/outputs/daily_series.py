"""Daily series without gaps: days without a value are filled from the days before and after, with what is lost said.

A day t between the nearest days with a value, a days after the one and b days before the other, gets the linear
interpolation w0 m0 + w1 m1, with w0 = b / (a + b) and w1 = a / (a + b). The variance of its error is

    (w0 s0 + w1 s1)^2 + 2 w0 g(a) + 2 w1 g(b) - 2 w0 w1 g(a + b),    g(h) = S (1 - exp(-h / T)).

The first term is that of the two values: their standard deviations s0 and s1 are taken to err together, as those of
maps a few days apart do, an upper bound. The rest is the variance of linear interpolation of a process with the
semivariogram g (Cressie 1993, Statistics for Spatial Data, section 3.2): the soil has dried and been wetted meanwhile.
Before the first and after the last value the nearest one is held, with the variance s0^2 + 2 g(h).

T is 4 days: semivariances of daily SMAP retrievals at lags of 1 to 14 days, .00087, .00104, .00151, .00197, .00242 and
.00294 (m3/m3)^2 in Oklahoma and .00057 to .00140 in southern Arizona, rise about so. S is estimated from the series
itself, by the changes between neighbouring values, and is that of Oklahoma where there are too few of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smen.outputs.quality_raster import QUALITY_NODATA

FILLED = "filled"
"""Column that says whether a day's value is filled in time, yes or no."""

FILLED_MEANING = "filled in time: from the days before and after"
"""Meaning of the quality of a day without a map, whose code is the rasters' nodata."""

MEMORY_DAYS = 4.0
"""T, days."""

USUAL_SILL = 0.0030
"""S of Oklahoma, (m3/m3)^2."""

LONGEST_STEP = 8
"""Greatest distance in days of two neighbouring values whose change counts for S."""

FEWEST_CHANGES = 10
"""With fewer changes S is the usual one."""


def fill_days(days: pd.DataFrame) -> pd.DataFrame:
    """Give each feature a row for every day between the first and the last map of its region.

    Args:
        days: a table of `smen.outputs.value_table.daily`, with the days in the column `time`.

    Returns:
        The same columns and `FILLED`. A filled day has soil moisture and its standard deviation, and neither age nor
        changes nor shares; a day without a map has `QUALITY_NODATA` as its quality. Features without any value stay
        without.
    """
    tables = []
    for _, region in days.groupby("region", sort=False):
        every = pd.date_range(region["time"].min(), region["time"].max(), freq="D")
        for _, feature in region.groupby("feature", sort=False):
            tables.append(_filled(feature, every))
    return pd.concat(tables, ignore_index=True) if tables else days.assign(**{FILLED: pd.Series(dtype=str)})


def _filled(feature: pd.DataFrame, every: pd.DatetimeIndex) -> pd.DataFrame:
    """The rows of one feature, one a day."""
    table = feature.set_index(pd.DatetimeIndex(feature["time"])).reindex(every)
    without_map = table["time"].isna()
    table["time"] = every.strftime("%Y-%m-%d")
    for name in ("feature", "region", "cells", "simulated"):
        table[name] = feature[name].iloc[0]
    table.loc[without_map, ["direction", "quality_meaning"]] = "none", FILLED_MEANING
    table.loc[without_map, ["quality", "valid_share"]] = QUALITY_NODATA, 0.0
    table["quality"] = table["quality"].astype(int)
    moisture, deviation = (table[name].to_numpy(np.float64) for name in ("soil_moisture", "standard_deviation"))
    missing = np.isnan(moisture)
    if missing.any() and not missing.all():
        table["soil_moisture"], table["standard_deviation"] = interpolate_days(moisture, deviation)
    table[FILLED] = np.where(missing & table["soil_moisture"].notna(), "yes", "no")
    return table.reset_index(drop=True)


def interpolate_days(
    moisture: NDArray[np.float64], deviation: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fill the days without a value of a daily series, and state their standard deviation.

    Args:
        moisture: of each day, (n,), m3/m3, NaN where missing; at least one value.
        deviation: its standard deviation, (n,), m3/m3; NaN where unknown.

    Returns:
        Both without gaps; the deviation is NaN where that of a neighbouring value is.
    """
    day = np.arange(moisture.size)
    valid = np.flatnonzero(np.isfinite(moisture))
    after = valid[np.clip(np.searchsorted(valid, day), 0, valid.size - 1)]
    before = valid[np.clip(np.searchsorted(valid, day, side="right") - 1, 0, valid.size - 1)]
    before, after = np.where(before > day, after, before), np.where(after < day, before, after)
    a, b = np.abs(day - before).astype(float), np.abs(after - day).astype(float)
    apart = before != after
    first = np.where(apart, b / np.where(apart, a + b, 1), 1.0)
    second = 1 - first
    sill = change_sill(moisture)
    spread = first * deviation[before] + second * deviation[after]
    lost = first * _semivariance(a, sill) + second * _semivariance(b, sill)
    variance = spread**2 + 2 * lost - 2 * first * second * _semivariance(a + b, sill)
    return first * moisture[before] + second * moisture[after], np.sqrt(np.maximum(variance, 0))


def change_sill(moisture: NDArray[np.float64]) -> float:
    """Estimate S of the semivariogram from the changes between neighbouring values.

    Args:
        moisture: of each day, (n,), m3/m3, NaN where missing.
    """
    valid = np.flatnonzero(np.isfinite(moisture))
    steps, changes = np.diff(valid), np.diff(moisture[valid])
    near = steps <= LONGEST_STEP
    if near.sum() < FEWEST_CHANGES:
        return USUAL_SILL
    return float(0.5 * np.sum(changes[near] ** 2) / np.sum(_semivariance(steps[near].astype(float), 1.0)))


def _semivariance(days: NDArray[np.float64], sill: float) -> NDArray[Any]:
    """g(h) of the module's text."""
    return sill * (1 - np.exp(-days / MEMORY_DAYS))
