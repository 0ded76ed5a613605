"""Aggregations of a metric over dates and cells.

"ubRMSE" without further words is aggregated per image: the metric of each date over its cells (`per_image`), then the
mean over dates. It is what the paper's loss minimises. SMAP's requirement of 0.04 m3/m3 is meant per cell
(`per_cell`): the metric of each cell over time (Entekhabi et al. 2010). The two are different numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.scores.metrics import METRICS, Metric, ubrmse
from smen.scores.vectorised import by_column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

MINIMUM_DATES = 5
"""Dates that a cell needs for a metric over time."""


@dataclass(frozen=True)
class Scores:
    """All metrics of one method over a set of dates, by aggregation and by the metric's name (`METRICS`).

    Attributes:
        dates: number of dates that have at least two valid cells.
        cells: median over these dates of the number of valid cells.
        mean: per image, then the mean over dates.
        median: per image, then the median over dates.
        pooled: over all cells of all dates together.
        per_cell: over time at each cell with at least `MINIMUM_DATES` dates, then the mean over cells.
        zeros: per image with missing cells set to 0 in both images (`with_zeros`), then the mean over dates. Only for
            comparison with numbers of others: without bias, it makes an error look smaller.
    """

    dates: int
    cells: int
    mean: Mapping[str, float]
    median: Mapping[str, float]
    pooled: Mapping[str, float]
    per_cell: Mapping[str, float]
    zeros: Mapping[str, float]

    @property
    def ubrmse(self) -> float:
        """The ubRMSE without further words: per image, then the mean over dates, m3/m3."""
        return self.mean["ubrmse"]


def score(estimate: NDArray[np.floating], target: NDArray[np.floating]) -> Scores:
    """Compute all metrics in all aggregations.

    Args:
        estimate: (N, H, W), m3/m3, NaN where missing.
        target: (N, H, W), m3/m3, NaN where missing.
    """
    images = {name: per_image(metric, estimate, target) for name, metric in METRICS.items()}
    valid = (np.isfinite(estimate) & np.isfinite(target)).sum(axis=(1, 2))
    counted = valid >= 2
    return Scores(
        dates=int(counted.sum()),
        cells=int(np.median(valid[counted])) if counted.any() else 0,
        mean={name: _over(np.mean, values[counted]) for name, values in images.items()},
        median={name: _over(np.median, values[counted]) for name, values in images.items()},
        pooled={name: metric(estimate, target) for name, metric in METRICS.items()},
        per_cell={name: _over(np.mean, per_cell(metric, estimate, target)) for name, metric in METRICS.items()},
        zeros={name: _over(np.mean, with_zeros(metric, estimate, target)) for name, metric in METRICS.items()},
    )


def mean_ubrmse(estimate: NDArray[np.floating], target: NDArray[np.floating]) -> float:
    """Compute the ubRMSE without further words: `ubrmse` of each image, then the mean over dates.

    Args:
        estimate: (N, H, W), m3/m3, NaN where missing.
        target: (N, H, W), m3/m3, NaN where missing.

    Returns:
        The error in m3/m3; NaN where no date has two cells in common.
    """
    return _over(np.mean, per_image(ubrmse, estimate, target))


def per_image(metric: Metric, estimate: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """Compute a metric of each date over its valid cells.

    Args:
        metric: of two arrays.
        estimate: (N, H, W), NaN where missing.
        target: (N, H, W), NaN where missing.

    Returns:
        (N,), NaN where a date has too few cells in common.
    """
    return np.array([metric(x, y) for x, y in zip(estimate, target, strict=True)], np.float64)


def with_zeros(metric: Metric, estimate: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """Compute a metric of each date over all its cells, missing ones set to 0 in both images.

    The zeros count as cells without error, so a half-empty image without bias looks better than it is (beside a bias
    they add to the ubRMSE). An error whose mask is only multiplied in is computed this way, as equation (2) of the SMEN
    paper may be read; the function is here to show how much this matters, not to judge by.

    Args:
        metric: of two arrays.
        estimate: (N, H, W), NaN where missing.
        target: (N, H, W), NaN where missing.

    Returns:
        (N,), NaN where a date has fewer than two cells in common.
    """
    valid = np.isfinite(estimate) & np.isfinite(target)
    values = per_image(metric, np.where(valid, estimate, 0), np.where(valid, target, 0))
    return np.where(valid.sum(axis=(1, 2)) >= 2, values, np.nan)


def per_cell(
    metric: Metric,
    estimate: NDArray[np.floating],
    target: NDArray[np.floating],
    minimum_dates: int = MINIMUM_DATES,
) -> NDArray[np.float64]:
    """Compute a metric of each cell over its valid dates.

    Args:
        metric: of two arrays.
        estimate: (N, H, W), NaN where missing.
        target: (N, H, W), NaN where missing.
        minimum_dates: valid dates that a cell needs.

    Returns:
        (H, W), NaN where a cell has fewer dates than that.
    """
    result = np.full(estimate.shape[1:], np.nan)
    enough = (np.isfinite(estimate) & np.isfinite(target)).sum(axis=0) >= minimum_dates
    result[enough] = by_column(metric, estimate[:, enough], target[:, enough])
    return result


def _over(reduce: Callable[[NDArray[np.float64]], np.floating], values: NDArray[np.float64]) -> float:
    """Mean or median of the valid values; NaN where there is none."""
    valid = values[np.isfinite(values)]
    return float(reduce(valid)) if valid.size else np.nan
