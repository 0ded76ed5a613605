"""Confidence intervals: dates are resampled in blocks, never pixels.

The cells of one image err together, and so do images a few days apart; an interval that counts each as a witness is
far too narrow. The moving-block bootstrap (Kuensch 1989, "The jackknife and the bootstrap for general stationary
observations", Ann. Statist. 17, 1217-1241) draws runs of consecutive dates with replacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A mean over dates with its interval.

    Attributes:
        value: the mean.
        low: lower end of the interval.
        high: upper end.
        dates: how many dates it is of.
    """

    value: float
    low: float
    high: float
    dates: int

    @property
    def excludes_zero(self) -> bool:
        """Whether both ends are on one side of zero: a difference that is more than chance."""
        return self.low > 0 or self.high < 0


def block_length(dates: int) -> int:
    """Dates in a block: the cube root of their number, rounded up, the optimal order for a mean (Hall et al. 1995)."""
    return max(1, int(np.ceil(dates ** (1 / 3) - 1e-9)))


def resample(dates: int, block: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """Indices of `resamples` series of `dates` dates, made of random blocks of a circle of dates, (resamples, dates).

    The circle (Politis and Romano 1992) gives every date the same weight.
    """
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, dates, (resamples, -(-dates // block)))
    index = (starts[:, :, None] + np.arange(block)) % dates
    return index.reshape(resamples, -1)[:, :dates]


def mean_interval(
    values: ArrayLike, level: float = 0.95, block: int | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """The mean over dates of a per-date metric, with the percentile interval of a block bootstrap.

    Args:
        values: one for each date in the order of time; NaN dates are left out.
        level: of the interval, 0..1.
        block: dates in a block; None: `block_length`.
        resamples: how often it is drawn.
        seed: of the draws.

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
    """Mean over dates of first minus second, paired by date, with its interval.

    Args:
        first: a per-date metric of one method, in the order of time.
        second: the same of another; dates that are NaN in either are left out.
        level: of the interval, 0..1.
        block: dates in a block; None: `block_length`.
        resamples: how often it is drawn.
        seed: of the draws.
    """
    difference = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    return mean_interval(difference, level, block, resamples, seed)
