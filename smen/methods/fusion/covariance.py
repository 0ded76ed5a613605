"""Covariance of a static field in space: nested exponential models, fitted to noisy values at observed cells.

The scales of soil moisture are nested (small ones within watersheds, regional ones between soils), so one exponential
model does not describe it; a sum of several with fixed lengths does, and their variances follow from a least-squares
fit with no negative part (Goulard and Voltz 1992, Math. Geol. 24, 269-286, for one variable).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.optimize import nnls

from smen.grid.torus import means_by_ring, torus_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTHS = (1.0, 3.0, 8.0, 25.0)
"""Lengths of the nested models, in cells of 3 km: from below a cell's neighbours to two coarse cells."""

FARTHEST = 40
"""Distance up to which pairs of cells are compared, in cells."""

NEAR_CELLS = 10.0
"""Distance over which the weight of a lag halves: what is near decides an interpolation."""

LEAST_VARIANCE = 1e-8
"""Variance of a field that shows none beyond its noise, (m3/m3)^2: it keeps the equations regular."""


@dataclass(frozen=True)
class NestedCovariance:
    """Sum over models of `variance * exp(-distance / length)`.

    Attributes:
        variances: of each length in `LENGTHS`, none negative.
    """

    variances: tuple[float, ...]

    @property
    def sill(self) -> float:
        """Variance of the field."""
        return float(sum(self.variances))

    def __call__(self, distance: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the covariance at some distances, in cells, of any shape."""
        parts = (v * np.exp(-distance / length) for v, length in zip(self.variances, LENGTHS, strict=True) if v > 0)
        return np.asarray(sum(parts, np.zeros(np.shape(distance))), np.float64)

    @classmethod
    def fit(
        cls, values: NDArray[np.floating], noise: NDArray[np.floating], observed: NDArray[np.bool_]
    ) -> NestedCovariance:
        """Fit the variances to a field with mean 0.

        Args:
            values: (H, W), anything where it is not observed.
            noise: variance of the values' errors, (H, W); they are taken to be independent between cells.
            observed: where there are values, (H, W).
        """
        if not observed.any():
            return cls((LEAST_VARIANCE,) * len(LENGTHS))
        anomaly = np.where(observed, values, 0.0)
        noise = np.where(observed, noise, 0.0)
        weight = np.where(observed, 1 / (noise + np.mean(anomaly[observed] ** 2) + LEAST_VARIANCE), 0.0)
        weight /= weight.max()
        distance, covariance, pairs = _by_distance(anomaly, weight)
        own = float((weight**2 * (anomaly**2 - noise)).sum() / (weight**2).sum())
        importance = np.append(np.sqrt(pairs.max(initial=1.0)), np.sqrt(pairs) / (1 + distance / NEAR_CELLS))
        return cls(_variances(np.append(0.0, distance), np.append(max(own, 0.0), covariance), importance))

    @classmethod
    def fit_dates(cls, values: NDArray[np.floating]) -> tuple[NestedCovariance, float]:
        """Fit the variances to fields of several dates with mean 0, and the variance of noise beside them.

        What two neighbouring cells do not share counts as noise.

        Args:
            values: (n, H, W), NaN where it is not observed.

        Returns:
            The covariance, and the noise's variance, both those of an average cell.
        """
        observed = np.isfinite(values)
        anomaly = np.where(observed, values, 0.0).astype(np.float64)
        distance, covariance, pairs = _by_distance(anomaly, observed.astype(np.float64))
        if not len(distance):
            return cls((LEAST_VARIANCE,) * len(LENGTHS)), LEAST_VARIANCE
        fitted = cls(_variances(distance, covariance, np.sqrt(pairs) / (1 + distance / NEAR_CELLS)))
        return fitted, max(float((anomaly**2).sum() / observed.sum()) - fitted.sill, LEAST_VARIANCE)


def _variances(
    distance: NDArray[np.float64], covariance: NDArray[np.float64], importance: NDArray[np.float64]
) -> tuple[float, ...]:
    """Least-squares variance of each length from covariances at some distances, none negative."""
    models = np.exp(-distance[:, None] / np.array(LENGTHS))
    variances = np.asarray(nnls(models * importance[:, None], covariance * importance)[0], np.float64)
    if variances.sum() <= 0:
        variances = np.full(len(LENGTHS), LEAST_VARIANCE)
    return tuple(float(v) for v in variances)


def _by_distance(
    anomaly: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean distance, weighted covariance and weight of pairs in rings of distance above 0, of fields (..., H, W)."""
    shape = [fft.next_fast_len(size + FARTHEST + 1, real=True) for size in anomaly.shape[-2:]]
    values, weights = fft.rfft2(anomaly * weight, shape), fft.rfft2(weight, shape)
    powers = (np.abs(part) ** 2 for part in (values, weights))
    products, pairs = (fft.irfft2(p.reshape(-1, *p.shape[-2:]).sum(axis=0), shape) for p in powers)
    distance = torus_distance((shape[0], shape[1]))
    use = (distance > 0) & (distance <= FARTHEST) & (pairs > 1e-6)
    rings = np.concatenate([np.arange(1.2, 8), np.arange(8, FARTHEST + 1, 3)])
    return means_by_ring(products, pairs, use, rings)
