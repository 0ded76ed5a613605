"""Confidence intervals of means over dates, by a block bootstrap.

The errors of one image's cells are correlated, and so are images a few days apart; an interval that takes them as
independent is far too narrow. The moving-block bootstrap (Kuensch 1989, "The jackknife and the bootstrap for general
stationary observations", Ann. Statist. 17, 1217-1241) resamples runs of consecutive dates, never cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.scores.aggregation import per_image

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from smen.scores.metrics import Metric

RESAMPLES = 2000
"""Bootstrap samples: the random error of an end of a 95 % interval is then about 2 % of the interval's width."""


@dataclass(frozen=True)
class Interval:
    """A mean over dates with its confidence interval, in the units of the metric.

    Attributes:
        value: the mean.
        low: lower end of the interval.
        high: upper end.
        dates: number of dates.
    """

    value: float
    low: float
    high: float
    dates: int

    @property
    def excludes_zero(self) -> bool:
        """Whether both ends are on one side of zero: the difference is significant."""
        return self.low > 0 or self.high < 0


def metric_interval(
    metric: Metric, estimate: NDArray[np.floating], target: NDArray[np.floating], level: float = 0.95
) -> Interval:
    """Compute a metric per image, its mean over dates and the interval of that mean: the twin of `metric(x, y)`.

    Args:
        metric: of two arrays, see `smen.scores.metrics`.
        estimate: (N, H, W), NaN where missing, dates in the order of time.
        target: (N, H, W), NaN where missing.
        level: of the interval, 0..1.
    """
    return mean_interval(per_image(metric, estimate, target), level)


def mean_interval(
    values: ArrayLike, level: float = 0.95, block: int | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """Compute the mean over dates of a per-date metric, with the percentile interval of a block bootstrap.

    Args:
        values: one for each date in the order of time, (N,); NaN dates are left out.
        level: of the interval, 0..1.
        block: dates in a block; None: `block_length`.
        resamples: number of bootstrap samples.
        seed: of the random draws.

    Returns:
        Value and interval; NaN without any valid date, an interval of NaN with only one.
    """
    valid = np.asarray(values, np.float64)
    valid = valid[np.isfinite(valid)]
    if not valid.size:
        return Interval(np.nan, np.nan, np.nan, 0)
    if valid.size == 1:
        return Interval(float(valid[0]), np.nan, np.nan, 1)
    size = min(block or block_length(valid.size), valid.size)
    means = valid[resample(valid.size, size, resamples, seed)].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(valid.mean()), float(low), float(high), int(valid.size))


def paired_difference(
    first: ArrayLike,
    second: ArrayLike,
    level: float = 0.95,
    block: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Compute the mean over dates of first minus second, paired by date, with its interval.

    Args:
        first: a per-date metric of one method in the order of time, (N,).
        second: the same metric of another method, (N,); dates that are NaN in either are left out.
        level: of the interval, 0..1.
        block: dates in a block; None: `block_length`.
        resamples: number of bootstrap samples.
        seed: of the random draws.
    """
    difference = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    return mean_interval(difference, level, block, resamples, seed)


def block_length(dates: int) -> int:
    """Return the dates in a block: the cube root of their number, rounded up.

    That is the order of the optimal length for the variance of a mean (Hall, Horowitz and Jing 1995, "On blocking
    rules for the bootstrap with dependent data", Biometrika 82, 561-574).
    """
    return max(1, int(np.ceil(dates ** (1 / 3) - 1e-9)))


def resample(dates: int, block: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """Draw series of dates made of random blocks.

    The dates are joined to a circle, so that each has the same weight (Politis and Romano 1992, "A circular
    block-resampling procedure for stationary data").

    Args:
        dates: number of dates, N.
        block: dates in a block.
        resamples: number of series.
        seed: of the random draws.

    Returns:
        Indices into the dates, (resamples, N).
    """
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, dates, (resamples, -(-dates // block)))
    index = (starts[:, :, None] + np.arange(block)) % dates
    return index.reshape(resamples, -1)[:, :dates]
