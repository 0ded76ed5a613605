"""How retrievals of uncertain quality differ from recommended ones beside them, by flag, in real and simulated data.

The same numbers are taken from a real half-orbit and from simulated ones: the difference of a retrieval from the mean
of the recommended ones among its eight neighbours, where there are at least two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import ndimage

from smen.products.flags import RetrievalFlag, SurfaceFlag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

LEAST_NEIGHBOURS = 2
"""Least number of recommended neighbours with which a retrieval is compared."""

NO_CAUSE = int(SurfaceFlag.FROZEN_OBSERVED | SurfaceFlag.NADIR_OR_SCENE_EDGE)
"""Bits of the surface flag that make no retrieval uncertain: recommended ones have the first one in deserts."""

WATER = int(SurfaceFlag.STATIC_WATER | SurfaceFlag.RADAR_WATER)

ONLY = {
    "dense vegetation": SurfaceFlag.DENSE_VEGETATION,
    "mountains": SurfaceFlag.MOUNTAINS,
    "urban": SurfaceFlag.URBAN,
    "precipitation": SurfaceFlag.PRECIPITATION,
}
"""Surface flag of the rows, but for water, in which one cause alone makes retrievals uncertain."""

WATER_SHARES = ((0.05, 0.1), (0.1, 0.2), (0.2, 0.5))
"""Classes of the share of open water, with which the error of such cells grows."""


class CellGrid(NamedTuple):
    """Retrievals of one half-orbit on a rectangle of cells, (rows, columns) each.

    Attributes:
        moisture: soil moisture, m3/m3, NaN where there is none.
        quality: `retrieval_qual_flag`, -1 where the cell was not seen.
        surface: `surface_flag`.
        water: share of open water.
    """

    moisture: NDArray[np.float64]
    quality: NDArray[np.int64]
    surface: NDArray[np.int64]
    water: NDArray[np.float64]

    @property
    def recommended(self) -> NDArray[np.bool_]:
        """Cells with a recommended value."""
        sound = (self.quality >= 0) & ((self.quality & RetrievalFlag.NOT_RECOMMENDED) == 0)
        return np.asarray(np.isfinite(self.moisture) & sound)

    @property
    def uncertain(self) -> NDArray[np.bool_]:
        """Cells with a value that is not recommended."""
        return np.isfinite(self.moisture) & (self.quality >= 0) & ~self.recommended

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Those among them whose retrieval was unsuccessful."""
        return self.uncertain & ((self.quality & RetrievalFlag.UNSUCCESSFUL) > 0)


def cell_grid(
    row: NDArray[np.integer], column: NDArray[np.integer], values: dict[str, NDArray[np.generic]]
) -> CellGrid:
    """Place a list of n retrievals on the least rectangle of cells that holds them.

    Args:
        row: on the product's grid, (n,).
        column: likewise.
        values: `soil_moisture` (fill below 0), `retrieval_qual_flag`, `surface_flag` and `static_water_body_fraction`,
            (n,) each.
    """
    row, column = row.astype(np.int64), column.astype(np.int64)
    at = row - row.min(), column - column.min()
    shape = int(at[0].max()) + 1, int(at[1].max()) + 1
    moisture = values["soil_moisture"].astype(np.float64)
    grid = CellGrid(np.full(shape, np.nan), np.full(shape, -1), np.zeros(shape, np.int64), np.zeros(shape))
    grid.moisture[at] = np.where(moisture < 0, np.nan, moisture)
    grid.quality[at], grid.surface[at] = values["retrieval_qual_flag"], values["surface_flag"]
    grid.water[at] = values["static_water_body_fraction"]
    return grid


def neighbour_differences(grid: CellGrid) -> NDArray[np.float64]:
    """Subtract the mean of the recommended neighbours from each value; NaN with fewer than `LEAST_NEIGHBOURS`."""
    ring = np.ones((3, 3))
    ring[1, 1] = 0
    known = grid.recommended
    count = ndimage.convolve(known.astype(float), ring, mode="constant")
    total = ndimage.convolve(np.where(known, grid.moisture, 0.0), ring, mode="constant")
    return np.where(count >= LEAST_NEIGHBOURS, grid.moisture - total / np.maximum(count, 1), np.nan)


def classes(grid: CellGrid) -> dict[str, NDArray[np.bool_]]:
    """Return the cells of each row of the table: recommended, uncertain ones by cause, failed ones."""
    successful = grid.uncertain & ~grid.failed
    cause = grid.surface & ~NO_CAUSE
    rows = {"recommended": grid.recommended, "uncertain, successful": successful}
    water = successful & ((cause & ~int(SurfaceFlag.COAST)) == WATER)
    rows |= {
        f"  water alone, {100 * low:.0f}-{100 * high:.0f} %": water & (low < grid.water) & (grid.water <= high)
        for low, high in WATER_SHARES
    }
    rows |= {f"  {name} alone": successful & (cause == int(flag)) for name, flag in ONLY.items()}
    return rows | {"uncertain, failed": grid.failed}


def tier_table(grids: Iterable[CellGrid]) -> dict[str, tuple[int, float, float]]:
    """Count the retrievals of each class beside recommended ones, and take mean and sd of their differences.

    Args:
        grids: half-orbits, pooled.

    Returns:
        Row to number, mean and standard deviation, m3/m3 (NaN where there are none).
    """
    parts: dict[str, list[NDArray[np.float64]]] = {}
    for grid in grids:
        difference = neighbour_differences(grid)
        for row, cells in classes(grid).items():
            parts.setdefault(row, []).append(difference[cells & np.isfinite(difference)])
    pooled = {row: np.concatenate(values) for row, values in parts.items()}
    return {
        row: (x.size, float(x.mean()), float(x.std())) if x.size else (0, np.nan, np.nan) for row, x in pooled.items()
    }
