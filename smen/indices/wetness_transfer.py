"""How each 3 km cell follows the coarse field: which values belong together, quantile by quantile.

The maps are held against the coarse fields of the same overpasses, so that both have seen the same weather. Where a
cell is dry and where it is wet it may follow the coarse field more or less steeply: the learnt pattern depends on
wetness, and with it the climatology that a long coarse record is moved to the cell with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.grid.bilinear import bilinear
from smen.indices.piecewise import piecewise, rising

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window

    Field = NDArray[np.float64]

LEVELS = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
"""Quantiles that are held against each other."""

SHAPE_WEIGHT = 0.5
"""Weight of each quantile's own departure from a straight line; the rest is of the line, because overpasses are few."""

LEAST_OVERPASSES = 20
"""A cell with fewer maps than this has no indices: its quantiles are not known."""

LEAST_PASSING = 0.05
"""Share of a map's stated variance, at least, that is of the overpass alone."""

LEAST_STEP = 1e-3
"""Two neighbouring quantiles lie at least this far apart, m3/m3, so that the transfer can be turned around."""


@dataclass(frozen=True)
class WetnessTransfer:
    """Values of 3 km cells and of the coarse field that belong together.

    Attributes:
        fine: soil moisture of the cells at `LEVELS`, rising, (K, H, W), m3/m3, NaN where not known.
        coarse: of the coarse field, interpolated to the cells, (K, H, W), m3/m3.
        agreement: correlation over time of the true soil moisture of a cell with the coarse field, (H, W).
        staying: variance of that part of the maps' error that stays from map to map, (H, W), (m3/m3)^2. It shifts
            the maps and their climatology alike, so that it is no error of an anomaly or a percentile.
    """

    fine: Field
    coarse: Field
    agreement: Field
    staying: Field

    @classmethod
    def fit(
        cls,
        maps: NDArray[np.floating],
        deviation: NDArray[np.floating] | None,
        coarse: NDArray[np.floating],
        staying: NDArray[np.floating],
        window: Window,
        grid: Grid,
    ) -> WetnessTransfer:
        """Learn from maps and the coarse fields of their overpasses.

        Args:
            maps: n maps, (n, H, W), m3/m3, NaN where missing.
            deviation: their standard deviation, (n, H, W), m3/m3; None: not known, taken as 0.
            coarse: the coarse fields, (n, R, C), m3/m3, NaN where missing.
            staying: variance of the error that stays, (H, W), (m3/m3)^2.
            window: of the maps.
            grid: of the coarse cells.

        Raises:
            DataError: no cell has enough maps.
        """
        around = bilinear(coarse, window, grid)
        both = np.isfinite(maps) & np.isfinite(around)
        known = both.sum(axis=0) >= LEAST_OVERPASSES
        if not known.any():
            raise DataError(
                f"no cell has {LEAST_OVERPASSES} maps with a coarse value in the training period: let it be longer"
            )
        fine, field = np.where(both, maps, np.nan)[:, known], np.where(both, around, np.nan)[:, known]
        passing = np.zeros(int(known.sum()))
        if deviation is not None:
            passing = np.nanmean(passing_variance(np.where(both, deviation, np.nan), staying)[:, known], axis=0)
        true_variance = np.nanvar(fine, axis=0) + passing
        mean = np.nanmean(fine, axis=0)
        # A map is smoother than the truth: its variance lacks that of its error, which the truth has as well.
        fine = mean + (fine - mean) * np.sqrt(true_variance / np.maximum(np.nanvar(fine, axis=0), 1e-8))
        together = np.nanmean((np.where(both, maps, np.nan)[:, known] - mean) * (field - np.nanmean(field, 0)), axis=0)
        agreement = together / np.sqrt(np.maximum(true_variance * np.nanvar(field, axis=0), 1e-12))
        pair = _straightened(_quantiles(fine), _quantiles(field))
        stacks = [np.full((len(LEVELS), *window.shape), np.nan) for _ in pair]
        for stack, values in zip(stacks, pair, strict=True):
            stack[:, known] = values
        full = np.full(window.shape, np.nan)
        full[known] = np.clip(agreement, 0.0, 0.99)
        return cls(stacks[0], stacks[1], full, np.asarray(staying, np.float64))

    @property
    def gain(self) -> Field:
        """Change of the coarse field for a change of the cell, over all quantiles, (H, W)."""
        return np.asarray((self.coarse[-1] - self.coarse[0]) / (self.fine[-1] - self.fine[0]), np.float64)

    def to_coarse(self, value: NDArray[np.floating]) -> Field:
        """Return the coarse value that is as unusual as a value of the cell, (H, W), m3/m3; values (H, W)."""
        return piecewise(value, self.fine, self.coarse)

    def to_fine(self, value: NDArray[np.floating]) -> Field:
        """Return the value of the cell that is as unusual as a coarse value, (H, W), m3/m3; values (H, W)."""
        return piecewise(value, self.coarse, self.fine)


def passing_variance(deviation: NDArray[np.floating], staying: NDArray[np.floating]) -> Field:
    """Return the variance of that part of a map's error that is of its overpass, (..., H, W), (m3/m3)^2.

    Args:
        deviation: stated standard deviation, (..., H, W), m3/m3.
        staying: variance of the part that stays, (H, W), (m3/m3)^2.
    """
    stated = np.asarray(deviation, np.float64) ** 2
    return np.asarray(np.maximum(stated - staying, LEAST_PASSING * stated), np.float64)


def _quantiles(values: Field) -> Field:
    """Quantiles at `LEVELS` of (n, cells), NaN left out, (K, cells)."""
    ordered = np.sort(values, axis=0)  # NaN last
    place = LEVELS[:, None] * (np.isfinite(values).sum(axis=0) - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, (np.isfinite(values).sum(axis=0) - 1)[None])
    cells = np.arange(values.shape[1])
    share = place - low
    return np.asarray((1 - share) * ordered[low, cells] + share * ordered[high, cells], np.float64)


def _straightened(fine: Field, coarse: Field) -> tuple[Field, Field]:
    """Draw quantiles of the cells to a straight line in those of the coarse field, and let both rise."""
    coarse = rising(coarse, LEAST_STEP)
    centre, middle = coarse.mean(axis=0), fine.mean(axis=0)
    slope = ((fine - middle) * (coarse - centre)).sum(axis=0) / ((coarse - centre) ** 2).sum(axis=0)
    line = middle + slope * (coarse - centre)
    return rising(line + SHAPE_WEIGHT * (fine - line), LEAST_STEP), coarse
