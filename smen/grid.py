"""The ground: EASE-Grid 2.0 (global, EPSG:6933), its nested grids, and windows on its 3 km cells.

This is the only place that knows the size of a cell. Row 0 is the northernmost row, column 0 begins at 180 W,
indices are 0-based. The grids nest exactly, so that alignment is integer division and never resampling.

Source of all numbers: Brodzik et al. 2012, "EASE-Grid 2.0: Incremental but Significant Improvements for
Earth-Gridded Data Sets", ISPRS Int. J. Geo-Inf. 1(1), and NSIDC's grid definition (.gpd) files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer

from smen.errors import GridError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

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
    def nesting(self) -> int:
        """How many M03 cells one cell of this grid covers in each direction: 12, 3 or 1."""
        return M03.columns // self.columns

    def centres(self, row: ArrayLike, column: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude (degrees) of the centres of cells; arguments broadcast against each other."""
        row, column = np.broadcast_arrays(np.asarray(row, np.float64), np.asarray(column, np.float64))
        x = LEFT + (column % self.columns + 0.5) * self.cell
        y = TOP - (row + 0.5) * self.cell
        lon, lat = _to_lonlat().transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    def coordinates(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Fractional (row, column) of places in degrees; cell (0, 0) spans 0..1 in both. May lie outside the grid."""
        x, y = _from_lonlat().transform(np.asarray(longitude, np.float64), np.asarray(latitude, np.float64))
        return (TOP - np.asarray(y)) / self.cell, (np.asarray(x) - LEFT) / self.cell

    def cell_at(self, longitude: float, latitude: float) -> tuple[int, int]:
        """Row and column of the cell that holds a place.

        A place within `EDGE_SNAP` of an edge belongs to the cell south or east of that edge.

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


@dataclass(frozen=True)
class Window:
    """A rectangle of M03 cells: what a region is, to everything that handles its arrays.

    A window may cross 180 degrees: its columns then run on past the last one, the global columns are taken
    modulo the grid's width, and the projected coordinates continue eastwards without a jump.

    Attributes:
        row: northernmost M03 row.
        column: westernmost M03 column, 0..11567.
        height: number of rows.
        width: number of columns.

    Raises:
        GridError: the rectangle is empty or does not fit on the grid.
    """

    row: int
    column: int
    height: int
    width: int

    def __post_init__(self) -> None:
        """Refuse rectangles that are not on the grid."""
        if self.height < 1 or self.width < 1:
            raise GridError(f"a window of {self.height} x {self.width} cells is empty: give at least 1 x 1")
        if self.row < 0 or self.row + self.height > M03.rows:
            raise GridError(
                f"rows {self.row} to {self.row + self.height - 1} reach beyond the grid's 0 to {M03.rows - 1} "
                "(85.04 degrees north or south): move the region away from the pole or make it smaller"
            )
        if not 0 <= self.column < M03.columns or self.width > M03.columns:
            raise GridError(
                f"a window of {self.width} columns from column {self.column} does not fit on the grid's {M03.columns}"
            )

    @classmethod
    def centred_on(cls, longitude: float, latitude: float, height: int, width: int) -> Window:
        """The window of a size around a place; its origin is the place's cell minus half the size, rounded down.

        Raises:
            GridError: the place or a part of the window is not on the grid.
        """
        row, column = M03.cell_at(longitude, latitude)
        return cls(row - height // 2, (column - width // 2) % M03.columns, height, width)

    @classmethod
    def covering(cls, geometry: BaseGeometry) -> Window:
        """The smallest window that covers a geometry given in longitude and latitude.

        A geometry in two parts that touch 180 degrees from both sides is taken to cross it.

        Raises:
            GridError: the geometry is empty or reaches beyond the grid.
        """
        if geometry.is_empty:
            raise GridError("the geometry is empty: it covers no cell")
        west, south, east, north = geometry.bounds
        if (west, east) == (-180.0, 180.0) and geometry.geom_type.startswith("Multi"):
            parts = [part.bounds for part in getattr(geometry, "geoms")]  # noqa: B009  (BaseGeometry has no .geoms)
            if not any(w < 0 < e for w, _, e, _ in parts):
                west = min(w for w, _, _, _ in parts if w >= 0)
                east = max(e for _, _, e, _ in parts if e <= 0)
        top, left = M03.cell_at(west, north)
        row_f, col_f = (float(v) for v in M03.coordinates(east, south))
        if row_f > M03.rows:
            raise GridError(f"latitude {south} lies outside M03: EASE-Grid 2.0 ends at 85.04 degrees north and south")
        bottom = math.ceil(row_f - EDGE_SNAP) - 1
        right = math.ceil(col_f - EDGE_SNAP) - 1
        width = right - left + 1 if east > west else (right - left) % M03.columns + 1
        return cls(top, left, max(bottom - top + 1, 1), max(width, 1))

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width), the shape of this window's arrays."""
        return self.height, self.width

    @property
    def phase(self) -> tuple[int, int]:
        """Where the origin lies within its M36 cell: (row % 12, column % 12)."""
        return self.row % M36.nesting, self.column % M36.nesting

    @property
    def crosses_antimeridian(self) -> bool:
        """Whether the window reaches over 180 degrees."""
        return self.column + self.width > M03.columns

    @property
    def transform(self) -> Affine:
        """Affine transform from (column, row) of this window's arrays to metres; corners, not centres."""
        return Affine(M03.cell, 0.0, LEFT + self.column * M03.cell, 0.0, -M03.cell, TOP - self.row * M03.cell)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Outer edges in metres: left, bottom, right, top."""
        left, top = LEFT + self.column * M03.cell, TOP - self.row * M03.cell
        return left, top - self.height * M03.cell, left + self.width * M03.cell, top

    @cached_property
    def x(self) -> NDArray[np.float64]:
        """The x of the columns' centres in metres, (width,)."""
        return LEFT + (self.column + np.arange(self.width, dtype=np.float64) + 0.5) * M03.cell

    @cached_property
    def y(self) -> NDArray[np.float64]:
        """The y of the rows' centres in metres, (height,), falling."""
        return TOP - (self.row + np.arange(self.height, dtype=np.float64) + 0.5) * M03.cell

    @cached_property
    def longitudes(self) -> NDArray[np.float64]:
        """Longitude of the columns' centres in degrees, (width,), -180..180 (the projection is cylindrical)."""
        return M03.centres(0, self.columns())[0]

    @cached_property
    def latitudes(self) -> NDArray[np.float64]:
        """Latitude of the rows' centres in degrees, (height,)."""
        return M03.centres(self.rows(), 0)[1]

    def rows(self, grid: Grid = M03) -> NDArray[np.int64]:
        """The row of `grid` under each row of the window, (height,)."""
        return (self.row + np.arange(self.height)) // grid.nesting

    def columns(self, grid: Grid = M03) -> NDArray[np.int64]:
        """The column of `grid` under each column of the window, (width,), modulo the grid's width."""
        return (self.column + np.arange(self.width)) % M03.columns // grid.nesting

    def locate(
        self, row: NDArray[np.integer], column: NDArray[np.integer]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
        """Where cells of M03 lie in this window's arrays.

        Args:
            row: M03 rows, any shape.
            column: M03 columns, same shape.

        Returns:
            Which cells lie inside (same shape), and the array row and column of those that do (1-D).
        """
        r = row.astype(np.int64) - self.row
        c = (column.astype(np.int64) - self.column) % M03.columns
        inside = (r >= 0) & (r < self.height) & (c < self.width)
        return inside, r[inside], c[inside]

    def padded(self, cells: int) -> Window:
        """The window with `cells` more on every side, cut where the grid ends in the north and south."""
        top = max(self.row - cells, 0)
        bottom = min(self.row + self.height + cells, M03.rows)
        width = min(self.width + 2 * cells, M03.columns)
        return Window(top, (self.column - cells) % M03.columns, bottom - top, width)

    def cell_lengths_km(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """North-south and east-west length of the cells on the ground in km, each (height,).

        From the scale of the cylindrical equal-area projection on the ellipsoid (Snyder 1987, eq. 10-13 ff.).
        """
        ellipsoid = CRS(CRS_CODE).get_geod()
        assert ellipsoid is not None  # noqa: S101  (EPSG:6933 has an ellipsoid)
        lat = np.radians(self.latitudes)
        prime_vertical = ellipsoid.a / np.sqrt(1 - ellipsoid.es * np.sin(lat) ** 2)
        radians_per_cell = 2 * np.pi / M03.columns
        east_west = prime_vertical * np.cos(lat) * radians_per_cell
        return M03.cell**2 / east_west / 1000, east_west / 1000

    def polygon(self) -> BaseGeometry:
        """The outline in longitude and latitude; in two parts where it crosses 180 degrees (RFC 7946)."""
        from shapely import MultiPolygon, box

        left, bottom, right, top = self.bounds
        edge = -LEFT
        _, (south, north) = _to_lonlat().transform([0.0, 0.0], [bottom, top])
        per_metre = 180.0 / edge
        if not self.crosses_antimeridian:
            return box(left * per_metre, south, min(right * per_metre, 180.0), north)
        east = box(left * per_metre, south, 180.0, north)
        return MultiPolygon([east, box(-180.0, south, right * per_metre - 360.0, north)])

    def footprint(self, name: str = "window") -> gpd.GeoDataFrame:
        """The outline as a GeoDataFrame of one feature in EPSG:4326, with the window's numbers as columns."""
        import geopandas as gpd

        numbers = {"name": name, "row": self.row, "column": self.column, "height": self.height, "width": self.width}
        return gpd.GeoDataFrame([numbers], geometry=[self.polygon()], crs="EPSG:4326")


@lru_cache(maxsize=1)
def _to_lonlat() -> Transformer:
    return Transformer.from_crs(CRS_CODE, "EPSG:4326", always_xy=True)


@lru_cache(maxsize=1)
def _from_lonlat() -> Transformer:
    return Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
