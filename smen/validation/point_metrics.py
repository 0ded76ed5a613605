"""Metrics of products against stations, station by station, with pytesmo's analytic intervals."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.scores.metrics import is_constant
from smen.validation.station_bootstrap import RESAMPLES
from smen.validation.station_matching import STATION
from smen.validation.station_samples import station_samples
from smen.validation.sub_periods import sub_periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from smen.validation.station_matching import StationPairs
    from smen.validation.station_points import StationPoint

POINT_METRICS = ("bias", "rmsd", "ubrmsd", "pearson_r", "spearman_r")
"""Metrics by the names that they have in pytesmo; bias is product minus station."""

CORRELATIONS = ("pearson_r", "spearman_r")
"""Metrics that need both sides to vary, and of which more is better."""

LEAST_PAIRS = 10
"""Pairs below which a station has no metrics, as in QA4SM."""

COLUMNS = (
    *("kind", "period", "network", "station", "product", "n", "metric", "value", "low", "high"),
    *("bootstrap_low", "bootstrap_high", "reason", "climate", "land_cover", "representativeness"),
)
"""Columns of the table of metrics."""


def point_metric(
    metric: str, product: NDArray[np.floating], station: NDArray[np.floating], alpha: float = 0.05
) -> tuple[float, float, float]:
    """Compute one metric of a product against a station by pytesmo, with its analytic interval.

    Args:
        metric: one of `POINT_METRICS`.
        product: its values, m3/m3, (n,).
        station: the station's values, (n,).
        alpha: 1 minus the level of the interval.

    Returns:
        The value and both ends of the interval; NaN for ends where pytesmo has no formula (rmsd), and for all where a
        correlation has a side that does not vary.
    """
    from pytesmo.metrics import confidence_intervals, pairwise

    x, y = np.asarray(product, np.float64), np.asarray(station, np.float64)
    if metric in CORRELATIONS and (is_constant(x) or is_constant(y)):
        return np.nan, np.nan, np.nan
    function = getattr(pairwise, metric)
    if not confidence_intervals.has_analytical_ci(function) or len(x) < LEAST_FOR_INTERVAL:
        return float(function(x, y)), np.nan, np.nan
    with np.errstate(divide="ignore", invalid="ignore"):  # a correlation of 1 has no finite Fisher transform
        value, low, high = confidence_intervals.with_analytical_ci(function, x, y, alpha)
    return float(value), float(low), float(high)


LEAST_FOR_INTERVAL = 4
"""Pairs that the formulas of intervals need: those of correlations divide by n - 3."""


def station_metrics(
    pairs: StationPairs,
    metrics: Sequence[str] = POINT_METRICS,
    minimum: int = LEAST_PAIRS,
    periods: Sequence[str] = ("all", "season", "year", "sentinel1b"),
    alpha: float = 0.05,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Compute the metrics of all products at all stations.

    Args:
        pairs: of stations and products.
        metrics: of `POINT_METRICS`.
        minimum: pairs below which there is a reason instead of values.
        periods: divisions of the time, see `smen.validation.sub_periods`.
        alpha: 1 minus the level of the intervals.
        resamples: samples of a bootstrap over blocks of dates.
        seed: of the random draws.

    Returns:
        One row for each period, station, product and metric, with the columns `COLUMNS`: number of pairs n, value,
        ends of pytesmo's analytic interval (low, high), which takes pairs as independent, and of a bootstrap over
        blocks of dates, the reason where there is no value, and the station's classes.
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    ends = _bootstrap_ends(pairs, metrics, minimum, periods, alpha, resamples, seed)
    names = [STATION, *pairs.products]
    for period, mask in sub_periods(pairs.table["time"].to_numpy(), periods).items():
        within = pairs.table[mask]
        groups = {index: g[names].to_numpy(np.float64) for index, g in within.groupby("point")}
        for index, point in enumerate(pairs.points):
            values = groups.get(index, np.empty((0, len(names))))
            for number, product in enumerate(pairs.products, 1):
                head = (pairs.kind, period, point.station.network, point.name, product, len(values))
                for metric in metrics:
                    found = _value(metric, values[:, number], values[:, 0], minimum, alpha)
                    bootstrap = ends.get((period, product, metric, index), (np.nan, np.nan))
                    rows.append((*head, metric, *found[:3], *bootstrap, found[3], *_classes(point)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _value(
    metric: str, product: NDArray[np.float64], station: NDArray[np.float64], minimum: int, alpha: float
) -> tuple[float, float, float, str]:
    """A metric, its interval, and the reason where it has no value."""
    if len(station) < minimum:
        reason = f"only {len(station)} pairs of {minimum}" if len(station) else "no time common to all products"
        return np.nan, np.nan, np.nan, reason
    found = point_metric(metric, product, station, alpha)
    return *found, "" if np.isfinite(found[0]) else "the station or the product does not vary"


def _bootstrap_ends(
    pairs: StationPairs,
    metrics: Sequence[str],
    minimum: int,
    periods: Sequence[str],
    alpha: float,
    resamples: int,
    seed: int,
) -> dict[tuple[str, str, str, int], tuple[float, float]]:
    """Ends of the bootstrap's interval by period, product, metric and point."""
    ends = {}
    for sample in station_samples(pairs, minimum, periods, None, resamples, seed):
        for product in pairs.products:
            for metric in metrics:
                resampled = sample.metric(metric, product)[1]
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", RuntimeWarning)  # a correlation that no sample has is missing
                    low, high = np.nanquantile(resampled, [alpha / 2, 1 - alpha / 2], axis=0)
                for place, index in enumerate(sample.stations):
                    ends[sample.period, product, metric, int(index)] = float(low[place]), float(high[place])
    return ends


def _classes(point: StationPoint) -> tuple[str, str, str]:
    """The station's classes, for columns of their own."""
    return point.station.climate, point.station.land_cover, point.station.representativeness
