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

from smen.grid.torus import torus_distance

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
        distance = np.append(0.0, distance)
        covariance = np.append(max(own, 0.0), covariance)
        importance = np.append(np.sqrt(pairs.max(initial=1.0)), np.sqrt(pairs) / (1 + distance[1:] / NEAR_CELLS))
        models = np.exp(-distance[:, None] / np.array(LENGTHS))
        variances, _ = nnls(models * importance[:, None], covariance * importance)
        if variances.sum() <= 0:
            variances = np.full(len(LENGTHS), LEAST_VARIANCE)
        return cls(tuple(float(v) for v in variances))


def _by_distance(
    anomaly: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean distance, weighted covariance and weight of pairs in rings of distance above 0."""
    shape = [fft.next_fast_len(size + FARTHEST + 1, real=True) for size in anomaly.shape]
    values, weights = fft.rfft2(anomaly * weight, shape), fft.rfft2(weight, shape)
    products = fft.irfft2(np.abs(values) ** 2, shape)
    pairs = fft.irfft2(np.abs(weights) ** 2, shape)
    distance = torus_distance((shape[0], shape[1]))
    use = (distance > 0) & (distance <= FARTHEST) & (pairs > 1e-6)
    if not use.any():
        return np.zeros(0), np.zeros(0), np.zeros(0)
    rings = np.concatenate([np.arange(1.2, 8), np.arange(8, FARTHEST + 1, 3)])
    ring = np.digitize(distance[use], rings)
    number = np.bincount(ring, pairs[use]).astype(np.float64)
    filled = number > 0
    mean_distance = np.bincount(ring, distance[use] * pairs[use])[filled] / number[filled]
    covariance = np.bincount(ring, products[use])[filled] / number[filled]
    return mean_distance, covariance, number[filled]
