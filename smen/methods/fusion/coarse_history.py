"""What the coarse field has told up to an overpass: causal averages of several memories, smoothly interpolated.

It works on the coarse cells themselves, which are few. Every average of a time t uses overpasses up
to t alone, those of the other direction after correction for the mean difference between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.grid.bilinear import bilinear
from smen.methods import directions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields
    from smen.grid import Grid, Window

MEMORIES = (0.0, 1.0, 2.0, 4.0, 10.0, 30.0)
"""Time constants of the averages, days: a ladder from no filter to a season; what each is worth is learnt."""

BASE = 1
"""Which of them the residuals are taken against."""

LEAST_KNOWN = 100
"""Values of coarse cells from which their spread says something of a region."""

NEAR = np.timedelta64(3, "D")
"""Overpasses of both directions within this time are a pair: soil moisture changes little meanwhile, on average."""


@dataclass(frozen=True)
class CoarseHistory:
    """The coarse history of a region.

    Attributes:
        window: the region.
        grid: of the coarse cells.
        cells: as observed, float64 (T, R, C), NaN where missing, m3/m3.
        averages: causal averages by memory, float32 (memories, T, R, C), NaN where nothing was ever seen.
        offset: descending minus ascending, (R, C), m3/m3.
    """

    window: Window
    grid: Grid
    cells: NDArray[np.float64]
    averages: NDArray[np.float32]
    offset: NDArray[np.float64]

    @classmethod
    def of(cls, fields: Fields, offset: NDArray[np.float64]) -> CoarseHistory:
        """From a region's coarse fields and the bias between the directions."""
        cells = fields.coarse.astype(np.float64)
        sign = np.where(fields.coarse_descending, 0.5, -0.5)[:, None, None]
        averages = _averages(cells - sign * offset, _days(fields.coarse_time)) + (sign * offset)[None]
        return cls(fields.window, fields.coarse_grid, cells, averages.astype(np.float32), offset)

    def spread_out(self, cells: NDArray[np.floating]) -> NDArray[np.float32]:
        """Bilinear interpolation of coarse cells (..., R, C) at the window's cells, (..., H, W), NaN beyond reach."""
        return bilinear(cells, self.window, self.grid)

    def bend(self, cells: NDArray[np.floating]) -> NDArray[np.float32]:
        """How far each coarse cell of (..., R, C) stands out from its four neighbours, interpolated, (..., H, W).

        A radiometer's footprint is wider than its cell: what a cell stands out by has been blurred away in part.
        Missing cells take part as the mean of the others, and where all are missing everything is 0.
        """
        valid = np.isfinite(cells)
        number = np.maximum(valid.sum(axis=(-2, -1), keepdims=True), 1)
        mean = np.where(valid, cells, 0).sum(axis=(-2, -1), keepdims=True) / number
        around = np.pad(np.where(valid, cells, mean), [(0, 0)] * (cells.ndim - 2) + [(1, 1)] * 2, mode="edge")
        neighbours = (
            around[..., :-2, 1:-1] + around[..., 2:, 1:-1] + around[..., 1:-1, :-2] + around[..., 1:-1, 2:]
        ) / 4
        return self.spread_out(around[..., 1:-1, 1:-1] - neighbours)

    def step(self, cells: NDArray[np.floating]) -> NDArray[np.float32]:
        """Each coarse cell's own value less the interpolated one, (..., H, W): 0 where either is missing."""
        blocks = self.window.expand(cells, self.grid)
        return np.asarray(np.nan_to_num(blocks - self.spread_out(cells)), np.float32)

    def variability(self, until: int) -> float:
        """Standard deviation of the coarse cells over space and time up to an overpass, m3/m3; NaN before any value."""
        known = self.cells[: until + 1]
        known = known[np.isfinite(known)]
        return float(known.std()) if known.size >= LEAST_KNOWN else float("nan")


def direction_bias(fields: Fields, until: np.datetime64) -> NDArray[np.float64]:
    """Mean of descending minus ascending overpasses at each coarse cell, drawn to 0 where pairs are few, (R, C).

    Args:
        fields: the region's arrays.
        until: later overpasses take no part.
    """
    pairs = directions.pairs_within(fields.coarse_time, fields.coarse_descending, NEAR, until)
    return directions.direction_bias(fields.coarse.astype(np.float64), fields.coarse_descending, pairs)


def _averages(cells: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponentially weighted causal means (memories, T, R, C): the recursive filter of Albergel et al. 2008."""
    result = np.empty((len(MEMORIES), *cells.shape))
    for k, memory in enumerate(MEMORIES):
        total, weight = np.zeros(cells.shape[1:]), np.zeros(cells.shape[1:])
        value = np.full(cells.shape[1:], np.nan)
        for i, field in enumerate(cells):
            valid = np.isfinite(field)
            if memory == 0:
                value = np.where(valid, field, value)
            else:
                fade = np.exp(-(days[i] - days[i - 1]) / memory) if i else 0.0
                total = total * fade + np.where(valid, field, 0)
                weight = weight * fade + valid
                # Where all has faded away the last value stands: nothing newer is known.
                value = np.where(weight > 1e-6, total / np.maximum(weight, 1e-6), value)
            result[k, i] = value
    return result


def _days(time: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Times as days since the epoch."""
    return np.asarray(time.astype("datetime64[s]").astype(np.int64) / 86400, np.float64)
