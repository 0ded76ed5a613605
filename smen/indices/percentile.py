"""The percentile of a map for its place and season, and how sure it is.

Two estimates are joined, as standard scores: that of the 3 km map, and that of the coarse field in its own climatology.
The map knows the cell; the coarse field's score knows nothing of the cell, but needs no transfer. Each is weighted by
the inverse of its stated error variance. Their errors have most of their causes in common, so that the joined score is
little surer than the better of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from smen.data.drought_classes import PERCENTILE_BELOW, DroughtClass
from smen.grid.bilinear import bilinear
from smen.indices.season import season_of
from smen.indices.season_score import season_score
from smen.indices.wetness_transfer import passing_variance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.indices.region_normals import Normals

    Field = NDArray[np.float64]

COMMON = 0.75
"""Correlation of the errors of the two estimates: both rest on the same retrieval, and miss what both do not see.
Chosen on one simulated world (measured there: .7 to .8), confirmed on others: `tests/benchmarks/bench_indices.py`."""

LEAST_VARIANCE = 0.01
"""Least error variance of either score."""

INTERVAL = (0.05, 0.95)
"""Quantiles of the stated interval."""


@dataclass(frozen=True)
class PercentileEstimate:
    """Percentiles of one field, (H, W) each, NaN where there is none.

    Attributes:
        score: normal quantile of the percentile: 0 at the median, below where it is drier than usual.
        variance: error variance of the score.
    """

    score: Field
    variance: Field

    @property
    def percentile(self) -> NDArray[np.float32]:
        """Percentile, 0..100."""
        return np.asarray(100 * ndtr(self.score), np.float32)

    def interval(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the lower and the upper end of the 90 % interval of the percentile, 0..100."""
        low, high = (100 * ndtr(self.score + ndtri(share) * np.sqrt(self.variance)) for share in INTERVAL)
        return np.asarray(low, np.float32), np.asarray(high, np.float32)

    def probability_of(self, least: DroughtClass) -> NDArray[np.float32]:
        """Return the probability of being in a drought class or a worse one, 0..1."""
        bound = ndtri(PERCENTILE_BELOW[least] / 100)
        return np.asarray(ndtr((bound - self.score) / np.sqrt(self.variance)), np.float32)


def estimate_percentile(
    normals: Normals,
    time: np.datetime64,
    moisture: NDArray[np.floating],
    deviation: NDArray[np.floating] | None,
    coarse: NDArray[np.floating],
) -> PercentileEstimate:
    """Estimate how a map and its coarse field stand in what is usual for place and season.

    Args:
        normals: of the region.
        time: of the field.
        moisture: map, (H, W), m3/m3, NaN where missing.
        deviation: its standard deviation, (H, W), m3/m3; None: not known, taken as 0.
        coarse: coarse field, (R, C), m3/m3, NaN where missing.
    """
    season, transfer = normals.season(time), normals.transfer
    value = transfer.to_coarse(moisture)
    of_map = season_score(value, season)
    map_variance = np.full(of_map.shape, LEAST_VARIANCE)
    if deviation is not None:
        half = np.sqrt(passing_variance(deviation, transfer.staying)) * transfer.gain
        above, below = (season_score(value + sign * half, season) for sign in (1, -1))
        map_variance = np.maximum((above - below) ** 2 / 4, LEAST_VARIANCE)
    moments = normals.moments.season(season_of(time))
    cells = season_score(coarse, moments)
    of_coarse = bilinear(cells, normals.window, normals.grid).astype(np.float64)
    coarse_variance = np.maximum(1 - transfer.agreement**2, LEAST_VARIANCE)
    score, own = joined(of_map, map_variance, of_coarse, coarse_variance)
    climate = season.mean_error + 2 * score * season.joint_error + score**2 * season.spread_error
    return PercentileEstimate(score, own + np.maximum(climate, 0.0))


def joined(first: Field, first_variance: Field, second: Field, second_variance: Field) -> tuple[Field, Field]:
    """Join two scores by their error variances; where there is no second one, the first stands alone.

    Args:
        first: score, NaN where there is none.
        first_variance: its error variance.
        second: score, NaN where there is none.
        second_variance: its error variance.

    Returns:
        The joined score and its error variance.
    """
    weight = np.where(np.isfinite(second), second_variance / (first_variance + second_variance), 1.0)
    rest = 1 - weight
    score = weight * first + rest * np.where(np.isfinite(second), second, 0.0)
    shared = COMMON * np.sqrt(first_variance * second_variance)
    variance = weight**2 * first_variance + rest**2 * second_variance + 2 * weight * rest * shared
    return score, variance
