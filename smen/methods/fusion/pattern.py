"""The static pattern: each cell's mean residual and its change with wetness, at observed cells and between them.

Both are random fields, whose covariance is fitted to the observed cells. A cell with many dates keeps what they say,
one with few is drawn to its neighbours, and one without any has the conditional mean from cells around it, which fades
to the mean of all with distance (simple kriging; Cressie 1993, "Statistics for Spatial Data", chapter 3). Where there
are static rasters of soil or relief, that mean follows them (universal kriging, section 3.4 there).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.methods.fusion.covariance import NestedCovariance
from smen.methods.fusion.kriging import Kriging
from smen.methods.fusion.trend import Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.pattern_sums import PatternSums


@dataclass(frozen=True)
class Pattern:
    """The pattern of a region; fields are float32 (H, W) but for `count`.

    Attributes:
        count: dates at each cell, int32.
        mean: mean residual at a wetness anomaly of 0, m3/m3.
        slope: change of the residual with wetness.
        variance: of a cell's residual from date to date, (m3/m3)^2.
        unknown: variance of the error of `mean`, as a share of the variance of the pattern itself: near 0 where dates
            are many, 1 far from every observed cell.
        prior: mean of the pattern, m3/m3.
        wetness_variance: mean square of the wetness anomaly, (m3/m3)^2.
        within: variance of residuals from date to date over all cells, (m3/m3)^2.
        sill: variance of the pattern in space, (m3/m3)^2.
    """

    count: NDArray[np.int32]
    mean: NDArray[np.float32]
    slope: NDArray[np.float32]
    variance: NDArray[np.float32]
    unknown: NDArray[np.float32]
    prior: float
    wetness_variance: float
    within: float
    sill: float

    @classmethod
    def empty(cls, like: Pattern, shape: tuple[int, int] | None = None) -> Pattern:
        """Return the pattern of a region before its first date, with the variances of another one.

        Args:
            like: the other one.
            shape: of the region; None: the same.
        """
        shape = like.mean.shape if shape is None else shape
        zero = np.zeros(shape, np.float32)
        return replace(
            like,
            count=np.zeros(shape, np.int32),
            mean=zero,
            slope=zero,
            variance=np.full(shape, like.within, np.float32),
            unknown=np.ones(shape, np.float32),
            prior=0.0,
        )


@dataclass(frozen=True)
class PatternEstimator:
    """Estimates the pattern from sums over dates, with covariances fitted to the sums over all dates.

    Attributes:
        mean_field: kriging of the mean residual.
        slope_field: kriging of its change with wetness.
        prior: mean of the pattern, by generalised least squares, m3/m3.
        drift: what covariates say of each cell's departure from it, (H, W), m3/m3; 0 without any.
        mean_solution: of all dates, (H, W): where to begin with those without some dates.
        slope_solution: likewise.
    """

    mean_field: Kriging
    slope_field: Kriging
    prior: float
    drift: NDArray[np.float64]
    mean_solution: NDArray[np.float64]
    slope_solution: NDArray[np.float64]

    @classmethod
    def of(cls, sums: PatternSums, covariates: NDArray[np.floating] | None = None) -> PatternEstimator:
        """Fit the covariances of a region.

        Args:
            sums: over all its training dates.
            covariates: static rasters, (C, H, W), each with mean 0 and standard deviation 1; None: there are none.
        """
        seen = sums.count > 0
        shape = (seen.shape[0], seen.shape[1])
        slope_field = Kriging(NestedCovariance.fit(sums.slope, sums.slope_noise, seen), shape)
        slope_solution = slope_field.solve(sums.slope, sums.slope_noise, seen)
        mean, noise = sums.mean_at_usual_wetness(slope_field.mean(slope_solution)), sums.mean_noise
        trend = Trend.fit(mean - sums.prior, noise, seen, covariates)
        mean_field = Kriging(NestedCovariance.fit(mean - sums.prior - trend.values, noise, seen), shape)
        trend = Trend.fit(mean - sums.prior, noise, seen, covariates, mean_field)
        prior, drift = sums.prior + trend.constant, trend.values - trend.constant
        solution = mean_field.solve(mean - prior - drift, noise, seen)
        return cls(mean_field, slope_field, prior, drift, solution, slope_solution)

    def pattern(
        self, sums: PatternSums, unknown: NDArray[np.float32] | None = None, *, same_cells: bool = False
    ) -> Pattern:
        """Estimate the pattern.

        Args:
            sums: over all dates or some of them, over all cells or some of them.
            unknown: that of all dates and cells, (H, W), which is kept at cells that still have a date: some dates
                less change it little, and computing it takes longer than all else. None: compute it everywhere.
            same_cells: whether `unknown` is of the same dates and cells, so that it is kept everywhere.
        """
        seen = sums.count > 0
        slope_solution = self.slope_field.solve(sums.slope, sums.slope_noise, seen, self.slope_solution)
        slope = self.slope_field.mean(slope_solution)
        mean, noise = sums.mean_at_usual_wetness(slope), sums.mean_noise
        usual = self.prior + self.drift
        solution = self.mean_field.solve(mean - usual, noise, seen, self.mean_solution)
        sill = self.mean_field.covariance.sill
        if unknown is None:
            unknown = (self.mean_field.variance(noise, seen, np.ones(seen.shape, bool)) / sill).astype(np.float32)
        elif not same_cells:
            computed = (self.mean_field.variance(noise, seen, ~seen) / sill).astype(np.float32)
            unknown = np.where(seen, unknown, computed)
        return Pattern(
            count=sums.count,
            mean=(usual + self.mean_field.mean(solution)).astype(np.float32),
            slope=slope.astype(np.float32),
            variance=sums.variance,
            unknown=unknown,
            prior=self.prior,
            wetness_variance=sums.wetness_variance,
            within=sums.within,
            sill=sill,
        )
