"""A folder of results as it lies on disk: its regions, their windows, and their lists of maps and indices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError

from smen.errors import DataError, GridError
from smen.grid import CRS_CODE, LEFT, M03, TOP, Window
from smen.outputs.map_files import read_lists

Lists = tuple[tuple[Path, Path], ...]
"""A list (CSV) and the folder of its rasters, for each year."""

_OFF = 0.01
"""How far a raster's corner may lie from a cell's, in cells."""


@dataclass(frozen=True)
class RegionResults:
    """The maps of a region.

    Attributes:
        name: of the region.
        window: its cells.
        maps: lists of its maps and their folders, by year.
        indices: lists of its indices and their folders, by year; none where there are no indices.
    """

    name: str
    window: Window
    maps: Lists
    indices: Lists = ()


def results_in(folder: Path) -> dict[str, RegionResults]:
    """Find the regions of a folder of results, by its files alone, without settings.

    Args:
        folder: the results.

    Returns:
        The regions that have maps, by name.

    Raises:
        DataError: there is no such folder, it holds no maps, or a list or a map cannot be read.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder: name the folder of results with --results")
    regions = {}
    for place in sorted(path.parent for path in folder.glob("*/maps")):
        maps, indices = (_lists(place / name) for name in ("maps", "indices"))
        first = next(iter(read_lists(maps)), None)
        if first is not None:
            regions[place.name] = RegionResults(place.name, window_of(first.path), maps, indices)
    if not regions:
        raise DataError(
            f"{folder} holds no maps, which lie in REGION/maps/YEAR/ with their list REGION/maps/YEAR.csv: name the "
            "folder of results with --results"
        )
    return regions


def _lists(folder: Path) -> Lists:
    """The lists of a folder that have the folder of their rasters beside them."""
    years = sorted(path for path in folder.glob("*.csv") if path.stem.isdigit() and path.with_suffix("").is_dir())
    return tuple((path, path.with_suffix("")) for path in years)


def window_of(path: Path) -> Window:
    """Return the window that a raster lies on.

    Args:
        path: a map, or another raster of a region.

    Raises:
        DataError: it cannot be read, or its cells are not those of the 3 km grid.
    """
    try:
        with rasterio.open(path) as raster:
            transform, shape, crs = raster.transform, raster.shape, raster.crs
    except RasterioError as error:
        raise DataError(f"{path} cannot be read: {error}. Run the stage downscale again") from error
    column, row = (transform.c - LEFT) / M03.cell, (TOP - transform.f) / M03.cell
    cells = (transform.a, -transform.e)
    aligned = max(abs(column - round(column)), abs(row - round(row))) < _OFF
    if crs is None or crs.to_string() != CRS_CODE or not aligned or max(abs(c / M03.cell - 1) for c in cells) > 1e-6:
        raise DataError(f"{path} is no map of SMEN: its cells are not those of the 3 km grid ({CRS_CODE})")
    try:
        return Window(round(row), round(column), *shape)
    except GridError as error:
        raise DataError(f"{path} is no map of SMEN: {error}") from error
