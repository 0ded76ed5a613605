"""The static pattern: what a cell's residual is on average, and how it changes with wetness, from few noisy dates.

All is kept as sums over dates, so that dates can be taken out again: a training date never sees itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.climatology import prior_weight, shrunk_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOPE_DATES = 10.0
"""How many dates of typical spread in wetness the absence of a dependence on wetness is worth."""

SUMS = ("count", "residual", "wetness", "wetness2", "product", "residual2")


@dataclass(frozen=True)
class Pattern:
    """Sums over dates of residual d and wetness anomaly a at each cell, and what all cells share.

    Attributes:
        sums: of 1, d, a, a^2, a d and d^2, float64 (6, H, W).
        prior: mean residual of all cells, m3/m3.
        prior_dates: how many dates it is worth.
        wetness_variance: mean of a^2, (m3/m3)^2.
        within: variance of d from date to date at a cell, (m3/m3)^2.
    """

    sums: NDArray[np.float64]
    prior: float
    prior_dates: float
    wetness_variance: float
    within: float

    @classmethod
    def of(cls, residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> Pattern:
        """From residuals and wetness anomalies (n, H, W), NaN where missing.

        The prior's weight is that of `smen.data.climatology.prior_weight`.
        """
        sums = sums_of(residual, wetness)
        count, total = sums[0], sums[1]
        number = max(float(count.sum()), 1.0)
        prior, spread = float(total.sum() / number), float(sums[3].sum() / number)
        mean = total / np.maximum(count, 1)
        weight, within = prior_weight(count, mean, sums[5] - count * mean**2)
        if within is None:
            within = float(sums[5].sum() / number) - prior**2
        return cls(sums, prior, weight, max(spread, 1e-6), max(within, 1e-6))

    @classmethod
    def empty(cls, like: Pattern) -> Pattern:
        """One without any date: what a region knows before its first."""
        return replace(like, sums=np.zeros_like(like.sums), prior=0.0)

    def without(self, residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> Pattern:
        """The same without some of its dates."""
        left = self.sums - sums_of(residual, wetness)
        return replace(self, sums=np.where(left[:1] > 0.5, left, 0))

    @property
    def count(self) -> NDArray[np.int32]:
        """Dates at each cell."""
        return np.asarray(np.rint(self.sums[0]), np.int32)

    @property
    def mean(self) -> NDArray[np.float32]:
        """Mean residual, drawn to that of all cells where dates are few, (H, W)."""
        return shrunk_mean(self.sums[1], self.sums[0], self.prior, self.prior_dates)

    @property
    def centre(self) -> NDArray[np.float32]:
        """Mean wetness anomaly of a cell's dates, (H, W)."""
        return np.asarray(self.sums[2] / np.maximum(self.sums[0], 1), np.float32)

    @property
    def slope(self) -> NDArray[np.float32]:
        """Change of the residual with wetness, drawn to 0, (H, W)."""
        centre = self.centre
        spread = np.maximum(self.sums[3] - self.sums[0] * centre**2, 0)
        return np.asarray(
            (self.sums[4] - centre * self.sums[1]) / (spread + SLOPE_DATES * self.wetness_variance), np.float32
        )

    @property
    def variance(self) -> NDArray[np.float32]:
        """Variance of a cell's residual from date to date, drawn to that of all cells, (H, W)."""
        count = self.sums[0]
        squares = np.maximum(self.sums[5] - self.sums[1] ** 2 / np.maximum(count, 1), 0)
        return np.asarray((squares + SLOPE_DATES * self.within) / (np.maximum(count - 1, 0) + SLOPE_DATES), np.float32)


def sums_of(residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> NDArray[np.float64]:
    """The sums of some dates, (6, H, W)."""
    valid = np.isfinite(residual)
    d, a = (np.where(valid, x, 0).astype(np.float64) for x in (residual, wetness))
    return np.array([valid.sum(axis=0), d.sum(0), a.sum(0), (a * a).sum(0), (a * d).sum(0), (d * d).sum(0)], np.float64)
