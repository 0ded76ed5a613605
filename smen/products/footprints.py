"""Footprints: the outline of a granule's cells as a small polygon in longitude and latitude.

The projection is cylindrical, so the outline of square tiles of cells has straight edges along meridians and parallels,
and never has to cross 180 degrees (RFC 7946). Tiles are made larger until the outline is short: a footprint covers its
cells, and may reach over them by less than a tile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from smen.grid import Grid

VERTICES = 48
"""Most vertices of a footprint. A year's manifest of half-orbits stays well under 1 MB with it."""

FINEST = 48
"""Tiles along the longer side in the first attempt: more would exceed the limit of vertices anyway."""

DECIMALS = 4
"""Decimals of degrees kept, about 10 m."""


def outline(grid: Grid, row: NDArray[np.integer], column: NDArray[np.integer]) -> BaseGeometry | None:
    """Outline of cells.

    Args:
        grid: grid of the indices.
        row: rows of the cells, 1-D.
        column: their columns.

    Returns:
        A polygon or multipolygon that covers all cells, coordinates rounded to 1e-4 degrees; None for no cells.
    """
    from shapely import MultiPolygon

    if not len(row):
        return None
    tile = max(1, -(-_extent(grid, row, column) // FINEST))
    while True:
        polygons = _polygons(grid, row, column, tile)
        if sum(len(p.exterior.coords) + sum(len(i.coords) for i in p.interiors) for p in polygons) <= VERTICES:
            break
        tile *= 2
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _extent(grid: Grid, row: NDArray[np.integer], column: NDArray[np.integer]) -> int:
    """Return the longer side in cells. Each side of Greenwich counts by itself, so that 180 degrees are no gap."""
    west = column < grid.columns // 2
    widths = [np.ptp(column[side]) for side in (west, ~west) if side.any()]
    return int(max(np.ptp(row), *widths)) + 1


def _polygons(grid: Grid, row: NDArray[np.integer], column: NDArray[np.integer], tile: int) -> list[BaseGeometry]:
    """Return polygons around the tiles, `tile` x `tile` grid cells each, that hold any of the cells."""
    from affine import Affine
    from rasterio.features import shapes
    from shapely import transform
    from shapely.geometry import shape

    r, c = row.astype(np.int64) // tile, column.astype(np.int64) // tile
    top, left = r.min(), c.min()
    mask = np.zeros((r.max() - top + 1, c.max() - left + 1), np.uint8)
    mask[r - top, c - left] = 1

    def to_degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return corners of tiles as longitude and latitude."""
        edge_row = np.minimum(xy[:, 1] * tile, grid.rows)
        edge_column = np.minimum(xy[:, 0] * tile, grid.columns)
        latitude = grid.centres(edge_row - 0.5, 0)[1]  # the edge between two rows is half a row above the lower centre
        degrees = np.stack([edge_column / grid.columns * 360 - 180, latitude], axis=1)
        return np.asarray(np.round(degrees, DECIMALS), np.float64)

    transform_of_mask = Affine.translation(left, top)
    traced = shapes(mask, mask=mask.astype(bool), connectivity=4, transform=transform_of_mask)
    polygons = [shape(geometry) for geometry, _ in traced]
    return [polygon.normalize() for polygon in transform(np.array(polygons), to_degrees)]
