"""Values of maps at points and over polygons, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smen.atomic import atomic
from smen.errors import DataError
from smen.grid import CRS_CODE, LEFT, M03, Window
from smen.outputs.maps import MapFile, read_bands
from smen.outputs.naming import DIRECTIONS, iso

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

COLUMNS = (
    "feature", "region", "time", "direction", "soil_moisture", "standard_deviation", "age", "quality",
    "quality_meaning", "valid_share", "cells", "simulated",
)  # fmt: skip
"""Columns of a table of values; moisture and its deviation in m3/m3, age in days."""

_FORMATS = {".csv": None, ".gpkg": "GPKG"}
_DENSE = 0.02
"""Edges of polygons in degrees get a point at least so often before they are projected."""


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


def read_features(path: Path) -> gpd.GeoDataFrame:
    """Read points and polygons of any file that geopandas reads.

    Raises:
        DataError: it cannot be read, has no CRS, or holds lines or nothing.
    """
    import geopandas as gpd

    try:
        features = gpd.read_file(path)
    except (OSError, ValueError, RuntimeError) as error:  # pyogrio's errors are RuntimeErrors
        raise DataError(f"{path} cannot be read: {error}. Give a file that GDAL reads, e.g. GeoPackage") from error
    if features.crs is None:
        raise DataError(f"{path} does not say its coordinate reference system: add it, e.g. with QGIS")
    if features.empty or not isinstance(features, gpd.GeoDataFrame):
        raise DataError(f"{path} holds no features")
    kinds = set(features.geom_type.dropna()) - {"Point", "Polygon", "MultiPolygon"}
    if kinds or features.geometry.isna().any() or features.is_empty.any():
        raise DataError(f"{path} holds {', '.join(sorted(kinds)) or 'empty geometries'}: give points and polygons only")
    return features


def cells_of(features: gpd.GeoDataFrame, window: Window) -> list[Cells]:
    """Which cells of a window each feature touches; a feature outside touches none."""
    degrees = features.geometry
    if features.crs.is_geographic:
        degrees = degrees.segmentize(_DENSE)
    projected = degrees.to_crs(CRS_CODE)
    points = features.geometry.to_crs("EPSG:4326")
    return [
        _at_point(point.x, point.y, window) if point.geom_type == "Point" else _over(shape, window)
        for point, shape in zip(points, projected, strict=True)
    ]


def _at_point(longitude: float, latitude: float, window: Window) -> Cells:
    row, column = M03.cell_at(longitude, latitude)
    _, rows, columns = window.locate(np.array([row]), np.array([column]))
    return Cells(rows, columns, np.ones(rows.size))


def _over(shape: BaseGeometry, window: Window) -> Cells:
    """Cells under a polygon in metres, weighted by the area that they share: the grid is one of equal areas."""
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
    inside = shares > 1e-6  # less is noise of the projection
    return Cells(all_rows[inside], all_columns[inside], shares[inside])


def extract(
    maps: Sequence[MapFile],
    cells: Mapping[Any, Cells],
    codes: Mapping[int, str],
    *,
    region: str,
    simulated: bool,
) -> pd.DataFrame:
    """Values of a region's maps at features.

    Over several cells soil moisture is the mean weighted by area over valid cells. So are the standard deviation and
    the age; the former is thus an upper bound of the mean's own, reached where the cells err together. The quality is
    the code that covers most of the feature.

    Args:
        maps: the maps.
        cells: of each feature, by its name; those without any are left out.
        codes: what each quality code means.
        region: the region's name.
        simulated: whether the maps are.

    Returns:
        A row for each map and feature, with the columns `COLUMNS`, by feature and time.

    Raises:
        DataError: a map cannot be read.
    """
    inside = {name: found for name, found in cells.items() if found.rows.size}
    rows = []
    if inside:
        part = _part(list(inside.values()))
        for one in maps:
            bands, quality = read_bands(one, part=part)
            for name, found in inside.items():
                r, c = found.rows - part[0].start, found.columns - part[1].start
                code = _most(quality[r, c], found.weights)
                moisture, deviation, age = (_mean(band[r, c], found.weights) for band in bands)
                known = found.weights[np.isfinite(bands[0][r, c])].sum() / found.weights.sum()
                rows.append(
                    (
                        name, region, iso(one.time), DIRECTIONS[one.direction], moisture, deviation, age, code,
                        codes.get(code, "none"), known, found.rows.size, "yes" if simulated else "no",
                    )
                )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["feature", "time"], kind="stable", ignore_index=True)


def daily(values: pd.DataFrame) -> pd.DataFrame:
    """Join the overpasses of each UTC day: means over those that have a value.

    The standard deviation is the mean of theirs, since the errors of two passes of a day are much alike; the quality
    is the code of most overpasses, of several such the greatest; the direction names those that have a value.
    """
    day = values["time"].str.slice(0, 10)
    known = values["soil_moisture"].notna()
    keys = ["feature", "region", day.rename("time")]
    grouped = values.groupby(keys, sort=True, dropna=False)
    table = grouped[["soil_moisture", "standard_deviation", "age", "valid_share"]].mean()
    table["quality"] = grouped["quality"].agg(lambda codes: max(codes.mode()))
    for name in ("cells", "simulated"):
        table[name] = grouped[name].first()
    meanings = dict(zip(values["quality"], values["quality_meaning"], strict=True))
    table["quality_meaning"] = table["quality"].map(meanings)
    flown = values.where(known).groupby(keys, sort=True, dropna=False)["direction"]
    table["direction"] = flown.agg(lambda found: " ".join(sorted(set(found.dropna()))) or "none")
    return table.reset_index()[list(COLUMNS)]


def write_values(path: Path, values: pd.DataFrame, features: gpd.GeoDataFrame, names: Sequence[Any]) -> None:
    """Write a table of values as CSV, or as GeoPackage with the features' geometries.

    Args:
        path: the file; its suffix, ``.csv`` or ``.gpkg``, chooses the format.
        values: of `extract` or `daily`.
        features: the features.
        names: their names, as in `values`.

    Raises:
        DataError: the suffix is another.
        OutputError: the file cannot be written.
    """
    import geopandas as gpd

    if path.suffix not in _FORMATS:
        raise DataError(f"{path}: values are written as .csv or .gpkg; choose one of the two")
    with atomic(path) as part:
        if path.suffix == ".csv":
            values.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")
            return
        place = dict(zip(names, features.geometry, strict=True))
        table = gpd.GeoDataFrame(values, geometry=values["feature"].map(place).tolist(), crs=features.crs)
        table.assign(time=pd.to_datetime(table["time"])).to_file(part, driver="GPKG", layer="values")


def _part(found: Sequence[Cells]) -> tuple[slice, slice]:
    """The smallest rectangle that holds all cells."""
    rows, columns = (np.concatenate([getattr(cells, name) for cells in found]) for name in ("rows", "columns"))
    return slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)


def _mean(values: NDArray[np.floating], weights: NDArray[np.float64]) -> float:
    known = np.isfinite(values)
    total = weights[known].sum()
    return float((values[known] * weights[known]).sum() / total) if total else float("nan")


def _most(codes: NDArray[np.uint8], weights: NDArray[np.float64]) -> int:
    return int(np.argmax(np.bincount(codes, weights)))
