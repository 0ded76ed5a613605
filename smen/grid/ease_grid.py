"""EASE-Grid 2.0 (global, EPSG:6933) and its nested grids of 36, 9 and 3 km.

The size of a cell stands nowhere else. Row 0 is the northernmost row, column 0 begins at 180 W,
indices are 0-based. The grids nest exactly, so that alignment is integer division and never resampling.

Source of all numbers: Brodzik et al. 2012, "EASE-Grid 2.0: Incremental but Significant Improvements for
Earth-Gridded Data Sets", ISPRS Int. J. Geo-Inf. 1(1), and NSIDC's grid definition (.gpd) files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from smen.errors import GridError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CRS_CODE = "EPSG:6933"
"""WGS 84 / NSIDC EASE-Grid 2.0 Global, the projection of all grids here."""

LEFT = -17367530.4451615
"""x of the outer edge of column 0, metres."""

TOP = 7314540.8306386
"""y of the outer edge of row 0, metres."""

EDGE_SNAP = 1e-6
"""A coordinate this near to a cell's edge, in cells, lies on it: projection noise must not choose the cell."""


@dataclass(frozen=True)
class Grid:
    """One of the nested global grids.

    Attributes:
        name: NSIDC's name, e.g. ``M36``.
        rows: number of rows.
        columns: number of columns.
        cell: side of a cell in metres of the projection (cells are equal in area, not square on the ground).
    """

    name: str
    rows: int
    columns: int
    cell: float

    @property
    def coarse_factor(self) -> int:
        """How many M03 cells one cell of this grid covers in each direction: 12, 3 or 1."""
        return M03.columns // self.columns

    def centres(self, row: ArrayLike, column: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute longitude and latitude (degrees) of cells' centres; arguments broadcast against each other.

        Args:
            row: of the cells, 0 the northernmost.
            column: of the cells, 0 the first east of 180 W; taken modulo the grid's width.
        """
        row, column = np.broadcast_arrays(np.asarray(row, np.float64), np.asarray(column, np.float64))
        x = LEFT + (column % self.columns + 0.5) * self.cell
        y = TOP - (row + 0.5) * self.cell
        lon, lat = to_lonlat().transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    def coordinates(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute fractional (row, column) of places; cell (0, 0) spans 0..1 in both. They may lie outside the grid.

        Args:
            longitude: degrees.
            latitude: degrees.
        """
        x, y = from_lonlat().transform(np.asarray(longitude, np.float64), np.asarray(latitude, np.float64))
        return (TOP - np.asarray(y)) / self.cell, (np.asarray(x) - LEFT) / self.cell

    def cell_at(self, longitude: float, latitude: float) -> tuple[int, int]:
        """Return row and column of the cell that holds a place.

        A place within `EDGE_SNAP` of an edge belongs to the cell south or east of that edge.

        Args:
            longitude: degrees, -180..180.
            latitude: degrees, -90..90.

        Raises:
            GridError: the place is not on the grid.
        """
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise GridError(
                f"longitude {longitude}, latitude {latitude} is not a place on Earth: give degrees, "
                "longitude between -180 and 180, latitude between -90 and 90"
            )
        row_f, col_f = (float(v) for v in self.coordinates(longitude, latitude))
        row, col = math.floor(row_f + EDGE_SNAP), math.floor(col_f + EDGE_SNAP) % self.columns
        if not 0 <= row < self.rows:
            raise GridError(
                f"latitude {latitude} lies outside {self.name}: EASE-Grid 2.0 ends at 85.04 degrees north and south"
            )
        return row, col


M36 = Grid("M36", 406, 964, 36032.220840584)
M09 = Grid("M09", 1624, 3856, 9008.055210146)
M03 = Grid("M03", 4872, 11568, 3002.6850700487)
GRIDS = {grid.name: grid for grid in (M36, M09, M03)}


def grid_with_factor(factor: int) -> Grid:
    """Return the grid whose cells cover a number of M03 cells in each direction.

    Raises:
        GridError: there is no such grid.
    """
    for grid in GRIDS.values():
        if grid.coarse_factor == factor:
            return grid
    raise GridError(f"no grid has cells of {factor} x {factor} cells of 3 km: choose 12 (M36), 3 (M09) or 1 (M03)")


@lru_cache(maxsize=1)
def to_lonlat() -> Transformer:
    """Return the transformation from metres of the projection (x, y) to degrees (longitude, latitude)."""
    return Transformer.from_crs(CRS_CODE, "EPSG:4326", always_xy=True)


@lru_cache(maxsize=1)
def from_lonlat() -> Transformer:
    """Return the transformation from degrees (longitude, latitude) to metres of the projection (x, y)."""
    return Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
