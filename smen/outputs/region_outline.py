"""What a region covers: its window and, where it is given by one, its polygon; as outlines and as cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.atomic import atomic_from_memory
from smen.grid import Window
from smen.outputs.feature_cells import Cells, cells_of

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

WINDOW, POLYGON = "window", "polygon"
"""Values of the column `kind`."""


def outlines(window: Window, region: str, polygon: BaseGeometry | None) -> gpd.GeoDataFrame:
    """Return the outlines of a region in EPSG:4326: its window, and its polygon where it has one.

    Args:
        window: of the region.
        region: its name.
        polygon: in longitude and latitude.

    Returns:
        Columns `name`, `kind` and the window's numbers.
    """
    import geopandas as gpd
    import pandas as pd

    frame = window.footprint(region)
    if polygon is not None:
        frame = gpd.GeoDataFrame(pd.concat([frame, frame.set_geometry([polygon], crs=frame.crs)], ignore_index=True))
    frame.insert(1, "kind", [WINDOW, POLYGON][: len(frame)])
    return frame


def write_outlines(path: Path, frame: gpd.GeoDataFrame, layer: str) -> None:
    """Write outlines as GeoJSON (RFC 7946).

    Args:
        path: the file.
        frame: of `outlines`.
        layer: name of the layer.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_from_memory(path) as content:
        frame.to_file(content, driver="GeoJSON", layer=layer, RFC7946="YES")


def region_cells(window: Window, polygon: BaseGeometry | None) -> Cells:
    """Return the cells of a region: those under its polygon, weighted by shared area, or all of its window.

    Args:
        window: of the region.
        polygon: in longitude and latitude; None: the window is meant.
    """
    if polygon is None:
        rows, columns = (part.ravel() for part in np.indices(window.shape))
        return Cells(rows, columns, np.ones(rows.size))
    import geopandas as gpd

    return cells_of(gpd.GeoDataFrame(geometry=[polygon], crs="EPSG:4326"), window)[0]
