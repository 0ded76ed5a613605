"""Windows: rectangles of 3 km cells, and the coarser cells under them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from pyproj import CRS

from smen.errors import GridError
from smen.grid.ease_grid import CRS_CODE, EDGE_SNAP, LEFT, M03, M36, TOP, Grid, to_lonlat

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


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

        Args:
            longitude: degrees.
            latitude: degrees.
            height: number of rows.
            width: number of columns.

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
        if not -180 <= east <= 180:
            raise GridError(f"longitude {east} is not a place on Earth: give degrees between -180 and 180")
        top, _ = M03.cell_at(west, north)
        row_f, east_f = (float(v) for v in M03.coordinates(east, south))
        if row_f > M03.rows:
            raise GridError(f"latitude {south} lies outside M03: EASE-Grid 2.0 ends at 85.04 degrees north and south")
        bottom = math.ceil(row_f - EDGE_SNAP) - 1
        # Not modulo the grid's width: what lies on a column's edge must not end on the other side of the Earth.
        left = math.floor(float(M03.coordinates(west, north)[1]) + EDGE_SNAP)
        right = math.ceil(east_f - EDGE_SNAP) - 1 + (M03.columns if east < west else 0)
        return cls(top, left % M03.columns, max(bottom - top + 1, 1), max(right - left + 1, 1))

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width), the shape of this window's arrays."""
        return self.height, self.width

    @property
    def phase(self) -> tuple[int, int]:
        """Where the origin lies within its M36 cell: (row % 12, column % 12)."""
        return self.row % M36.coarse_factor, self.column % M36.coarse_factor

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
        return (self.row + np.arange(self.height)) // grid.coarse_factor

    def columns(self, grid: Grid = M03) -> NDArray[np.int64]:
        """The column of `grid` under each column of the window, (width,), modulo the grid's width."""
        return (self.column + np.arange(self.width)) % M03.columns // grid.coarse_factor

    def coarse_shape(self, grid: Grid) -> tuple[int, int]:
        """Return (R, C): how many rows and columns of `grid` the window touches, in part or whole.

        A window around the whole globe that begins within a column touches that one at both of its ends, and counts
        it twice.
        """
        n = grid.coarse_factor
        rows = (self.row + self.height - 1) // n - self.row // n + 1
        return rows, (self.column + self.width - 1) // n - self.column // n + 1

    def coarse_index(self, grid: Grid) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the row (H,) and the column (W,) of `grid` under each row and column, counted from the first.

        Across 180 degrees the columns count on, so that both rise by at most one from each cell to the next.
        """
        n = grid.coarse_factor
        rows = (self.row + np.arange(self.height)) // n - self.row // n
        return rows, (self.column + np.arange(self.width)) // n - self.column // n

    def coarse_axes(self, grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x (C,) and y (R,) of the centres of the cells of `grid` under the window, metres; y falls."""
        rows, columns = self.coarse_shape(grid)
        row, column = self.row // grid.coarse_factor, self.column // grid.coarse_factor
        x = LEFT + (column + np.arange(columns, dtype=np.float64) + 0.5) * grid.cell
        return x, TOP - (row + np.arange(rows, dtype=np.float64) + 0.5) * grid.cell

    def coarse_transform(self, grid: Grid) -> Affine:
        """Return the affine transform from (column, row) of the cells of `grid` under the window to metres; corners."""
        row, column = self.row // grid.coarse_factor, self.column // grid.coarse_factor
        return Affine(grid.cell, 0.0, LEFT + column * grid.cell, 0.0, -grid.cell, TOP - row * grid.cell)

    def expand(self, cells: NDArray[Any], grid: Grid) -> NDArray[Any]:
        """Repeat values of coarse cells over the window's cells.

        Args:
            cells: one value for each cell of `grid` under the window, (..., R, C), any dtype.
            grid: theirs.

        Returns:
            (..., H, W), of the same dtype.

        Raises:
            GridError: the cells are not those under this window.
        """
        if cells.shape[-2:] != self.coarse_shape(grid):
            raise GridError(
                f"{cells.shape[-2:]} cells of {grid.name} do not fit a window that touches {self.coarse_shape(grid)}"
            )
        rows, columns = self.coarse_index(grid)
        return cells.take(rows, axis=-2).take(columns, axis=-1)

    def cell_means(self, field: NDArray[np.floating], grid: Grid) -> NDArray[np.float64]:
        """Average a field of the window over each coarse cell.

        Args:
            field: (H, W), NaN where missing.
            grid: the coarse cells'.

        Returns:
            The mean of the valid values in each cell of `grid` under the window, (R, C), NaN without any.
        """
        shape = self.coarse_shape(grid)
        rows, columns = self.coarse_index(grid)
        flat = (rows[:, None] * shape[1] + columns[None, :]).ravel()
        valid = np.isfinite(field).ravel()
        size = shape[0] * shape[1]
        total = np.bincount(flat, np.where(valid, field.ravel(), 0).astype(np.float64), size)
        count = np.bincount(flat, valid, size)
        mean = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
        return np.asarray(mean, np.float64).reshape(shape)

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
        _, (south, north) = to_lonlat().transform([0.0, 0.0], [bottom, top])
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
