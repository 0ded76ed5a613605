"""How a value stands in what a season has had: by the record's quantiles, beyond them by the beta distribution.

Ranks alone know what the record has seen; where a value lies beyond its outermost quantiles, the beta distribution of
the record's mean and variance says how much rarer it is than these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from smen.indices.beta_distribution import LEAST_SHARE, standard_score
from smen.indices.piecewise import piecewise
from smen.indices.season_moments import PROBABILITIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.indices.season_moments import SeasonMoments

SCORES = ndtri(PROBABILITIES)
"""Normal quantiles of the record's quantiles."""

GREATEST = float(-ndtri(LEAST_SHARE))
"""Scores lie between this, 3.7, and its negative."""


def season_score(value: NDArray[np.floating], season: SeasonMoments) -> NDArray[np.float64]:
    """Return the normal quantile of the probability of being below a value in a season: 0 at its median.

    Args:
        value: (H, W), m3/m3, NaN where missing.
        season: of the cells, each part (H, W).
    """
    quantiles = season.quantiles
    levels = np.broadcast_to(SCORES.reshape(-1, *([1] * (quantiles.ndim - 1))), quantiles.shape)
    score = piecewise(value, quantiles, levels)
    beta = standard_score(value, season.mean, season.variance)
    for end, beyond in ((0, value < quantiles[0]), (-1, value > quantiles[-1])):
        tail = SCORES[end] + beta - standard_score(quantiles[end], season.mean, season.variance)
        score = np.where(beyond, tail, score)
    return np.asarray(np.clip(score, -GREATEST, GREATEST), np.float64)
