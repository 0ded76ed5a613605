"""A correlation of errors, and its full covariance matrix, computed cell by cell from the formulas."""

import numpy as np
from made_random_field import distances

from smen.data.error_correlation import ErrorCorrelation, ErrorStructure

STRUCTURE = ErrorStructure(
    bias_variance=0.01**2,
    noise_variance=0.008**2,
    pattern_shares=(0.0, 0.7, 0.3, 0.0, 0.0),
    detail_shares=(0.1, 0.0, 0.4, 0.1, 0.0),
    lasting_share=0.6,
    lasting_days=8.0,
)


def made_correlation(shape=(12, 14), bounds=(0.0, 0.6)):
    """A region, the right half of which was never observed."""
    unseen = np.broadcast_to(np.arange(shape[1]) >= shape[1] // 2, shape)
    return ErrorCorrelation(STRUCTURE, np.where(unseen, 0.03**2, 0).astype(np.float32), bounds)


def deviations(shape=(12, 14), seed=0):
    """Standard deviations, greater than those of the parts together."""
    rng = np.random.default_rng(seed)
    return (made_correlation(shape).pattern_variance + rng.uniform(0.03, 0.05, shape) ** 2) ** 0.5


def full_covariance(first, second, days):
    """Covariance of all cells' errors at one overpass with those at another, cell by cell, (H W, H W)."""
    s, apart = STRUCTURE, distances(first.shape)
    pattern = made_correlation(first.shape).pattern_variance.ravel()
    one, other = (np.sqrt(d.ravel() ** 2 - pattern) for d in (first, second))  # what is not the pattern's
    same = days == 0
    shares = np.array(s.detail_shares)

    def nested(weights):
        white, *rest = weights
        return white * (apart == 0) + sum(w * np.exp(-apart / n) for w, n in zip(rest, (1, 3, 8, 25), strict=True))

    total = s.bias_variance * np.exp(-apart / 25) + same * s.noise_variance * np.exp(-apart / 50)
    total += np.sqrt(np.outer(pattern, pattern)) * nested(s.pattern_shares)
    fade = s.lasting_share * np.exp(-days / s.lasting_days) + same * (1 - s.lasting_share)
    total += fade * np.outer(one, other) * nested(shares)
    if same:  # what is left, on the diagonal
        total += np.diag(one * other * (1 - shares.sum()) - s.bias_variance - s.noise_variance)
    return total
