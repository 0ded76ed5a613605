"""The static pattern: a cell's mean residual and its change with wetness, estimated from few noisy dates.

It is kept as sums over dates, so that dates can be taken out again: no training date is in its own pattern.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.climatology import prior_weight, shrunk_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOPE_DATES = 10.0
"""Weight of a slope of 0, in dates with the typical variance of wetness."""


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
        """Estimate the pattern of some dates.

        The prior's weight is that of `smen.data.climatology.prior_weight`.

        Args:
            residual: (n, H, W), m3/m3, NaN where missing.
            wetness: anomalies of wetness, (n, H, W), m3/m3.
        """
        sums = sums_of(residual, wetness)
        count, total = sums[0], sums[1]
        number = max(float(count.sum()), 1.0)
        prior, wetness_variance = float(total.sum() / number), float(sums[3].sum() / number)
        mean = total / np.maximum(count, 1)
        weight, within = prior_weight(count, mean, sums[5] - count * mean**2)
        if within is None:
            within = float(sums[5].sum() / number) - prior**2
        return cls(sums, prior, weight, max(wetness_variance, 1e-6), max(within, 1e-6))

    @classmethod
    def empty(cls, like: Pattern) -> Pattern:
        """Return the pattern of a region before its first date, with the shape and variances of another one."""
        return replace(like, sums=np.zeros_like(like.sums), prior=0.0)

    def without(self, residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> Pattern:
        """Return the same pattern without some of its dates; prior and variances stay.

        Args:
            residual: of these dates, (n, H, W), m3/m3, NaN where missing.
            wetness: their anomalies of wetness, (n, H, W), m3/m3.
        """
        rest = self.sums - sums_of(residual, wetness)
        return replace(self, sums=np.where(rest[:1] > 0.5, rest, 0))

    @property
    def count(self) -> NDArray[np.int32]:
        """Number of dates at each cell, (H, W)."""
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
        squares = np.maximum(self.sums[3] - self.sums[0] * centre**2, 0)
        return np.asarray(
            (self.sums[4] - centre * self.sums[1]) / (squares + SLOPE_DATES * self.wetness_variance), np.float32
        )

    @property
    def variance(self) -> NDArray[np.float32]:
        """Variance of a cell's residual from date to date, drawn to that of all cells, (H, W)."""
        count = self.sums[0]
        squares = np.maximum(self.sums[5] - self.sums[1] ** 2 / np.maximum(count, 1), 0)
        return np.asarray((squares + SLOPE_DATES * self.within) / (np.maximum(count - 1, 0) + SLOPE_DATES), np.float32)


def sums_of(residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the sums of some dates, as `Pattern.sums` holds them, (6, H, W).

    Args:
        residual: (n, H, W), m3/m3, NaN where missing.
        wetness: anomalies of wetness, (n, H, W), m3/m3.
    """
    valid = np.isfinite(residual)
    d, a = (np.where(valid, x, 0).astype(np.float64) for x in (residual, wetness))
    return np.array([valid.sum(axis=0), d.sum(0), a.sum(0), (a * a).sum(0), (a * d).sum(0), (d * d).sum(0)], np.float64)
