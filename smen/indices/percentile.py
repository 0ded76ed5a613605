"""The percentile of a map for its place and season, and how sure it is.

Two estimates are joined, as standard scores: that of the 3 km map, and that of the coarse field in its own climatology.
The map knows the cell; the coarse field's score knows nothing of the cell, but needs no transfer. Each is weighted by
the inverse of its stated error variance. Their errors have most of their causes in common, so that the joined score is
little surer than the better of the two.

The percentile is that of the record. Its interval and the probability of drought are of the percentile in the long run,
of which the record is a sample: drawn to the middle, because what stands out in a short record often does so since the
record lacks such years, and with the tails of Student's distribution, because a few years do not tell how years differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from smen.data.drought_classes import PERCENTILE_BELOW, DroughtClass
from smen.grid.bilinear import bilinear
from smen.indices.score_errors import coarse_variance, map_variance, unevenness
from smen.indices.season import season_of
from smen.indices.season_score import season_score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.indices.region_normals import Normals

    Field = NDArray[np.float64]

COMMON = 0.75
"""Correlation of the errors of the two estimates: both rest on the same retrieval, and miss what both do not see.
Chosen on one simulated world (measured there: .7 to .8), confirmed on others: `tests/benchmarks/bench_indices.py`."""

SEASONS_APART = 2
"""Seasons of a year that tell how years differ independently of each other: the errors of a climatology are drawn to
those of all seasons, so that n years tell more than n values would. Chosen on two simulated regions, confirmed on
others."""

MOST_FREEDOM = 1e4
"""Degrees of freedom above which Student's distribution is the normal one."""

INTERVAL = (0.05, 0.95)
"""Quantiles of the stated interval."""


@dataclass(frozen=True)
class PercentileEstimate:
    """Percentiles of one field, (H, W) each, NaN where there is none.

    Attributes:
        score: normal quantile of the percentile: 0 at the median, below where it is drier than usual.
        centre: of what the score is in the long run.
        variance: error variance of that.
        freedom: degrees of freedom that the variance is known with.
    """

    score: Field
    centre: Field
    variance: Field
    freedom: Field

    @property
    def percentile(self) -> NDArray[np.float32]:
        """Percentile, 0..100."""
        return np.asarray(100 * ndtr(self.score), np.float32)

    def interval(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the lower and the upper end of the 90 % interval of the percentile, 0..100."""
        low, high = (self.centre + stdtrit(self.freedom, share) * np.sqrt(self.variance) for share in INTERVAL)
        ends = np.minimum(low, self.score), np.maximum(high, self.score)
        below, above = (np.asarray(100 * ndtr(end), np.float32) for end in ends)
        return below, above

    def probability_of(self, least: DroughtClass) -> NDArray[np.float32]:
        """Return the probability of being in a drought class or a worse one, 0..1."""
        bound = ndtri(PERCENTILE_BELOW[least] / 100)
        return np.asarray(stdtr(self.freedom, (bound - self.centre) / np.sqrt(self.variance)), np.float32)


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
    cells = season_score(coarse, normals.moments.season(season_of(time)))
    of_coarse, around = (bilinear(f, normals.window, normals.grid).astype(np.float64) for f in (cells, coarse))
    uneven = unevenness(cells, normals.window, normals.grid)
    score, own = joined(
        of_map,
        map_variance(value, deviation, season, transfer, uneven),
        of_coarse,
        coarse_variance(around, season, transfer, uneven),
    )
    climate = season.mean_error + 2 * score * season.joint_error + score**2 * season.spread_error
    return in_the_long_run(score, own, np.maximum(climate, 0.0), season.years)


def in_the_long_run(score: Field, own: Field, climate: Field, years: Field) -> PercentileEstimate:
    """Return what a score of a record says of the long run.

    Args:
        score: of the record.
        own: error variance of it by the map and the coarse field.
        climate: error variance of it by the climatology, which rests on a sample of years.
        years: number of these.

    Returns:
        A score that is standard normal, seen with an error variance e, has the mean 1 / (1 + e) of what was seen and
        the variance e / (1 + e). The degrees of freedom are those of Satterthwaite (1946, Biometrics Bulletin 2,
        110-114) of a sum of two variances, of which that of the climatology is known from so many years.
    """
    drawn = 1 / (1 + climate)
    sampled = climate * drawn
    variance = own + sampled
    freedom = SEASONS_APART * np.maximum(years - 1, 1) * (variance / np.maximum(sampled, 1e-9)) ** 2
    return PercentileEstimate(score, score * drawn, variance, np.minimum(freedom, MOST_FREEDOM))


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
