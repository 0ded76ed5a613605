"""Scores of estimates that say how uncertain they are: a normal distribution with a mean and a standard deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def crps(mean: ArrayLike, deviation: ArrayLike, target: ArrayLike) -> float:
    """Mean continuous ranked probability score of normal distributions, in the units of the target.

    Closed form of Gneiting et al. 2005 (Mon. Wea. Rev. 133, 1098-1118, eq. 5). Less is better; a deviation of 0 gives
    the absolute error.

    Args:
        mean: of the distributions, any shape, NaN where missing.
        deviation: their standard deviations, above 0.
        target: what was observed.
    """
    m, s, y = _valid(mean, deviation, target)
    if not m.size:
        return np.nan
    z = (y - m) / s
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.mean(s * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi))))


def best_constant_crps(mean: ArrayLike, target: ArrayLike) -> tuple[float, float]:
    """The least CRPS that one deviation for all cells can have, and that deviation.

    It is found with the targets at hand: a bar that no honest method knows beforehand.
    """
    m, y, _ = _valid(mean, target, np.zeros(np.shape(target)))
    if not m.size:
        return np.nan, np.nan
    from scipy.optimize import minimize_scalar

    spread = float(np.sqrt(np.mean((y - m) ** 2))) or 1e-9
    found = minimize_scalar(
        lambda s: crps(m, np.full(m.shape, s), y), bounds=(0.1 * spread, 3 * spread), method="bounded"
    )
    return float(found.fun), float(found.x)


def coverage(mean: ArrayLike, deviation: ArrayLike, target: ArrayLike, level: float = 0.9) -> float:
    """Share of the targets that lie within the central interval of a level, 0..1; NaN without any."""
    m, s, y = _valid(mean, deviation, target)
    if not m.size:
        return np.nan
    return float(np.mean(np.abs(y - m) <= ndtri((1 + level) / 2) * s))


def _valid(*values: ArrayLike) -> list[NDArray[np.float64]]:
    """The values where all are valid, 1-D."""
    arrays = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in values))
    valid = np.all([np.isfinite(a) for a in arrays], axis=0)
    return [a[valid] for a in arrays]
