"""Metrics of an estimate against a target: small functions of two arrays, over the cells where both are valid.

All take arrays of one shape (any), NaN where missing, and return a float, NaN where there are too few pairs. Units
are those of the arrays, m3/m3. References: Entekhabi et al. 2010, "Performance Metrics for Soil Moisture Retrievals
and Application Requirements", J. Hydrometeorol. 11, 832-840; Gruber et al. 2020, "Validation practices for satellite
soil moisture retrievals", Remote Sens. Environ. 244, 111806.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

EPSILON = 1e-13
"""A spread below this share of the values is none."""

Metric = Callable[["ArrayLike", "ArrayLike"], float]


def pairs(estimate: ArrayLike, target: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The values of both where both are valid, 1-D, in double precision."""
    x, y = np.broadcast_arrays(np.asarray(estimate, np.float64), np.asarray(target, np.float64))
    valid = np.isfinite(x) & np.isfinite(y)
    return x[valid], y[valid]


def bias(estimate: ArrayLike, target: ArrayLike) -> float:
    """Mean of estimate minus target (Entekhabi et al. 2010, eq. 2). At least one pair."""
    x, y = pairs(estimate, target)
    return float(np.mean(x - y)) if x.size else np.nan


def rmse(estimate: ArrayLike, target: ArrayLike) -> float:
    """Root of the mean squared difference (Entekhabi et al. 2010, eq. 1). At least one pair."""
    x, y = pairs(estimate, target)
    return float(np.sqrt(np.mean((x - y) ** 2))) if x.size else np.nan


def ubrmse(estimate: ArrayLike, target: ArrayLike) -> float:
    """RMSE after each side's mean is taken off (Entekhabi et al. 2010, eq. 3): rmse^2 = ubrmse^2 + bias^2.

    The number of pairs divides, not one less. At least two pairs.
    """
    x, y = pairs(estimate, target)
    return float(np.std(x - y)) if x.size >= 2 else np.nan


def pearson_r(estimate: ArrayLike, target: ArrayLike) -> float:
    """Pearson's correlation (Entekhabi et al. 2010, eq. 6). At least two pairs, and both must vary."""
    x, y = pairs(estimate, target)
    if x.size < 2:
        return np.nan
    dx, dy = x - x.mean(), y - y.mean()
    # The deviations of a constant are rounding noise, which correlates with nothing.
    if np.ptp(x) <= EPSILON * np.abs(x).max() or np.ptp(y) <= EPSILON * np.abs(y).max():
        return np.nan
    return float(np.clip(np.sum(dx * dy) / np.sqrt(np.sum(dx**2) * np.sum(dy**2)), -1, 1))


METRICS: dict[str, Metric] = {"bias": bias, "rmse": rmse, "ubrmse": ubrmse, "r": pearson_r}
"""The metrics by their names in tables."""
