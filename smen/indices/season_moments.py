"""What is usual in each season at the coarse cells: mean and variance of a record, and how sure they are.

Each season is described year by year, so that leaving out or repeating years (the bootstrap) needs sums alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.indices.piecewise import rising
from smen.indices.season import CENTRES, season_years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Stack = NDArray[np.float64]

DRAWS = 200
"""Bootstrap samples of the years."""

SEED = 1
"""Of the bootstrap: the same record gives the same normals."""

FEW_YEARS = 5
"""With fewer years than this the normals are called uncertain wherever they are shown."""

PROBABILITIES = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99])
"""Of the quantiles of a season: beyond them the beta distribution says how the tails go on."""

LEAST_VARIANCE = 1e-6
"""Least variance of a season, (m3/m3)^2: a cell that always shows the same is not infinitely sure."""

LEAST_STEP = 1e-4
"""Quantiles lie at least this far apart, m3/m3."""

PRIOR_YEARS = 8
"""The error of a season's normals at a cell is drawn to that of all seasons and cells of the region, which counts as
much as so many years more: a few years say little of how years differ, and the share of it in the variance of a season
hardly differs through the year. In two simulated regions the errors of ten years scattered by a third (standard
deviation over mean), less than the half that ten years alone let them scatter."""

LEAST_YEARS = 2
"""Fewer years say nothing of how years differ."""


@dataclass(frozen=True)
class SeasonMoments:
    """The record by season: S seasons in the order of `CENTRES`, R x C coarse cells.

    Attributes:
        mean: m3/m3, (S, R, C), NaN where a cell was seen in fewer than `LEAST_YEARS` years.
        variance: (m3/m3)^2, (S, R, C); of all years together, with what a short record lacks of it added.
        mean_error: variance of the mean as a share of `variance`, (S, R, C); this and both next drawn to those of all
            seasons and cells.
        spread_error: variance of the logarithm of the standard deviation, (S, R, C).
        joint_error: covariance of the mean, in standard deviations, and that logarithm, (S, R, C).
        years: number of years in each season at each cell, (S, R, C).
        quantiles: of the record at `PROBABILITIES`, (S, K, R, C), m3/m3, widened by what a short record lacks.
    """

    mean: Stack
    variance: Stack
    mean_error: Stack
    spread_error: Stack
    joint_error: Stack
    years: Stack
    quantiles: Stack

    def season(self, number: int) -> SeasonMoments:
        """Return the moments of one season, (R, C) each."""
        return SeasonMoments(**{f.name: getattr(self, f.name)[number] for f in fields(self)})

    @property
    def typical_years(self) -> int:
        """Number of years that most seasons of most cells have."""
        return int(np.median(self.years))


def season_moments(coarse: NDArray[np.floating], times: NDArray[np.datetime64]) -> SeasonMoments:
    """Describe a record by season.

    Args:
        coarse: soil moisture, (T, R, C), m3/m3, NaN where missing.
        times: of the fields, datetime64, (T,).

    Raises:
        DataError: fewer than `LEAST_YEARS` years were observed.
    """
    parts = []
    for centre in CENTRES:
        moments = _of_season(*_yearly_sums(coarse, times, int(centre)))
        inside, _ = season_years(times, int(centre))
        parts.append((*moments, _quantiles(coarse[inside], moments[2])))
    joined = [np.stack(part) for part in zip(*parts, strict=True)]
    if np.isfinite(joined[0]).any(axis=(1, 2)).mean() < 0.5:
        raise DataError(
            f"the coarse record has fewer than {LEAST_YEARS} years of most seasons: let indices.record_from be earlier "
            "or indices.record_until later"
        )
    mean, variance, *errors, years, quantiles = joined
    of_mean, of_spread, together = (_drawn_together(error, years) for error in errors)
    return SeasonMoments(mean, variance, of_mean, of_spread, together, years, quantiles)


def _drawn_together(error: Stack, years: Stack) -> Stack:
    """Draw errors by n years each, (S, R, C), to what all of them say, in proportion to 1 / n."""
    known = np.isfinite(error)
    if not known.any():
        return error
    common = (error[known] * years[known]).mean() / np.maximum(years, 1)
    own = (years - 1) / (years - 1 + PRIOR_YEARS)
    return np.asarray(own * error + (1 - own) * common, np.float64)


def _yearly_sums(
    coarse: NDArray[np.floating], times: NDArray[np.datetime64], centre: int
) -> tuple[Stack, Stack, Stack]:
    """Number, sum and sum of squares of a season in each year, (Y, R, C)."""
    inside, year = season_years(times, centre)
    values, year = coarse[inside].astype(np.float64), year[inside]
    valid = np.isfinite(values)
    values = np.where(valid, values, 0.0)
    sums = [
        (valid[year == y].sum(axis=0), values[year == y].sum(axis=0), (values[year == y] ** 2).sum(axis=0))
        for y in np.unique(year)
    ]
    if not sums:
        empty = np.zeros((0, *coarse.shape[1:]))
        return empty, empty, empty
    number, total, squares = (np.asarray(np.stack(part), np.float64) for part in zip(*sums, strict=True))
    return number, total, squares


def _of_season(number: Stack, total: Stack, squares: Stack) -> tuple[Stack, ...]:
    """Mean, variance, their errors by a bootstrap of years, and number of years, (R, C) each."""
    years = np.asarray((number > 0).sum(axis=0), np.float64)
    results = np.full((5, *years.shape), np.nan)
    enough = years >= LEAST_YEARS
    if not enough.any():
        return (*results, years)
    sums = [part[:, enough] for part in (number, total, squares)]
    mean, variance = (part[0] for part in _pooled(np.ones((1, len(number))), *sums))
    equal = np.full(len(number), 1 / len(number))
    weights = np.random.default_rng(SEED).multinomial(len(number), equal, DRAWS).astype(np.float64)
    means, variances = _pooled(weights, *sums)
    # A bootstrap of n years has n - 1 of n parts of the variance that samples of years have.
    more = years[enough] / (years[enough] - 1)
    of_mean = np.nanvar(means, axis=0) * more
    full = variance + of_mean  # the record's own variance lacks that of its mean
    shift = (means - mean) / np.sqrt(np.maximum(full, LEAST_VARIANCE))
    stretch = 0.5 * np.log(np.maximum(variances, LEAST_VARIANCE) / np.maximum(variance, LEAST_VARIANCE))
    together = (shift - np.nanmean(shift, axis=0)) * (stretch - np.nanmean(stretch, axis=0))
    of_spread, joint = np.nanvar(stretch, axis=0) * more, np.nanmean(together, axis=0) * more
    full = np.maximum(full, LEAST_VARIANCE)
    for result, part in zip(results, (mean, full, of_mean / full, of_spread, joint), strict=True):
        result[enough] = part
    return (*results, years)


def _quantiles(values: NDArray[np.floating], mean_error: Stack) -> Stack:
    """Quantiles of a season of all years, (K, R, C), the wider about the median the less sure the mean is."""
    result = np.full((len(PROBABILITIES), *mean_error.shape), np.nan)
    known = np.isfinite(mean_error)
    if known.any():
        own = rising(np.nanquantile(values[:, known].astype(np.float64), PROBABILITIES, axis=0), LEAST_STEP)
        middle = own[len(own) // 2]
        result[:, known] = middle + (own - middle) / np.sqrt(1 - np.minimum(mean_error[known], 0.9))
    return result


def _pooled(weights: Stack, number: Stack, total: Stack, squares: Stack) -> tuple[Stack, Stack]:
    """Mean and variance of all years together, for B weightings (B, Y) of the years, of (Y, n), (B, n) each."""
    count, first, second = (weights @ part for part in (number, total, squares))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, first / count, np.nan)
        return mean, np.maximum(second / count - mean**2, 0.0)
