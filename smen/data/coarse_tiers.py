"""The two tiers of coarse retrievals: recommended ones, and those that are not, with what made them so.

SMAP marks a retrieval as not recommended where something on the ground disturbs it. What that is lasts (water, forest,
mountains, towns) or passes (rain, frost, snow); its error differs accordingly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter

from smen.data.quality import QualityCode, flagged
from smen.grid import M36
from smen.products.conventions import FLAG_FILL
from smen.products.flags import SurfaceFlag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields
    from smen.grid import Grid

    Stack = NDArray[np.float64]

POSSIBLE = (0.0, 0.6)
"""Soil moisture that can be, m3/m3: hardly any mineral soil has more pores (Cosby et al. 1984, Water Resour. Res. 20,
682-690: means of .34 to .47 by texture, standard deviations up to .1)."""

AROUND, SKIPPED_SHARE = 5, 0.3
"""Side of the square around a cell, in cells of 36 km, and the share of its cells with frost or snow that SMAP skipped,
above which frost is deep: the more of a cell is frozen, the drier its retrieval; from a half on it is skipped."""


class Cause(IntEnum):
    """What makes a retrieval not recommended; where several hold, the last of this order."""

    SURFACE = 0
    RAIN = 1
    FROST = 2
    DEEP_FROST = 3


def causes_of(flag: NDArray[np.uint16], retrieved: NDArray[np.bool_], around: int = AROUND) -> NDArray[np.int8]:
    """Return the cause by the surface flag, int8 (T, R, C); `Cause.SURFACE` where it tells of no weather.

    Args:
        flag: bits of the coarse product's surface flag, (T, R, C), 65534 where there is none.
        retrieved: where there is a retrieval of either tier, (T, R, C).
        around: side of the square around a cell that tells whether frost is deep, in the product's cells.
    """
    rain = ((flag & np.uint16(SurfaceFlag.PRECIPITATION)) != 0) & (flag != FLAG_FILL)
    frost = flagged(flag, QualityCode.FROZEN) | flagged(flag, QualityCode.SNOW)
    size = (1, around, around)
    frozen, skipped = (uniform_filter(where.astype(np.float64), size) for where in (frost, frost & ~retrieved))
    deep = frost & (skipped > SKIPPED_SHARE * frozen)
    causes = np.where(frost, Cause.FROST, np.where(rain, Cause.RAIN, Cause.SURFACE))
    return np.where(deep, Cause.DEEP_FROST, causes).astype(np.int8)


def second_tier(fields: Fields) -> Stack:
    """Return the retrievals of the second tier, float64 (T, R, C), m3/m3, NaN elsewhere.

    Values that no soil can have are left out: such retrievals have failed, whatever their flag says.

    Args:
        fields: the region's arrays.
    """
    if fields.coarse_not_recommended is None:
        return np.full(fields.coarse.shape, np.nan)
    values = fields.coarse_not_recommended.astype(np.float64)
    possible = (values >= POSSIBLE[0]) & (values <= POSSIBLE[1]) & ~np.isfinite(fields.coarse)
    return np.where(possible, values, np.nan)


@dataclass(frozen=True)
class CoarseTiers:
    """Retrievals of T overpasses on R x C coarse cells, as the mean of both directions would have them.

    Attributes:
        recommended: float64 (T, R, C), m3/m3, NaN elsewhere.
        second: those of the second tier, float64 (T, R, C), m3/m3, NaN elsewhere.
        cause: what makes or would make a retrieval not recommended, int8 (T, R, C).
        missing: cells under the swath without a recommended retrieval, bool (T, R, C).
        days: times of the overpasses, days since the epoch, (T,).
    """

    recommended: Stack
    second: Stack
    cause: NDArray[np.int8]
    missing: NDArray[np.bool_]
    days: NDArray[np.float64]

    @classmethod
    def of(cls, fields: Fields, direction_bias: Stack, until: np.datetime64 | None = None) -> CoarseTiers:
        """Take both tiers from a region's fields.

        Args:
            fields: the region's arrays.
            direction_bias: mean of descending minus ascending overpasses, (R, C), m3/m3.
            until: later overpasses are left out; None: none is.
        """
        rows = slice(None) if until is None else fields.coarse_time <= until
        half, second = half_bias(fields, direction_bias), second_tier(fields)
        recommended = fields.coarse.astype(np.float64) - half
        flag, known = fields.coarse_flag, np.isfinite(recommended)
        days = days_of(fields.coarse_time)
        around = round(AROUND * cells_per_m36(fields.coarse_grid))
        cause, missing = causes_of(flag, known | np.isfinite(second), around), ~known & (flag != FLAG_FILL)
        return cls(recommended[rows], (second - half)[rows], cause[rows], missing[rows], days[rows])

    def part(self, rows: slice, columns: slice) -> CoarseTiers:
        """Return some of the cells.

        Args:
            rows: of the coarse cells.
            columns: of the coarse cells.
        """
        stacks = ("recommended", "second", "cause", "missing")
        return replace(self, **{name: getattr(self, name)[:, rows, columns] for name in stacks})


def cells_per_m36(grid: Grid) -> float:
    """Return how many cells of a coarse grid lie along one of M36: lengths in cells are those of M36 times this."""
    return M36.coarse_factor / grid.coarse_factor


def days_of(time: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return times as days since the epoch, of the same shape."""
    return np.asarray(time.astype("datetime64[s]").astype(np.int64) / 86400, np.float64)


def half_bias(fields: Fields, direction_bias: Stack) -> Stack:
    """Return what each overpass differs by from the mean of both directions, (T, R, C), m3/m3.

    Args:
        fields: the region's arrays.
        direction_bias: mean of descending minus ascending overpasses, (R, C), m3/m3.
    """
    return np.asarray(np.where(fields.coarse_descending, 0.5, -0.5)[:, None, None] * direction_bias, np.float64)
