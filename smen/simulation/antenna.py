"""How SMAP's antenna averages a field: a Gaussian footprint, then the mean over the cells of a product's grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOOTPRINT_KM = {"SPL2SMP": 42.0, "SPL2SMP_E": 38.0}
"""Between half-power points: the antenna's 38 x 47 km, and what interpolation to the 9 km grid makes of it."""

HALF_POWER_SIGMAS = 2.3548
"""Width of a Gaussian between its half-power points in standard deviations: 2 sqrt(2 ln 2)."""

RING_CELLS = 12
"""M03 cells at the edge of the area that are only there for the footprints of the cells further in."""

LEAST_LAND = 1e-3
"""Least weight of land in a footprint: keeps the mean over land finite where there is only water."""


def footprint_means(size: int, coarse_factor: int, cell_km: float, footprint_km: float) -> NDArray[np.float32]:
    """Compute the weights of fine cells in coarse cells along one axis: footprint, then mean over the coarse cell.

    Args:
        size: number of fine cells, a multiple of `coarse_factor`.
        coarse_factor: fine cells along a coarse one.
        cell_km: length of a fine cell, km.
        footprint_km: width of the footprint between its half-power points, km.

    Returns:
        Matrix (size / coarse_factor, size); each row adds up to 1.
    """
    sigma = footprint_km / HALF_POWER_SIGMAS / cell_km
    distance = np.arange(size)[:, None] - np.arange(size)[None, :]
    gaussian = np.exp(-0.5 * (distance / sigma) ** 2)
    weights = gaussian.reshape(size // coarse_factor, coarse_factor, size).mean(1)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)
