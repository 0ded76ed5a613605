"""The senses in which a metric over dates and cells can be meant.

"ubRMSE" without further words is `per_image` of `ubrmse` and then the mean over dates: each date's error after its own
mean is taken off, which is what the paper's loss is. The requirement of SMAP, 0.04 m3/m3, is meant in the sense of
`per_cell`: the error over time at a place after the place's mean is taken off. They are different numbers.
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
    """A method's scores over a set of dates.

    Attributes:
        dates: how many dates had at least two valid cells.
        cells: valid cells, the median over these dates.
        mean: of each metric over dates, by name.
        median: of each metric over dates, by name.
        pooled: each metric over all cells of all dates together.
        per_cell: each metric over time at each cell with enough dates, then the mean over cells.
        zeros: of each metric over dates, all cells counted and those without data called 0 in both images
            (`with_zeros`): a number to compare with others' only, it flatters.
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
        """The ubRMSE without further words: of each image, then the mean over dates."""
        return self.mean["ubrmse"]


def score(estimate: NDArray[np.floating], target: NDArray[np.floating]) -> Scores:
    """All metrics in all senses, of estimates and targets (N, H, W) in m3/m3, NaN where missing."""
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
    """The ubRMSE without further words, of (N, H, W): `ubrmse` of each image, then the mean over dates."""
    return _over(np.mean, per_image(ubrmse, estimate, target))


def per_image(metric: Metric, estimate: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """A metric of each date over its valid cells, (N,), NaN where a date has too few."""
    return np.array([metric(x, y) for x, y in zip(estimate, target, strict=True)], np.float64)


def with_zeros(metric: Metric, estimate: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """A metric of each date over all its cells, 0 standing in both images where either has no value.

    Agreed zeros count as cells without any error, so that an image that is half empty seems to be better than it is.
    This is how an error reads whose mask is only multiplied in, as equation (2) of the SMEN paper may be taken; it is
    here to show how much that flatters, not to judge by.

    Args:
        metric: of two arrays.
        estimate: (N, H, W), NaN where missing.
        target: (N, H, W), NaN where missing.

    Returns:
        (N,), NaN where a date has fewer than two cells in common.
    """
    valid = np.isfinite(estimate) & np.isfinite(target)
    found = per_image(metric, np.where(valid, estimate, 0), np.where(valid, target, 0))
    return np.where(valid.sum(axis=(1, 2)) >= 2, found, np.nan)


def per_cell(
    metric: Metric,
    estimate: NDArray[np.floating],
    target: NDArray[np.floating],
    minimum_dates: int = MINIMUM_DATES,
) -> NDArray[np.float64]:
    """A metric of each cell over its valid dates, (H, W), NaN where a cell has fewer than `minimum_dates`."""
    result = np.full(estimate.shape[1:], np.nan)
    enough = (np.isfinite(estimate) & np.isfinite(target)).sum(axis=0) >= minimum_dates
    result[enough] = by_column(metric, estimate[:, enough], target[:, enough])
    return result


def _over(reduce: Callable[[NDArray[np.float64]], np.floating], values: NDArray[np.float64]) -> float:
    """Mean or median of what is valid, NaN where nothing is."""
    valid = values[np.isfinite(values)]
    return float(reduce(valid)) if valid.size else np.nan
