"""Metrics of networks and of all stations, differences between products on the same pairs, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.validation.point_metrics import CORRELATIONS, LEAST_PAIRS, POINT_METRICS
from smen.validation.station_bootstrap import RESAMPLES, mean_over_stations, percentile_interval
from smen.validation.station_samples import Grouping, StationSample, station_samples
from smen.validation.weighted_moments import g_down_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from smen.validation.station_matching import StationPairs

    Array = NDArray[np.float64]

G_DOWN = "g_down"
"""The metric of `smen.scores.gdown`, of a product over the reference."""


def summary_metrics(
    pairs: StationPairs,
    metrics: Sequence[str] = POINT_METRICS,
    minimum: int = LEAST_PAIRS,
    periods: Sequence[str] = ("all",),
    by: Grouping = "network",
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Average metrics over the stations of each group and over all.

    Args:
        pairs: of stations and products.
        metrics: of `smen.validation.point_metrics.POINT_METRICS`.
        minimum: pairs that a station needs to count.
        periods: divisions of the time, see `smen.validation.sub_periods`.
        by: what stations are grouped by, beside all together.
        resamples: bootstrap samples.
        seed: of the random draws.
        level: of the intervals.

    Returns:
        Columns kind, period, group, product, metric, stations, n (pairs), value (mean over stations), median, low,
        high. Groups without a station of enough pairs are left out.
    """
    import pandas as pd

    rows = []
    for sample in station_samples(pairs, minimum, periods, by, resamples, seed):
        for product in pairs.products:
            for metric in metrics:
                each, resampled = sample.metric(metric, product)
                value = mean_over_stations(each, np.ones_like(each))[0]
                ends = percentile_interval(mean_over_stations(resampled, sample.draws.stations), level)
                head = (pairs.kind, sample.period, sample.group, product, metric, len(sample.stations), sample.pairs)
                rows.append((*head, value, _median(each), *ends))
    columns = ["kind", "period", "group", "product", "metric", "stations", "n", "value", "median", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def paired_differences(
    pairs: StationPairs,
    reference: str,
    metrics: Sequence[str] = (*POINT_METRICS, G_DOWN),
    minimum: int = LEAST_PAIRS,
    periods: Sequence[str] = ("all",),
    by: Grouping = "network",
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compute how much better each product is than a reference on the same pairs, and G_DOWN over it.

    Args:
        pairs: of stations and products, the reference among them.
        reference: name of the product to compare with, the 36 km one.
        metrics: of `smen.validation.point_metrics.POINT_METRICS`, and g_down.
        minimum: pairs that a station needs to count.
        periods: divisions of the time, see `smen.validation.sub_periods`.
        by: what stations are grouped by, beside all together.
        resamples: bootstrap samples, the same of dates and stations for both products.
        seed: of the random draws.
        level: of the intervals.

    Returns:
        Columns kind, period, group, product, reference, metric, stations, n, value, median, low, high, better. The
        value is the mean over stations of the product's metric minus the reference's, of |bias| for the bias; g_down
        is itself a comparison. `better` is True or False where the interval excludes 0, None where it does not. The
        correlation of a reference that does not vary counts as 0.

    Raises:
        DataError: the reference is not among the products.
    """
    import pandas as pd

    if reference not in pairs.products:
        raise DataError(f"the pairs have no product {reference!r} to compare with: {', '.join(pairs.products)}")
    rows = []
    for sample in station_samples(pairs, minimum, periods, by, resamples, seed):
        for product in pairs.products:
            if product == reference:
                continue
            for metric in metrics:
                each, resampled = _difference(sample, metric, product, reference)
                value = mean_over_stations(each, np.ones_like(each))[0]
                low, high = percentile_interval(mean_over_stations(resampled, sample.draws.stations), level)
                head = (pairs.kind, sample.period, sample.group, product, reference, metric)
                numbers = (len(sample.stations), sample.pairs, value, _median(each), low, high)
                rows.append((*head, *numbers, _is_better(metric, low, high)))
    columns = ["kind", "period", "group", "product", "reference", "metric"]
    columns += ["stations", "n", "value", "median", "low", "high", "better"]
    return pd.DataFrame(rows, columns=columns).astype({"better": object})


def station_gains(pairs: StationPairs, reference: str, minimum: int = LEAST_PAIRS) -> pd.DataFrame:
    """Compute the gain of each product over a reference at each station: above 0 the product is better.

    Args:
        pairs: of stations and products, the reference among them.
        reference: name of the product to compare with.
        minimum: pairs that a station needs.

    Returns:
        Columns network, station, longitude, latitude, product, n, rmsd_gain and ubrmsd_gain (reference minus product,
        m3/m3), bias_gain (of |bias|), r_gain (product minus reference) and g_down.
    """
    import pandas as pd

    rows = []
    for sample in station_samples(pairs, minimum, ("all",), None, 1, 0):
        for product in (p for p in pairs.products if p != reference):
            number = sample.sums[product].number.sum(axis=1).astype(int)
            gains = [-_difference(sample, m, product, reference)[0][0] for m in ("rmsd", "ubrmsd", "bias")]
            gains += [_difference(sample, m, product, reference)[0][0] for m in ("pearson_r", G_DOWN)]
            for place, index in enumerate(sample.stations):
                p = pairs.points[index]
                head = (p.station.network, p.name, p.station.longitude, p.station.latitude, product, number[place])
                rows.append((*head, *(float(gain[place]) for gain in gains)))
    columns = ["network", "station", "longitude", "latitude", "product", "n"]
    return pd.DataFrame(rows, columns=[*columns, "rmsd_gain", "ubrmsd_gain", "bias_gain", "r_gain", G_DOWN])


def _difference(sample: StationSample, metric: str, product: str, reference: str) -> tuple[Array, Array]:
    """Metric of a product minus that of the reference at each station, (1, P), and in each sample, (B, P)."""
    if metric == G_DOWN:
        ours, theirs = sample.moments_of(product), sample.moments_of(reference)
        return g_down_of(ours[0], theirs[0]), g_down_of(ours[1], theirs[1])
    differences = []
    for first, second in zip(sample.metric(metric, product), sample.metric(metric, reference), strict=True):
        if metric == "bias":
            differences.append(np.abs(first) - np.abs(second))
        elif metric in CORRELATIONS:
            differences.append(first - np.where(np.isnan(second) & np.isfinite(first), 0.0, second))
        else:
            differences.append(first - second)
    return differences[0], differences[1]


def _is_better(metric: str, low: float, high: float) -> bool | None:
    """Whether a difference's interval says better (True), worse (False) or neither (None)."""
    if not (low > 0 or high < 0):
        return None
    more_is_better = metric in (*CORRELATIONS, G_DOWN)
    return bool(low > 0) == more_is_better


def _median(values: Array) -> float:
    """The median of those that are there; NaN without any."""
    valid = values[np.isfinite(values)]
    return float(np.median(valid)) if valid.size else np.nan
