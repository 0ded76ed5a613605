"""Points and polygons of a file, and the cells of a window that they touch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smen.errors import DataError
from smen.grid import CRS_CODE, LEFT, M03, Window
from smen.vector_file import read_places

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

_DENSE = 0.02
"""Longest step along an edge of a polygon in degrees; points are added before it is projected."""

_SMALLEST_SHARE = 1e-6
"""A smaller share of a cell is noise of the projection."""


@dataclass(frozen=True)
class Cells:
    """The cells of a window that a feature touches.

    Attributes:
        rows: their rows, (n,).
        columns: their columns, (n,).
        weights: the share of each cell's area that lies in the feature, (n,); 1 for a point.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    weights: NDArray[np.float64]


def read_features(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read points and polygons of any file that geopandas reads, or of a table with longitude and latitude.

    Args:
        path: the file.
        layer: the layer to read; None: the only one.

    Raises:
        DataError: it cannot be read, has several layers or no CRS, or holds lines or nothing.
    """
    features = read_places(path, layer)
    if features.empty:
        raise DataError(f"{path} holds no features")
    kinds = set(features.geom_type.dropna()) - {"Point", "Polygon", "MultiPolygon"}
    if kinds or features.geometry.isna().any() or features.is_empty.any():
        raise DataError(f"{path} holds {', '.join(sorted(kinds)) or 'empty geometries'}: give points and polygons only")
    return features


def cells_of(features: gpd.GeoDataFrame, window: Window) -> list[Cells]:
    """Return the cells of a window that each feature touches; none for a feature outside.

    Args:
        features: points and polygons, in any CRS.
        window: the region.
    """
    shapes = features.geometry
    if features.crs.is_geographic:
        shapes = shapes.segmentize(_DENSE)
    projected = shapes.to_crs(CRS_CODE)
    degrees = features.geometry.to_crs("EPSG:4326")
    return [
        _at_point(point.x, point.y, window) if point.geom_type == "Point" else _under_polygon(shape, window)
        for point, shape in zip(degrees, projected, strict=True)
    ]


def _at_point(longitude: float, latitude: float, window: Window) -> Cells:
    row, column = M03.cell_at(longitude, latitude)
    _, rows, columns = window.locate(np.array([row]), np.array([column]))
    return Cells(rows, columns, np.ones(rows.size))


def _under_polygon(shape: BaseGeometry, window: Window) -> Cells:
    """Cells under a polygon in metres, weighted by the area that they share: the grid is one of equal areas.

    The shares are exact in float64; libraries for zonal statistics store them in float32.
    """
    import shapely

    if window.crosses_antimeridian:  # the window's metres run on eastwards over 180 degrees
        east = shapely.transform(shape, lambda xy: xy + np.array([-2 * LEFT, 0.0]))
        shape = shapely.union(shape, east)
    left, _, _, top = window.bounds
    west, south, east_edge, north = shape.bounds
    first_column, last_column = (int(np.floor((x - left) / M03.cell)) for x in (west, east_edge))
    first_row, last_row = (int(np.floor((top - y) / M03.cell)) for y in (north, south))
    columns = np.arange(max(first_column, 0), min(last_column, window.width - 1) + 1)
    rows = np.arange(max(first_row, 0), min(last_row, window.height - 1) + 1)
    all_rows, all_columns = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
    x, y = left + all_columns * M03.cell, top - all_rows * M03.cell
    boxes = shapely.box(x, y - M03.cell, x + M03.cell, y)
    shares = shapely.area(shapely.intersection(boxes, shape)) / M03.cell**2
    inside = shares > _SMALLEST_SHARE
    return Cells(all_rows[inside], all_columns[inside], shares[inside])
