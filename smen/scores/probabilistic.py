"""Scores of estimates with a stated uncertainty: a normal distribution given by mean and standard deviation.

Every score is called as ``score(mean, deviation, target)`` with arrays of one shape, m3/m3, NaN where missing, and
returns a float over the cells where all three are valid, NaN without any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def crps(mean: ArrayLike, deviation: ArrayLike, target: ArrayLike) -> float:
    """Compute the mean continuous ranked probability score of normal distributions.

    With z = (y - mean) / deviation, Phi and phi the standard normal distribution and density, a cell's score is
    deviation (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)) (Gneiting et al. 2005, "Calibrated Probabilistic Forecasting
    Using Ensemble Model Output Statistics and Minimum CRPS Estimation", Mon. Weather Rev. 133, 1098-1118, eq. 5). Less
    is better; as the deviation tends to 0 the score becomes the absolute error.

    Args:
        mean: of the distributions, any shape, m3/m3, NaN where missing.
        deviation: their standard deviations, m3/m3, above 0.
        target: the reference, m3/m3, NaN where missing.

    Returns:
        The score in m3/m3.
    """
    m, s, y = _valid(mean, deviation, target)
    if not m.size:
        return np.nan
    z = (y - m) / s
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.mean(s * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi))))


def best_constant_crps(mean: ArrayLike, target: ArrayLike) -> tuple[float, float]:
    """Compute the lowest CRPS that a single standard deviation for all cells can have.

    It is fitted to the targets themselves, so it is a bound that no method can know beforehand.

    Args:
        mean: of the distributions, any shape, m3/m3, NaN where missing.
        target: the reference, m3/m3, NaN where missing.

    Returns:
        The score and the standard deviation, both in m3/m3.
    """
    m, y, _ = _valid(mean, target, np.zeros(np.shape(target)))
    if not m.size:
        return np.nan, np.nan
    from scipy.optimize import minimize_scalar

    error = float(np.sqrt(np.mean((y - m) ** 2))) or 1e-9
    optimum = minimize_scalar(
        lambda s: crps(m, np.full(m.shape, s), y), bounds=(0.1 * error, 3 * error), method="bounded"
    )
    return float(optimum.fun), float(optimum.x)


def coverage(mean: ArrayLike, deviation: ArrayLike, target: ArrayLike, level: float = 0.9) -> float:
    """Compute the share of targets within the central interval of a level: the level itself for a calibrated method.

    The interval is mean +- q deviation with q the standard normal quantile of (1 + level) / 2, 1.645 for 0.9.

    Args:
        mean: of the distributions, any shape, m3/m3, NaN where missing.
        deviation: their standard deviations, m3/m3.
        target: the reference, m3/m3, NaN where missing.
        level: of the interval, 0..1.

    Returns:
        The share, 0..1.
    """
    m, s, y = _valid(mean, deviation, target)
    if not m.size:
        return np.nan
    return float(np.mean(np.abs(y - m) <= ndtri((1 + level) / 2) * s))


def spread_skill(mean: ArrayLike, deviation: ArrayLike, target: ArrayLike) -> float:
    """Compute the ratio of stated to actual error, sqrt(mean(deviation^2)) / RMSE.

    1 for a calibrated method, below 1 where it states too small errors. The variances are averaged, not the
    deviations: the latter would give less than 1 wherever a calibrated error varies (Fortin et al. 2014, "Why should
    ensemble spread match the RMSE of the ensemble mean?", J. Hydrometeorol. 15, 1708-1713).

    Args:
        mean: of the distributions, any shape, m3/m3, NaN where missing.
        deviation: their standard deviations, m3/m3.
        target: the reference, m3/m3, NaN where missing.

    Returns:
        The ratio; NaN where there is no error at all.
    """
    m, s, y = _valid(mean, deviation, target)
    error = float(np.mean((y - m) ** 2)) if m.size else 0.0
    return float(np.sqrt(np.mean(s**2) / error)) if error else np.nan


def _valid(*values: ArrayLike) -> list[NDArray[np.float64]]:
    """The values where all arrays are valid, (n,) each."""
    arrays = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in values))
    valid = np.all([np.isfinite(a) for a in arrays], axis=0)
    return [a[valid] for a in arrays]
