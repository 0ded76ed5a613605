"""The 3 km scene of the overpass itself: how much of its difference from an estimate made without it is believed.

The difference is the error of the estimate plus the error of the product. The conditional mean of the former, given the
differences at all observed cells, is simple kriging (Cressie 1993, "Statistics for Spatial Data", chapter 3); beyond
the edge of the scene it fades with distance. Covariances are fitted to such differences on training dates. What of
them is the product's error, its own stated variance says: radar noise is of short range, so that variance is taken
from the shortest scales first. Neither is the same in every scene, so both are scaled to the one at hand: the product's
by what that scene states, the estimate's by what the differences leave beyond it (empirical Bayes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt

from smen.methods.fusion.covariance import FARTHEST, NestedCovariance
from smen.methods.fusion.kriging import Kriging

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SHARE = 0.02
"""Least share of the differences' variance that is noise of single cells: it keeps the equations regular."""

ERROR_RANGE = (0.05, 1.0)
"""Least and greatest factor on the variance of the estimate's error in one scene: more than on the training dates is no
reason to believe a scene more than these show."""

WIDTH, DEPTH = 17, 16
"""Extent of the part of a scene along and behind its edge that variances are computed from, in cells."""


@dataclass(frozen=True)
class SceneUpdate:
    """What a scene tells of the error of an estimate made without it.

    Attributes:
        error: covariance of the estimate's error.
        product: covariance of the product's error that neighbouring cells share.
        noise: variance of the product's error that single cells have alone, (m3/m3)^2.
        stated: mean variance that the product states, (m3/m3)^2; 0 where it states none.
    """

    error: NestedCovariance
    product: NestedCovariance
    noise: float
    stated: float

    @classmethod
    def fit(cls, innovations: NDArray[np.floating], stated: NDArray[np.floating] | None) -> SceneUpdate:
        """Fit to training dates.

        Args:
            innovations: fine fields minus estimates made without them, (n, H, W), m3/m3, NaN where missing.
            stated: the product's own standard deviations, (n, H, W), m3/m3, or None: then all that cells do not share
                with neighbours some cells away counts as the product's error.
        """
        total, noise = NestedCovariance.fit_dates(innovations)
        noise = max(noise, LEAST_SHARE * total.sill)
        known = None if stated is None else stated[np.isfinite(innovations) & np.isfinite(stated)]
        variance = 0.0 if known is None or not known.size else float(np.mean(known.astype(np.float64) ** 2))
        rest = max(variance - noise, 0.0) if variance > 0 else total.variances[0]
        product = []
        for whole in total.variances:
            product.append(min(whole, rest))
            rest -= product[-1]
        error = tuple(v - p for v, p in zip(total.variances, product, strict=True))
        return cls(NestedCovariance(error), NestedCovariance(tuple(product)), noise, variance)

    def apply(
        self,
        value: NDArray[np.float32],
        deviation: NDArray[np.float32],
        scene: NDArray[np.float32],
        stated: NDArray[np.float32] | None,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return estimate and standard deviation with a scene, (H, W) each, m3/m3.

        Args:
            value: the estimate made without it, (H, W), m3/m3.
            deviation: its standard deviation, (H, W), m3/m3.
            scene: the fine field, (H, W), m3/m3, NaN where missing.
            stated: the product's own standard deviation, (H, W), m3/m3, or None.
        """
        innovation = scene - value
        own = self.adapted(innovation, stated)
        share = own.variance_share(np.isfinite(innovation))
        return value + own.correction(innovation), deviation * np.sqrt(share)

    def adapted(self, innovation: NDArray[np.floating], stated: NDArray[np.floating] | None) -> SceneUpdate:
        """Return the same with the variances of one scene.

        Args:
            innovation: the scene minus the estimate, (H, W), m3/m3, NaN where it is missing.
            stated: the product's own standard deviation, (H, W), m3/m3, or None.
        """
        observed = np.isfinite(innovation)
        known = None if stated is None else stated[observed & np.isfinite(stated)]
        factor = 1.0
        if known is not None and known.size and self.stated > 0:
            factor = float(np.mean(known.astype(np.float64) ** 2)) / self.stated
        if not observed.any():
            return self
        found = float(np.mean(innovation[observed].astype(np.float64) ** 2))
        left = (found - factor * (self.product.sill + self.noise)) / max(self.error.sill, 1e-12)
        return replace(
            self,
            error=_scaled(self.error, float(np.clip(left, *ERROR_RANGE))),
            product=_scaled(self.product, factor),
            noise=self.noise * factor,
        )

    def correction(self, innovation: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return what a scene adds to an estimate made without it, everywhere, (H, W), m3/m3.

        Args:
            innovation: the scene minus the estimate, (H, W), m3/m3, NaN where it is missing.
        """
        observed = np.isfinite(innovation)
        values = np.where(observed, innovation, 0.0).astype(np.float64)
        shape = (innovation.shape[0], innovation.shape[1])
        solution = Kriging(self._total, shape).solve(values, np.full(shape, self.noise), observed)
        return Kriging(self.error, shape).mean(solution).astype(np.float32)

    def variance_share(self, observed: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the share of an estimate's variance that is left with a scene, (H, W), 0..1.

        It depends on the distance to the edge of the scene alone, as if the edge were straight. Errors that the
        radiometer and the product share are in no difference between the two: they are taken to be as large as the
        product's own, and stay.

        Args:
            observed: where the scene has values, (H, W).
        """
        if not observed.any():
            return np.ones(observed.shape, np.float32)
        outside = np.asarray(distance_transform_edt(~observed), np.float64)
        inside = np.full(observed.shape, float(FARTHEST))
        if not observed.all():
            inside = np.asarray(distance_transform_edt(observed), np.float64)
        distances, share = self.profile()
        return np.interp(np.where(observed, -inside, outside), distances, share).astype(np.float32)

    def profile(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the share of the variance left at distances from a straight edge, in cells, negative in the scene."""
        from scipy.linalg import cho_factor, cho_solve

        side, half = 2 * FARTHEST, WIDTH // 2
        rows, columns = (part.ravel() for part in np.mgrid[-half : half + 1, -FARTHEST:0][:, :, -DEPTH:])
        apart = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
        matrix = self._total(apart) + self.noise * np.eye(len(rows))
        places = np.arange(side) - FARTHEST
        vector = self.error(np.hypot(rows[:, None], columns[:, None] - places))
        gain = (vector * cho_solve(cho_factor(matrix), vector)).sum(axis=0)
        left, hidden = np.clip(self.error.sill - gain, 0.0, None), self.product.sill + self.noise
        share = (left + hidden) / (self.error.sill + hidden)
        share[places < -DEPTH // 2] = share[places == -DEPTH // 2]
        return np.where(places < 0, places, places + 1).astype(np.float64), share

    @property
    def _total(self) -> NestedCovariance:
        """Covariance of the differences, without the noise of single cells."""
        return NestedCovariance(tuple(a + b for a, b in zip(self.error.variances, self.product.variances, strict=True)))


def _scaled(covariance: NestedCovariance, factor: float) -> NestedCovariance:
    """A covariance with all variances multiplied."""
    return NestedCovariance(tuple(factor * variance for variance in covariance.variances))
