"""The coarse field around an overpass: averages with several time constants, bilinearly interpolated.

It works on the coarse cells themselves, which are few. Causal averages of a time t use overpasses up to t alone,
two-sided ones those after it as well; those of the other direction count after correction for the mean difference
between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.coarse_tiers import days_of, half_bias
from smen.data.samples import LOOK_AHEAD
from smen.grid.bilinear import bilinear
from smen.methods import directions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields
    from smen.grid import Grid, Window
    from smen.methods.fusion.coarse_completion import CoarseCompletion, CompletedCoarse

TIME_CONSTANTS_DAYS = (0.0, 1.0, 2.0, 4.0, 10.0, 30.0)
"""Time constants of the averages, from no filter to a season; the regression weighs them."""

BASE = 1
"""Index of the time constant whose average the residuals are taken against."""

LOOK_AHEAD_DAYS = float(LOOK_AHEAD / np.timedelta64(1, "D"))

LONGEST = 10.0
"""Time constants after which a later overpass does not count any more: its weight is 5e-5."""

MINIMUM_VALUES = 100
"""Fewest values of coarse cells whose standard deviation is taken for that of a region."""

LEAST_WEIGHT = 1e-6
"""Sum of weights below which an average has none left, and the nearest value in time stands for it."""

PAIR_WITHIN = np.timedelta64(3, "D")
"""Overpasses of both directions within this time are a pair: soil moisture changes little meanwhile, on average."""


@dataclass(frozen=True)
class CoarseHistory:
    """The coarse history of a region.

    Attributes:
        window: the region.
        grid: of the coarse cells.
        cells: as observed, float64 (T, R, C), NaN where missing, m3/m3.
        averages: averages by time constant, float32 (K, T, R, C), NaN before the first value of a cell, m3/m3.
        direction_bias: mean of descending minus ascending overpasses, (R, C), m3/m3.
        completed: cells without holes, from which the averages are made; or None: they are made of `cells`.
    """

    window: Window
    grid: Grid
    cells: NDArray[np.float64]
    averages: NDArray[np.float32]
    direction_bias: NDArray[np.float64]
    completed: CompletedCoarse | None = None

    @classmethod
    def of(
        cls,
        fields: Fields,
        bias: NDArray[np.float64],
        completion: CoarseCompletion | None = None,
        *,
        two_sided: bool = False,
        completed: CompletedCoarse | None = None,
    ) -> CoarseHistory:
        """Average a region's coarse fields.

        The averages are those of the mean direction, half of the bias put back by each overpass's own.

        Args:
            fields: the region's arrays.
            bias: mean of descending minus ascending overpasses, (R, C), m3/m3.
            completion: of cells without a recommended retrieval; None: they keep the last one that they had.
            two_sided: whether overpasses after each one count as those before it, for retrospective maps.
            completed: what the completion gave already, so that it need not be done again.
        """
        if completed is None and completion is not None:
            completed = completion.complete(fields, bias)
        cells = fields.coarse.astype(np.float64)
        whole = cells if completed is None else completed.cells
        half = half_bias(fields, bias)
        average = _two_sided_averages if two_sided else _averages
        averages = average(whole - half, days_of(fields.coarse_time)) + half
        return cls(fields.window, fields.coarse_grid, cells, averages.astype(np.float32), bias, completed)

    def bilinear(self, cells: NDArray[np.floating]) -> NDArray[np.float32]:
        """Interpolate coarse cells (..., R, C) at the window's cells, float32 (..., H, W), NaN far from valid ones."""
        return bilinear(cells, self.window, self.grid)

    def laplacian(self, cells: NDArray[np.floating]) -> NDArray[np.float32]:
        """Interpolate the difference of each coarse cell (..., R, C) from its four neighbours' mean, (..., H, W).

        A radiometer's footprint is wider than its cell, which blurs part of this contrast away. Missing cells take
        part as the mean of the others, and where all are missing the result is 0.
        """
        valid = np.isfinite(cells)
        number = np.maximum(valid.sum(axis=(-2, -1), keepdims=True), 1)
        mean = np.where(valid, cells, 0).sum(axis=(-2, -1), keepdims=True) / number
        around = np.pad(np.where(valid, cells, mean), [(0, 0)] * (cells.ndim - 2) + [(1, 1)] * 2, mode="edge")
        neighbours = (
            around[..., :-2, 1:-1] + around[..., 2:, 1:-1] + around[..., 1:-1, :-2] + around[..., 1:-1, 2:]
        ) / 4
        return self.bilinear(around[..., 1:-1, 1:-1] - neighbours)

    def cell_minus_bilinear(self, cells: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return each coarse cell's own value less the interpolated one, (..., H, W): 0 where either is missing."""
        own = self.window.expand(cells, self.grid)
        return np.asarray(np.nan_to_num(own - self.bilinear(cells)), np.float32)

    def variability(self, until: int) -> float:
        """Standard deviation of the coarse cells over space and time up to an overpass, m3/m3; NaN of few values."""
        cells = self.cells[: until + 1]
        values = cells[np.isfinite(cells)]
        return float(values.std()) if values.size >= MINIMUM_VALUES else float("nan")


def direction_bias(fields: Fields, until: np.datetime64) -> NDArray[np.float64]:
    """Estimate the mean of descending minus ascending overpasses at each coarse cell, drawn to 0 where pairs are few.

    Args:
        fields: the region's arrays.
        until: later overpasses take no part.

    Returns:
        float64 (R, C), m3/m3.
    """
    pairs = directions.pairs_within(fields.coarse_time, fields.coarse_descending, PAIR_WITHIN, until)
    return directions.direction_bias(fields.coarse.astype(np.float64), fields.coarse_descending, pairs)


def _averages(cells: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponentially weighted causal means (K, T, R, C): the recursive filter of Albergel et al. 2008.

    Where all weights have decayed the last mean stays: there is none newer.
    """
    result = np.empty((len(TIME_CONSTANTS_DAYS), *cells.shape))
    for k, time_constant in enumerate(TIME_CONSTANTS_DAYS):
        means = cells
        if time_constant > 0:
            total, weight = _sums(cells, days, time_constant)
            means = np.where(weight > LEAST_WEIGHT, total / np.maximum(weight, LEAST_WEIGHT), np.nan)
        result[k] = _nearest(means, days)[0]
    return result


def _two_sided_averages(cells: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponentially weighted means (K, T, R, C) over overpasses before and after each; own value has weight 1.

    Those after it count within `LOOK_AHEAD` and `LONGEST` time constants, so that a mean is settled then. With a time
    constant of 0 a missing value is interpolated in time between the last and the next one.
    """
    result = np.empty((len(TIME_CONSTANTS_DAYS), *cells.shape))
    before, after = _nearest(cells, days), tuple(part[::-1] for part in _nearest(cells[::-1], -days[::-1]))
    soon = after[1] <= LOOK_AHEAD_DAYS
    both = np.isfinite(before[1]) & soon
    share = np.divide(before[1], np.maximum(before[1] + after[1], 1e-9), out=np.zeros_like(before[1]), where=both)
    one_sided = np.where(soon, after[0], before[0])
    between = np.where(both, before[0] * (1 - share) + after[0] * share, one_sided)
    for k, time_constant in enumerate(TIME_CONSTANTS_DAYS):
        if time_constant == 0:
            result[k] = np.where(np.isfinite(cells), cells, between)
            continue
        earlier = _sums(cells, days, time_constant)
        later = _later_sums(cells, days, time_constant, min(LOOK_AHEAD_DAYS, LONGEST * time_constant))
        total, weight = earlier[0] + later[0], earlier[1] + later[1]
        result[k] = np.where(weight > LEAST_WEIGHT, total / np.maximum(weight, LEAST_WEIGHT), between)
    return result


def _later_sums(
    cells: NDArray[np.float64], days: NDArray[np.float64], time_constant: float, within: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of values and of weights after each time, (T, R, C), decaying with the days until then, `within` at most.

    They are added up in the order of time for each overpass by itself, so that what comes later changes no bit of them.
    """
    totals, weights = np.zeros_like(cells), np.zeros_like(cells)
    valid, values = np.isfinite(cells), np.nan_to_num(cells)
    for step in range(1, len(days)):
        gap = days[step:] - days[:-step]
        near = gap <= within
        if not near.any():
            break
        decay = np.where(near, np.exp(-gap / time_constant), 0.0)[:, None, None]
        totals[:-step] += decay * values[step:]
        weights[:-step] += decay * valid[step:]
    return totals, weights


def _sums(
    cells: NDArray[np.float64], days: NDArray[np.float64], time_constant: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of values and of weights up to each time, (T, R, C), decaying with the time since each value."""
    totals, weights = np.empty_like(cells), np.empty_like(cells)
    total, weight = np.zeros(cells.shape[1:]), np.zeros(cells.shape[1:])
    for i, field in enumerate(cells):
        decay = np.exp(-(days[i] - days[i - 1]) / time_constant) if i else 0.0
        valid = np.isfinite(field)
        total = total * decay + np.where(valid, field, 0)
        weight = weight * decay + valid
        totals[i], weights[i] = total, weight
    return totals, weights


def _nearest(cells: NDArray[np.float64], days: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The last valid value up to each time, and days since then: NaN and infinite where there is none, (T, R, C)."""
    values, since = np.empty_like(cells), np.empty_like(cells)
    value, day = np.full(cells.shape[1:], np.nan), np.full(cells.shape[1:], -np.inf)
    for i, field in enumerate(cells):
        valid = np.isfinite(field)
        value, day = np.where(valid, field, value), np.where(valid, days[i], day)
        values[i], since[i] = value, days[i] - day
    return values, since
