"""Maps conditioned on probes in the ground: the estimate at all cells, given what some stations measured.

Simple kriging of the map's error, whose covariance between cells follows from `smen.data.error_correlation`: a probe
says the cell's value but for its own bias and its representativeness error. The conditional mean and variance are
those of a normal distribution (e.g. Cressie 1993, "Statistics for Spatial Data", sect. 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from smen.errors import DataError
from smen.validation.station_bootstrap import RESAMPLES, draw, mean_over_stations, percentile_interval
from smen.validation.weighted_moments import DateSums

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from smen.data.error_correlation import ErrorCorrelation

    Array = NDArray[np.float64]

PRIOR_BIAS = 0.05
"""Standard deviation of a probe's offset from its cell's mean before anything is known, m3/m3: that of soil moisture
within an area grew from 0.036 at 2.5 m to 0.071 at 50 km (Famiglietti et al. 2008, Water Resour. Res. 44, W01423)."""

ALIKE = 5.0
"""Overpasses that count as one independent value of a probe's offset: errors last some days."""

_LEAST_VARIANCE = 1e-8
"""Variance that probes at least err by, (m3/m3)^2: keeps the equations regular."""

WHOLE = -1
"""Number of the row about all stations."""


@dataclass(frozen=True)
class Probes:
    """What probes say at one time.

    Attributes:
        row: of their cells in the window's arrays, (n,).
        column: likewise.
        value: soil moisture, m3/m3, (n,), NaN where a probe has none at that time.
        bias: of each probe against its cell, m3/m3, (n,): it is subtracted.
        bias_deviation: standard deviation of what is not known of the bias, m3/m3, (n,).
        representativeness: standard deviation of the rest of the difference between probe and cell, m3/m3, (n,).

    Raises:
        DataError: the arrays have different lengths, or a deviation is negative.
    """

    row: NDArray[np.integer]
    column: NDArray[np.integer]
    value: NDArray[np.floating]
    bias: NDArray[np.floating]
    bias_deviation: NDArray[np.floating]
    representativeness: NDArray[np.floating]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together."""
        lengths = {len(a) for a in (self.row, self.column, self.value, self.bias)}
        if len(lengths | {len(self.bias_deviation), len(self.representativeness)}) > 1:
            raise DataError("each probe needs a cell, a value, a bias and its errors")
        if (self.bias_deviation < 0).any() or (self.representativeness < 0).any():
            raise DataError("a probe's error cannot be negative: give standard deviations in m3/m3")


def condition_on_stations(
    mean: NDArray[np.floating], deviation: NDArray[np.floating], correlation: ErrorCorrelation, probes: Probes
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Condition one map on probes.

    Args:
        mean: the map, m3/m3, (H, W), NaN where there is none.
        deviation: its stated standard deviation, m3/m3, (H, W).
        correlation: of the map's errors.
        probes: what they say at the map's time; those without a value or on a cell without a map do not count.

    Returns:
        The conditioned map within the bounds of soil moisture, and its standard deviation, float32 (H, W) each.
    """
    at = mean[probes.row, probes.column]
    use = np.isfinite(at) & np.isfinite(probes.value) & np.isfinite(deviation[probes.row, probes.column])
    if not use.any():
        return mean.astype(np.float32), deviation.astype(np.float32)
    row, column = probes.row[use].astype(np.int64), probes.column[use].astype(np.int64)
    noise = (probes.bias_deviation[use] ** 2 + probes.representativeness[use] ** 2).astype(np.float64)
    innovation = (probes.value[use] - probes.bias[use] - at[use]).astype(np.float64)
    rows, columns = (a.ravel() for a in np.indices(mean.shape))
    amplitudes = correlation.amplitudes(deviation).reshape(-1, mean.size)
    of_probes = amplitudes[:, row * mean.shape[1] + column]
    across = _covariance(correlation, amplitudes, (rows, columns), of_probes, (row, column))
    gain = _gain(correlation, of_probes, (row, column), noise, across)
    conditioned = mean.ravel() + gain @ innovation
    variance = deviation.ravel().astype(np.float64) ** 2 - (gain * across).sum(axis=1)
    low, high = correlation.bounds
    clipped = np.clip(conditioned, low, high).astype(np.float32).reshape(mean.shape)
    return clipped, np.sqrt(np.maximum(variance, 0.0)).astype(np.float32).reshape(mean.shape)


def probe_bias(
    value: NDArray[np.floating],
    estimate: NDArray[np.floating],
    deviation: NDArray[np.floating],
    prior: float = PRIOR_BIAS,
) -> tuple[Array, Array]:
    """Estimate the bias of each probe from the overpasses before each one.

    The posterior of a normal mean: differences from the map weigh by the map's stated variance, and `ALIKE` of them
    count as one. Nothing at or after an overpass enters its bias.

    Args:
        value: of the probes, m3/m3, (T, n), NaN where missing, by rising time.
        estimate: the map at their cells, (T, n).
        deviation: stated by the map there, (T, n).
        prior: standard deviation of the bias before anything is known, m3/m3.

    Returns:
        Bias and its standard deviation at each overpass, m3/m3, (T, n) each: 0 and the prior at the first.
    """
    difference = np.asarray(value, np.float64) - estimate
    valid = np.isfinite(difference) & np.isfinite(deviation)
    weight = np.where(valid, 1 / (ALIKE * np.maximum(np.asarray(deviation, np.float64) ** 2, _LEAST_VARIANCE)), 0.0)
    sums = np.cumsum(weight, axis=0), np.cumsum(weight * np.where(valid, difference, 0.0), axis=0)
    before = [np.vstack([np.zeros((1, s.shape[1])), s[:-1]]) for s in sums]
    precision = before[0] + 1 / prior**2
    return before[1] / precision, 1 / np.sqrt(precision)


