"""Whether stated intervals hold the stations, given how well a point stands for a cell of 3 km.

A station differs from its cell's mean by more than its sensor's noise, because soil moisture varies within the cell.
This representativeness error adds to what a map states of its own (Gruber et al. 2020, "Validation practices for
satellite soil moisture retrievals: What are (the) errors?", Remote Sens. Environ. 244, 111806).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from smen.errors import DataError
from smen.validation.point_metrics import LEAST_PAIRS
from smen.validation.station_bootstrap import RESAMPLES, Draws, date_numbers, draw, percentile_interval
from smen.validation.station_matching import STATION

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from smen.validation.station_matching import StationPairs

    Array = NDArray[np.float64]

LEAST_SHARING = 6
"""Stations in shared 3 km cells that an estimate from their differences rests on: three pairs."""

GIVEN = "given"
FROM_SHARED_CELLS = "half the mean squared difference of stations in one 3 km cell"
FROM_OTHER_STATIONS = "squared differences beyond the stated variance, at the other stations"
UNKNOWN = "not known: fewer than two stations"


@dataclass(frozen=True)
class RepresentativenessError:
    """How a point differs from the mean of its 3 km cell, sensor noise included.

    Attributes:
        value: its standard deviation, m3/m3; NaN where it cannot be estimated.
        method: how it was found.
        stations: that it was found from.
        at: the value to be used at each of these points, by its index: one that does not rest on the point itself.
    """

    value: float
    method: str
    stations: int
    at: dict[int, float]


def estimate_representativeness(
    pairs: StationPairs, product: str, minimum: int = LEAST_PAIRS
) -> RepresentativenessError:
    """Estimate the representativeness error of stations.

    Where enough stations share 3 km cells (`LEAST_SHARING`), from their differences, of which each station has half the
    variance: this needs no map, but two stations alone are no sample. Else from what the squared differences between
    map and stations exceed the stated variance by; then a station's value comes from the other stations, so that it is
    not judged by itself.

    Args:
        pairs: of absolute values.
        product: one with a stated standard deviation.
        minimum: pairs that a station, or common dates that two stations, need.

    Raises:
        DataError: the product states no standard deviation.
    """
    if product not in pairs.deviation:
        raise DataError(f"{product} states no standard deviation: its intervals cannot be judged")
    owner = pairs.table["point"].to_numpy(np.int64)
    points = [int(p) for p in np.flatnonzero(np.bincount(owner, minlength=len(pairs.points)) >= minimum)]
    differences, sharing = _within_cells(pairs, points, minimum)
    if len(sharing) >= LEAST_SHARING:
        value = float(np.sqrt(np.mean(differences**2) / 2))
        return RepresentativenessError(value, FROM_SHARED_CELLS, len(sharing), dict.fromkeys(points, value))
    if len(points) < 2:
        return RepresentativenessError(np.nan, UNKNOWN, len(points), {})
    error = (pairs.table[product] - pairs.table[STATION]).to_numpy(np.float64)
    excess = error**2 - pairs.deviation[product].to_numpy(np.float64) ** 2
    mean = {p: float(np.nanmean(excess[owner == p])) for p in points}
    others = {p: float(np.mean([v for q, v in mean.items() if q != p])) for p in points}
    at = {p: float(np.sqrt(max(v, 0.0))) for p, v in others.items()}
    value = float(np.sqrt(max(float(np.mean(list(mean.values()))), 0.0)))
    return RepresentativenessError(value, FROM_OTHER_STATIONS, len(points), at)


def interval_check(
    pairs: StationPairs,
    levels: tuple[float, ...] = (0.5, 0.9),
    representativeness: float | None = None,
    minimum: int = LEAST_PAIRS,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Count how many of the stations' values lie in the interval that a product states.

    The interval is mean +- q sqrt(stated variance + representativeness error^2), q the normal quantile of the level.

    Args:
        pairs: of absolute values.
        levels: of the intervals, 0..1.
        representativeness: its standard deviation in m3/m3; None: `estimate_representativeness`.
        minimum: pairs that a station needs.
        resamples: bootstrap samples over dates and stations, for the interval of the share.
        seed: of the random draws.

    Returns:
        Columns product, level, n, stations, coverage_without (the share by the map's own interval), coverage (with the
        representativeness error), low, high (95 % interval of `coverage`), representativeness, method; no row for
        products that state nothing or have no station with enough pairs.
    """
    import pandas as pd

    rows = []
    owner = pairs.table["point"].to_numpy(np.int64)
    date, days = date_numbers(pairs.table["time"].to_numpy())
    for product in (str(p) for p in pairs.deviation):
        found = estimate_representativeness(pairs, product, minimum)
        if representativeness is not None:
            at = dict.fromkeys(range(len(pairs.points)), representativeness)
            found = RepresentativenessError(representativeness, GIVEN, found.stations, at)
        deviation = pairs.deviation[product].to_numpy(np.float64)
        enough = np.bincount(owner, minlength=len(pairs.points))[owner] >= minimum
        use = np.isfinite(deviation) & enough
        if not use.any():
            continue
        stations, point = np.unique(owner[use], return_inverse=True)
        error = np.abs((pairs.table[product] - pairs.table[STATION]).to_numpy(np.float64)[use])
        beside = np.array([found.at.get(int(p), np.nan) for p in owner[use]])
        total = np.sqrt(deviation[use] ** 2 + beside**2)
        draws = draw(len(days), len(stations), resamples, seed)
        for level in levels:
            quantile = float(ndtri((1 + level) / 2))
            without = float(np.mean(error <= quantile * deviation[use]))
            head = (product, level, int(use.sum()), len(stations), without)
            if np.isnan(total).any():
                rows.append((*head, np.nan, np.nan, np.nan, found.value, found.method))
                continue
            held = (error <= quantile * total).astype(np.float64)
            ends = percentile_interval(_shares(held, point * len(days) + date[use], draws), 0.95)
            rows.append((*head, float(held.mean()), *ends, found.value, found.method))
    columns = ["product", "level", "n", "stations", "coverage_without", "coverage", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "representativeness", "method"])


def _shares(held: Array, cell: NDArray[np.int64], draws: Draws) -> Array:
    """The share of values that are held in each sample; `cell` counts stations and their dates."""
    shape = draws.stations.shape[1], draws.dates.shape[1]
    sums = [np.bincount(cell, weights, shape[0] * shape[1]).reshape(shape) for weights in (held, np.ones(len(held)))]
    inside, number = (((draws.dates @ s.T) * draws.stations).sum(axis=1) for s in sums)
    return np.asarray(np.divide(inside, number, out=np.full(len(number), np.nan), where=number > 0), np.float64)


def _within_cells(pairs: StationPairs, points: list[int], minimum: int) -> tuple[Array, set[int]]:
    """Differences at common dates of stations that share a 3 km cell, and the stations that do."""
    differences, sharing = [np.empty(0)], set()
    by_time = {p: pairs.of_point(p).set_index("time")[STATION] for p in points}
    for first, second in combinations(points, 2):
        if pairs.points[first].cell != pairs.points[second].cell:
            continue
        common = (by_time[first] - by_time[second]).dropna()
        if len(common) >= minimum:
            differences.append(common.to_numpy(np.float64))
            sharing |= {first, second}
    return np.concatenate(differences), sharing
