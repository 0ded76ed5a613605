"""Error metrics of an estimate against a reference, over the cells where both are valid.

Every metric is called as ``metric(estimate, target)`` with two arrays of one shape (any shape, or shapes that
broadcast), m3/m3, NaN where missing. It returns a float, NaN where there are too few pairs. Below, x_i are the n valid
values of the estimate and y_i those of the target. The interval of a metric over dates is
`smen.scores.intervals.metric_interval`.

References:
    Entekhabi et al. 2010, "Performance Metrics for Soil Moisture Retrievals and Application Requirements",
    J. Hydrometeorol. 11, 832-840, doi:10.1175/2010JHM1223.1.
    Gupta et al. 2009, "Decomposition of the mean squared error and NSE performance criteria", J. Hydrol. 377, 80-91,
    doi:10.1016/j.jhydrol.2009.08.003: the squared error as the sum of its parts from bias, variability and correlation.
    Gruber et al. 2020, "Validation practices for satellite soil moisture retrievals", Remote Sens. Environ. 244,
    111806, doi:10.1016/j.rse.2020.111806.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

EPSILON = 1e-13
"""Values whose range is below this share of the largest one are constant: what varies is rounding."""

Metric = Callable[["ArrayLike", "ArrayLike"], float]
"""A function of estimate and target."""


def pairs(estimate: ArrayLike, target: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Select the values of both arrays where both are valid.

    Args:
        estimate: any shape, NaN or infinite where missing.
        target: the same shape, or one that broadcasts to it.

    Returns:
        The n values of each, (n,), in double precision.
    """
    x, y = np.broadcast_arrays(np.asarray(estimate, np.float64), np.asarray(target, np.float64))
    valid = np.isfinite(x) & np.isfinite(y)
    return x[valid], y[valid]


def is_constant(values: NDArray[np.floating]) -> bool:
    """Whether values differ by no more than rounding (`EPSILON`): they then have no slope and no correlation."""
    return bool(np.ptp(values) <= EPSILON * np.abs(values).max())


def bias(estimate: ArrayLike, target: ArrayLike) -> float:
    """Compute the mean difference, b = mean(x - y) (Entekhabi et al. 2010, eq. 2).

    Args:
        estimate: any shape, m3/m3, NaN where missing.
        target: likewise.

    Returns:
        The bias in m3/m3, above 0 where the estimate is wetter; NaN without a pair.
    """
    x, y = pairs(estimate, target)
    return float(np.mean(x - y)) if x.size else np.nan


def rmse(estimate: ArrayLike, target: ArrayLike) -> float:
    """Compute the root mean square error, sqrt(mean((x - y)^2)) (Entekhabi et al. 2010, eq. 1).

    Args:
        estimate: any shape, m3/m3, NaN where missing.
        target: likewise.

    Returns:
        The error in m3/m3; NaN without a pair.
    """
    x, y = pairs(estimate, target)
    return float(np.sqrt(np.mean((x - y) ** 2))) if x.size else np.nan


def ubrmse(estimate: ArrayLike, target: ArrayLike) -> float:
    """Compute the unbiased RMSE, sqrt(mean(((x - mean x) - (y - mean y))^2)) (Entekhabi et al. 2010, eq. 3).

    It is the RMSE after the mean of each side is subtracted: RMSE^2 = ubRMSE^2 + bias^2. The sum of squares is divided
    by n, not by n - 1.

    Args:
        estimate: any shape, m3/m3, NaN where missing.
        target: likewise.

    Returns:
        The error in m3/m3; NaN with fewer than two pairs.
    """
    x, y = pairs(estimate, target)
    return float(np.std(x - y)) if x.size >= 2 else np.nan


def pearson_r(estimate: ArrayLike, target: ArrayLike) -> float:
    """Compute Pearson's correlation, cov(x, y) / (std x std y) (Entekhabi et al. 2010, eq. 6).

    With the standard deviations s it ties the metrics together (Gupta et al. 2009):
    ubRMSE^2 = (s_x - s_y)^2 + 2 s_x s_y (1 - R).

    Args:
        estimate: any shape, NaN where missing.
        target: likewise.

    Returns:
        The correlation, -1 to 1; NaN with fewer than two pairs or where one side is constant.
    """
    x, y = pairs(estimate, target)
    if x.size < 2:
        return np.nan
    dx, dy = x - x.mean(), y - y.mean()
    # The deviations of a constant are rounding noise, which correlates with nothing.
    if is_constant(x) or is_constant(y):
        return np.nan
    return float(np.clip(np.sum(dx * dy) / np.sqrt(np.sum(dx**2) * np.sum(dy**2)), -1, 1))


METRICS: dict[str, Metric] = {"bias": bias, "rmse": rmse, "ubrmse": ubrmse, "r": pearson_r}
"""The metrics by name."""