def leave_one_station_out(
    value: NDArray[np.floating],
    mean: NDArray[np.floating],
    deviation: NDArray[np.floating],
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    correlation: ErrorCorrelation,
    representativeness: float,
    bias: tuple[NDArray[np.floating], NDArray[np.floating]] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Judge the conditioning at stations that it did not see.

    Args:
        value: of the stations, m3/m3, (T, n), NaN where missing.
        mean: the map at their cells, (T, n), NaN where missing.
        deviation: stated by the map there, (T, n).
        rows: of their cells, (n,).
        columns: likewise.
        correlation: of the map's errors.
        representativeness: standard deviation of a station's difference from its cell, m3/m3.
        bias: of each station and its standard deviation, (T, n) each, as by `probe_bias`; None: not known, 0 and
            `PRIOR_BIAS`.
        resamples: bootstrap samples over dates and stations.
        seed: of the random draws.
        level: of the intervals.

    Returns:
        Columns station (index; `WHOLE` for the mean over all), n, rmsd_before, rmsd_after, ubrmsd_before, ubrmsd_after,
        gain (ubRMSD before minus after, m3/m3), low, high. Stations without two values are left out.
    """
    import pandas as pd

    after = _left_out(value, mean, deviation, rows, columns, correlation, representativeness, bias)
    date, station = np.nonzero(np.isfinite(value) & np.isfinite(after))
    number = np.bincount(station, minlength=value.shape[1])
    kept = np.flatnonzero(number >= 2)
    names = ["station", "n", "rmsd_before", "rmsd_after", "ubrmsd_before", "ubrmsd_after", "gain", "low", "high"]
    if not kept.size:
        return pd.DataFrame(columns=names)
    use = np.isin(station, kept)
    date, station = date[use], station[use]
    point, shape = np.searchsorted(kept, station), (len(kept), len(value))
    y = value[date, station].astype(np.float64)
    sums = [DateSums.of_pairs(point, date, x[date, station].astype(np.float64), y, shape) for x in (mean, after)]
    whole = [s.whole() for s in sums]
    draws = draw(len(value), len(kept), resamples, seed)
    resampled = [s.resampled(draws.dates).ubrmsd for s in sums]
    gains, samples = (whole[0].ubrmsd - whole[1].ubrmsd)[0], resampled[0] - resampled[1]
    scores = np.array([*(w.rmsd[0] for w in whole), *(w.ubrmsd[0] for w in whole), gains])
    table = [
        (int(k), int(number[k]), *scores[:, i].tolist(), *percentile_interval(samples[:, i], level))
        for i, k in enumerate(kept)
    ]
    ends = percentile_interval(mean_over_stations(samples, draws.stations), level)
    table.append((WHOLE, int(number[kept].sum()), *scores.mean(axis=1).tolist(), *ends))
    return pd.DataFrame(table, columns=names)


def _left_out(
    value: NDArray[np.floating],
    mean: NDArray[np.floating],
    deviation: NDArray[np.floating],
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    correlation: ErrorCorrelation,
    representativeness: float,
    bias: tuple[NDArray[np.floating], NDArray[np.floating]] | None,
) -> Array:
    """The map at each station's cell conditioned on the other stations, (T, n)."""
    offset, unknown = (np.zeros(value.shape), np.full(value.shape, PRIOR_BIAS)) if bias is None else bias
    after = np.array(mean, np.float64)
    place = rows.astype(np.int64), columns.astype(np.int64)
    for t in range(len(value)):
        there = np.isfinite(mean[t]) & np.isfinite(deviation[t])
        amplitudes = correlation.amplitudes(np.where(there, deviation[t], np.nan), place)
        covariance = _covariance(correlation, amplitudes, place, amplitudes, place)
        noise = np.maximum(unknown[t] ** 2 + representativeness**2, _LEAST_VARIANCE)
        innovation = value[t] - offset[t] - mean[t]
        for left in np.flatnonzero(there):
            others = np.flatnonzero(there & np.isfinite(innovation) & (np.arange(len(rows)) != left))
            if others.size:
                system = covariance[np.ix_(others, others)] + np.diag(noise[others])
                after[t, left] += covariance[left, others] @ cho_solve(cho_factor(system), innovation[others])
    return np.where(np.isfinite(after), np.clip(after, *correlation.bounds), np.nan)


def _gain(
    correlation: ErrorCorrelation,
    amplitudes: Array,
    place: tuple[NDArray[np.int64], NDArray[np.int64]],
    noise: Array,
    across: Array,
) -> Array:
    """Weights of the probes at cells whose covariances with them are `across`, (N, n)."""
    system = _covariance(correlation, amplitudes, place, amplitudes, place)
    system[np.diag_indices_from(system)] += np.maximum(noise, _LEAST_VARIANCE)
    return np.asarray(cho_solve(cho_factor(system), across.T).T, np.float64)


def _covariance(
    correlation: ErrorCorrelation,
    first: Array,
    first_place: tuple[NDArray[np.integer], NDArray[np.integer]],
    second: Array,
    second_place: tuple[NDArray[np.integer], NDArray[np.integer]],
) -> Array:
    """Covariance of the map's errors between cells, (N, n), from the amplitudes of its parts, (6, N) and (6, n)."""
    down, across = (a.astype(np.float64)[:, None] - b for a, b in zip(first_place, second_place, strict=True))
    distance = np.hypot(down, across)
    total = np.zeros(distance.shape)
    for of_first, of_second, model in zip(first, second, correlation.correlations, strict=True):
        total += of_first[:, None] * of_second * model(distance)
    return total
