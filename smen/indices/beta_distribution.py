"""Beta distribution of soil moisture between its physical bounds, by its mean and variance.

The beta distribution fits soil moisture through the year better than the normal one: skewed to the right where it is
dry, to the left where it is wet (Sheffield et al. 2004, J. Geophys. Res. 109, D24108).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaincinv, ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

BOUNDS = (0.0, 0.6)
"""Soil moisture lies between these, m3/m3: dry soil, and more than the pores of nearly all mineral soils."""

LEAST_SHARE = 1e-4
"""Values are kept this share of the range away from the bounds, and probabilities from 0 and 1."""

GREATEST_SPREAD = 0.9
"""Share of the greatest variance that a beta distribution of a mean can have; more would heap up at both bounds."""


def shape_parameters(
    mean: NDArray[np.floating], variance: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both shape parameters by the method of moments, of the shape of the arguments.

    Args:
        mean: m3/m3.
        variance: (m3/m3)^2.
    """
    low, high = BOUNDS
    share = np.clip((mean - low) / (high - low), 0.005, 0.995).astype(np.float64)
    spread = np.clip(variance / (high - low) ** 2, 1e-8, GREATEST_SPREAD * share * (1 - share))
    size = share * (1 - share) / spread - 1
    return share * size, (1 - share) * size


def probability_below(
    value: NDArray[np.floating], mean: NDArray[np.floating], variance: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the probability of being below a value, within (0, 1).

    Args:
        value: m3/m3, NaN where missing.
        mean: of the distribution, m3/m3.
        variance: of it, (m3/m3)^2.
    """
    low, high = BOUNDS
    share = np.clip((value - low) / (high - low), LEAST_SHARE, 1 - LEAST_SHARE)
    below = betainc(*shape_parameters(mean, variance), share)
    return np.asarray(np.clip(below, LEAST_SHARE, 1 - LEAST_SHARE), np.float64)


def standard_score(
    value: NDArray[np.floating], mean: NDArray[np.floating], variance: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the normal quantile of the probability of being below a value: 0 at the median, -1 at 16 %.

    Args:
        value: m3/m3, NaN where missing.
        mean: of the distribution, m3/m3.
        variance: of it, (m3/m3)^2.
    """
    return np.asarray(ndtri(probability_below(value, mean, variance)), np.float64)


def quantile(probability: float, mean: NDArray[np.floating], variance: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the value that is undershot with a probability, m3/m3.

    Args:
        probability: 0..1.
        mean: of the distribution, m3/m3.
        variance: of it, (m3/m3)^2.
    """
    low, high = BOUNDS
    return np.asarray(low + (high - low) * betaincinv(*shape_parameters(mean, variance), probability), np.float64)
