"""What training dates say of each cell's residual by itself: its mean, its change with wetness, and their noise.

It is kept as sums over dates, so that dates can be taken out again: no training date is in its own pattern.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.climatology import prior_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARED_DATES = 10.0
"""Weight of the variance that all cells share in that of a cell, in dates."""

LEAST_SQUARES = 1e-6
"""Least sum of squared wetness that a slope is divided by, (m3/m3)^2."""


@dataclass(frozen=True)
class PatternSums:
    """Sums over dates of residual d and wetness anomaly a at each cell, and what all cells share.

    Attributes:
        sums: of 1, d, a, a^2, a d and d^2, float64 (6, H, W).
        prior: mean residual of all cells, m3/m3.
        wetness_variance: mean of a^2, (m3/m3)^2.
        within: variance of d from date to date at a cell, (m3/m3)^2.
    """

    sums: NDArray[np.float64]
    prior: float
    wetness_variance: float
    within: float

    @classmethod
    def of(cls, residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> PatternSums:
        """Sum over some dates.

        Args:
            residual: (n, H, W), m3/m3, NaN where missing.
            wetness: anomalies of wetness, (n, H, W), m3/m3.
        """
        sums = sums_of(residual, wetness)
        count, total = sums[0], sums[1]
        number = max(float(count.sum()), 1.0)
        prior, wetness_variance = float(total.sum() / number), float(sums[3].sum() / number)
        mean = total / np.maximum(count, 1)
        _, within = prior_weight(count, mean, sums[5] - count * mean**2)
        if within is None:
            within = float(sums[5].sum() / number) - prior**2
        return cls(sums, prior, max(wetness_variance, 1e-6), max(within, 1e-6))

    def without(self, residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> PatternSums:
        """Return the sums without some of the dates; prior and variances stay.

        Args:
            residual: of these dates, (n, H, W), m3/m3, NaN where missing.
            wetness: their anomalies of wetness, (n, H, W), m3/m3.
        """
        rest = self.sums - sums_of(residual, wetness)
        return replace(self, sums=np.where(rest[:1] > 0.5, rest, 0))

    def without_cells(self, hidden: NDArray[np.bool_]) -> PatternSums:
        """Return the sums as if some cells, (H, W), had never been observed; prior and variances stay."""
        return replace(self, sums=np.where(hidden, 0.0, self.sums))

    @property
    def count(self) -> NDArray[np.int32]:
        """Number of dates at each cell, (H, W)."""
        return np.asarray(np.rint(self.sums[0]), np.int32)

    @property
    def slope(self) -> NDArray[np.float64]:
        """Least-squares change of the residual with wetness, (H, W); 0 where a cell's wetness did not vary."""
        squares = self._wetness_squares
        products = self.sums[4] - self.sums[2] * self.sums[1] / np.maximum(self.sums[0], 1)
        return np.asarray(np.where(squares > 0, products / np.maximum(squares, LEAST_SQUARES), 0.0), np.float64)

    @property
    def slope_noise(self) -> NDArray[np.float64]:
        """Variance of the error of `slope`, (H, W)."""
        return np.asarray(self.within / np.maximum(self._wetness_squares, LEAST_SQUARES), np.float64)

    def mean_at_usual_wetness(self, slope: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the mean residual of each cell's dates, moved to a wetness anomaly of 0, (H, W), m3/m3.

        A cell that was observed in dry weeks alone is so made comparable with its neighbours.

        Args:
            slope: change of the residual with wetness, (H, W).
        """
        return np.asarray((self.sums[1] - slope * self.sums[2]) / np.maximum(self.sums[0], 1), np.float64)

    @property
    def mean_noise(self) -> NDArray[np.float64]:
        """Variance of the error of a cell's mean, (H, W), (m3/m3)^2."""
        return np.asarray(self.variance / np.maximum(self.sums[0], 1), np.float64)

    @property
    def _wetness_squares(self) -> NDArray[np.float64]:
        """Sum of a cell's squared departures from its own mean wetness, (H, W)."""
        return np.asarray(np.maximum(self.sums[3] - self.sums[2] ** 2 / np.maximum(self.sums[0], 1), 0), np.float64)

    @property
    def variance(self) -> NDArray[np.float32]:
        """Variance of a cell's residual from date to date, drawn to that of all cells, (H, W)."""
        count = self.sums[0]
        squares = np.maximum(self.sums[5] - self.sums[1] ** 2 / np.maximum(count, 1), 0)
        return np.asarray(
            (squares + SHARED_DATES * self.within) / (np.maximum(count - 1, 0) + SHARED_DATES), np.float32
        )


def sums_of(residual: NDArray[np.floating], wetness: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the sums of some dates, as `Pattern.sums` holds them, (6, H, W).

    Args:
        residual: (n, H, W), m3/m3, NaN where missing.
        wetness: anomalies of wetness, (n, H, W), m3/m3.
    """
    valid = np.isfinite(residual)
    d, a = (np.where(valid, x, 0).astype(np.float64) for x in (residual, wetness))
    return np.array([valid.sum(axis=0), d.sum(0), a.sum(0), (a * a).sum(0), (a * d).sum(0), (d * d).sum(0)], np.float64)
