"""What points can say of a 3 km map beyond each station's series: R across stations, and the spread of their bias."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.validation.point_metrics import LEAST_PAIRS
from smen.validation.station_bootstrap import RESAMPLES, Draws, date_numbers, draw, percentile_interval
from smen.validation.station_matching import STATION
from smen.validation.weighted_moments import DateSums

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from smen.validation.station_matching import StationPairs

    Array = NDArray[np.float64]

LEAST_STATIONS = 3
"""Stations in a coarse cell that a correlation across them needs."""

_NOTHING = 1e-9
"""Departures from a cell's mean below this share of the values are rounding: the product is constant in the cell."""


@dataclass(frozen=True)
class _CellPairs:
    """Values of the stations of one coarse cell, (P, D), NaN where missing, and which stations and dates they are."""

    x: Array
    y: Array
    stations: NDArray[np.int64]


def within_cell_correlation(
    pairs: StationPairs,
    minimum: int = LEAST_PAIRS,
    least_stations: int = LEAST_STATIONS,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Correlate products and stations across the stations inside coarse cells.

    On each date the mean over a cell's stations is subtracted from both sides. What is left is what a coarse product
    cannot know; its correlation over all cells, stations and dates is above 0 where the fine field is right.

    Args:
        pairs: of stations and products; of anomalies for how detail changes, of absolute values for how it is.
        minimum: dates with at least two stations that are needed.
        least_stations: in a cell for it to count.
        resamples: bootstrap samples over dates and stations.
        seed: of the random draws.
        level: of the intervals.

    Returns:
        Columns kind, product, cells, stations, n (pairs), value, low, high, reason.
    """
    import pandas as pd

    date, days = date_numbers(pairs.table["time"].to_numpy())
    rows = []
    for product in pairs.products:
        cells = _cells(pairs, product, date, len(days), least_stations)
        stations = sum(len(c.stations) for c in cells)
        whole = np.ones(len(days)), np.ones(len(pairs.points))
        number = sum(int(np.isfinite(c.x).sum()) for c in cells)
        head = (pairs.kind, product, len(cells), stations, number)
        dates = len({int(d) for c in cells for d in np.flatnonzero(np.isfinite(c.x).sum(axis=0) >= 2)})
        if not cells or dates < minimum:
            reason = f"only {dates} dates of {minimum}" if cells else f"no coarse cell has {least_stations} stations"
            rows.append((*head, np.nan, np.nan, np.nan, reason))
            continue
        value = _pooled_correlation(cells, *whole)
        if not np.isfinite(value):
            rows.append((*head, np.nan, np.nan, np.nan, "it does not vary inside a coarse cell"))
            continue
        draws = draw(len(days), len(pairs.points), resamples, seed)
        samples = [_pooled_correlation(cells, d, s) for d, s in zip(draws.dates, draws.stations, strict=True)]
        rows.append((*head, value, *percentile_interval(np.array(samples), level), ""))
    return pd.DataFrame(rows, columns=["kind", "product", "cells", "stations", "n", "value", "low", "high", "reason"])


def station_bias_spread(
    pairs: StationPairs,
    reference: str | None = None,
    minimum: int = LEAST_PAIRS,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compute how much the bias differs from station to station: a fine map should follow their levels.

    Args:
        pairs: of absolute values of stations and products.
        reference: product to subtract the spread of; None: none.
        minimum: pairs that a station needs.
        resamples: bootstrap samples over dates and stations.
        seed: of the random draws.
        level: of the intervals.

    Returns:
        Columns product, stations, value (standard deviation of the bias over stations, m3/m3), low, high, difference
        (to the reference; below 0 is better), difference_low, difference_high, reason.

    Raises:
        DataError: the reference is not among the products.
    """
    import pandas as pd

    if reference is not None and reference not in pairs.products:
        raise DataError(f"the pairs have no product {reference!r} to compare with: {', '.join(pairs.products)}")
    columns = ["product", "stations", "value", "low", "high", "difference", "difference_low", "difference_high"]
    owner = pairs.table["point"].to_numpy(np.int64)
    stations = np.flatnonzero(np.bincount(owner, minlength=len(pairs.points)) >= minimum)
    if len(stations) < LEAST_STATIONS:
        reason = f"only {len(stations)} stations have {minimum} pairs"
        empty = [(p, len(stations), *[np.nan] * 6, reason) for p in pairs.products]
        return pd.DataFrame(empty, columns=[*columns, "reason"])
    spreads = _bias_spreads(pairs, stations, owner, resamples, seed)
    rows = []
    for product, (value, samples) in spreads.items():
        difference = (np.nan,) * 3
        if reference is not None and product != reference:
            of_reference, its_samples = spreads[reference]
            difference = (value - of_reference, *percentile_interval(samples - its_samples, level))
        rows.append((product, len(stations), value, *percentile_interval(samples, level), *difference, ""))
    return pd.DataFrame(rows, columns=[*columns, "reason"])


def _cells(
    pairs: StationPairs, product: str, date: NDArray[np.int64], dates: int, least_stations: int
) -> list[_CellPairs]:
    """Values by station and date of each coarse cell with enough stations; several of a date are averaged."""
    members: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index in np.unique(pairs.table["point"].to_numpy(np.int64)):
        point = pairs.points[index]
        members[point.coarse_row, point.coarse_column].append(int(index))
    owner = pairs.table["point"].to_numpy(np.int64)
    cells = []
    for points in members.values():
        if len(points) < least_stations:
            continue
        rows = np.isin(owner, points)
        flat = np.searchsorted(points, owner[rows]) * dates + date[rows]
        shape = len(points), dates
        count = np.bincount(flat, minlength=shape[0] * dates)
        sums = (np.bincount(flat, pairs.table[c].to_numpy()[rows], shape[0] * dates) for c in (product, STATION))
        with np.errstate(invalid="ignore"):
            x, y = ((s / count).reshape(shape) for s in sums)
        cells.append(_CellPairs(x, y, np.array(points, np.int64)))
    return cells


def _pooled_correlation(cells: list[_CellPairs], dates: Array, stations: Array) -> float:
    """Correlation of departures from each cell's mean on each date; NaN where a side has none."""
    xx = yy = xy = size = 0.0
    for cell in cells:
        weight = np.isfinite(cell.x) * stations[cell.stations][:, None]
        total = np.maximum(weight.sum(axis=0), 1e-12)
        x, y = np.nan_to_num(cell.x), np.nan_to_num(cell.y)
        dx = np.where(weight > 0, x - (weight * x).sum(axis=0) / total, 0.0)
        dy = np.where(weight > 0, y - (weight * y).sum(axis=0) / total, 0.0)
        w = weight * dates
        xx, yy, xy = xx + (w * dx * dx).sum(), yy + (w * dy * dy).sum(), xy + (w * dx * dy).sum()
        size += (w * (x * x + y * y)).sum()
    if min(xx, yy) <= _NOTHING**2 * size or size == 0:
        return np.nan
    return float(xy / np.sqrt(xx * yy))


def _bias_spreads(
    pairs: StationPairs, stations: NDArray[np.int64], owner: NDArray[np.int64], resamples: int, seed: int
) -> dict[str, tuple[float, Array]]:
    """The spread of the bias over stations of each product, and in each bootstrap sample."""
    rows = np.isin(owner, stations)
    date, days = date_numbers(pairs.table["time"].to_numpy()[rows])
    draws = draw(len(days), len(stations), resamples, seed)
    point = np.searchsorted(stations, owner[rows])
    y = pairs.table[STATION].to_numpy(np.float64)[rows]
    found = {}
    for product in pairs.products:
        x = pairs.table[product].to_numpy(np.float64)[rows]
        sums = DateSums.of_pairs(point, date, x, y, (len(stations), len(days)))
        found[product] = float(np.std(sums.whole().bias[0], ddof=1)), _weighted_spread(sums, draws)
    return found


def _weighted_spread(sums: DateSums, draws: Draws) -> Array:
    """Standard deviation over stations of their bias in each sample."""
    bias = sums.resampled(draws.dates).bias
    weight = draws.stations * np.isfinite(bias)
    total, bias = weight.sum(axis=1), np.nan_to_num(bias)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weight * bias).sum(axis=1) / total
        squares = (weight * (bias - mean[:, None]) ** 2).sum(axis=1)
        return np.asarray(np.sqrt(squares / np.where(total > 1, total - 1, np.nan)), np.float64)
