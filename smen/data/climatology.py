"""The mean residual of each cell, drawn to that of all cells where dates are few (empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRIOR_DATES = (0.5, 50.0)
"""Bounds of the weight of the prior, in dates: an estimate from few dates beyond them is not reliable."""


@dataclass(frozen=True)
class Climatology:
    """Mean residual of each cell over the training dates, shrunk by count (empirical Bayes).

    Attributes:
        total: sum of the residuals, float64 (H, W), m3/m3.
        count: number of them, int32 (H, W).
        prior: the mean of all of them, m3/m3, to which cells with few are drawn.
        prior_dates: how many dates the prior is worth.
    """

    total: NDArray[np.float64]
    count: NDArray[np.int32]
    prior: float
    prior_dates: float

    @classmethod
    def of(cls, residuals: NDArray[np.floating]) -> Climatology:
        """Compute it from residuals (n, H, W) in m3/m3, NaN where missing.

        Raises:
            DataError: no residual is valid.
        """
        valid = np.isfinite(residuals)
        if not valid.any():
            raise DataError(
                "no training date has a cell where both the coarse and the fine field are valid: widen the training "
                "period, or use a network trained elsewhere"
            )
        value = np.where(valid, residuals, 0).astype(np.float64)
        count, total = valid.sum(axis=0), value.sum(axis=0)
        prior = float(total.sum() / count.sum())
        mean = total / np.maximum(count, 1)
        squares = (np.where(valid, value - mean, 0) ** 2).sum(axis=0)
        weight, _ = prior_weight(count, mean, squares)
        return cls(total, count.astype(np.int32), prior, weight)

    @property
    def mean(self) -> NDArray[np.float32]:
        """The shrunk mean residual, float32 (H, W), m3/m3, valid everywhere."""
        return shrunk_mean(self.total, self.count, self.prior, self.prior_dates)

    @property
    def plain(self) -> NDArray[np.float32]:
        """The mean residual without shrinking, the mean of all cells where a cell has none, float32 (H, W)."""
        return np.where(self.count > 0, self.total / np.maximum(self.count, 1), self.prior).astype(np.float32)

    def without(self, residuals: NDArray[np.floating]) -> Climatology:
        """Leave out some of the residuals it was made of, (n, H, W): prior and weight stay."""
        valid = np.isfinite(residuals)
        total = self.total - np.where(valid, residuals, 0).astype(np.float64).sum(axis=0)
        count = self.count - valid.sum(axis=0).astype(np.int32)
        return Climatology(np.where(count > 0, total, 0), count.astype(np.int32), self.prior, self.prior_dates)

    def hidden(self, cells: NDArray[np.bool_]) -> Climatology:
        """Forget what was observed at some cells, (H, W): there it is as at cells never observed."""
        return Climatology(np.where(cells, 0, self.total), np.where(cells, 0, self.count), self.prior, self.prior_dates)


def prior_weight(
    count: NDArray[np.number], mean: NDArray[np.floating], squares: NDArray[np.floating]
) -> tuple[float, float | None]:
    """Estimate how many dates the mean of all cells is worth as a prior of each cell's mean.

    It is the ratio of the variance from date to date at a cell to the variance of the cells' true means (Efron and
    Morris 1975): with it, total and count give the linear estimate of least mean square error.

    Args:
        count: dates at each cell, (H, W).
        mean: mean residual of each cell, (H, W), m3/m3; anything where it has no date.
        squares: sum over dates of the squared deviations from it, (H, W), (m3/m3)^2.

    Returns:
        The weight in dates, within `PRIOR_DATES`, and the variance from date to date, (m3/m3)^2; 1 and None where no
        cell has two dates.
    """
    several = count >= 2
    if not several.any():
        return 1.0, None
    within = float(squares[several].sum() / (count[several] - 1).sum())
    between = float(mean[several].var() - within * (1 / count[several]).mean())
    ratio = within / between if between > 0 else np.inf
    return float(np.clip(ratio, *PRIOR_DATES)), within


def shrunk_mean(
    total: NDArray[np.floating], count: NDArray[np.number], prior: float, prior_dates: float
) -> NDArray[np.float32]:
    """Draw the mean of each cell to a prior by its number of dates.

    Args:
        total: sum over dates, (H, W), m3/m3.
        count: how many dates, (H, W).
        prior: mean of all cells, m3/m3.
        prior_dates: how many dates the prior is worth.
    """
    return np.asarray((total + prior_dates * prior) / (count + prior_dates), dtype=np.float32)
