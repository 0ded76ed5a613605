"""Files of places: vector files of one layer, and tables with longitude and latitude or with outlines as text."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

log = logging.getLogger(__name__)

_LONGITUDE = ("longitude", "decimallongitude", "longitudedeg", "lon", "londeg", "long", "lng", "pointx", "x")
_LATITUDE = ("latitude", "decimallatitude", "latitudedeg", "lat", "latdeg", "pointy", "y")
"""Usual names of columns of coordinates, the clearest first; only their letters count, and no unit in brackets."""

_OUTLINES = "WKT,geometry,geom,the_geom,wkt_geom"
"""Usual names of the column of a CSV file that holds outlines as well-known text."""

_ROUNDING = 1e-6
"""Degrees by which a place may lie beyond 180 or 90 degrees, as a transformation may leave it."""


def read_places(path: Path, layer: str | None = None, option: str = "--layer") -> gpd.GeoDataFrame:
    """Read a vector file, or a table of points, in its own coordinate reference system.

    Args:
        path: any file that GDAL reads.
        layer: the layer to read; None: the only one that has features.
        option: how a user names the layer, for messages.

    Raises:
        DataError: the file cannot be read, has no such layer or several, does not say where on Earth its features
            are, or places some of them off it.
    """
    import geopandas as gpd

    table = path.suffix.lower() in (".csv", ".tsv")
    try:
        layer = _layer(path, layer, option)
        features = gpd.read_file(path, layer=layer, **({"GEOM_POSSIBLE_NAMES": _OUTLINES} if table else {}))
    except UnicodeDecodeError as error:
        raise DataError(f"{path} cannot be read: its text is not UTF-8 ({error}). Save it again as UTF-8") from error
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"{path} cannot be read: {error}. Give a file that GDAL reads, e.g. GeoPackage") from error
    if table and isinstance(features, gpd.GeoDataFrame) and features.geometry.isna().all():  # an empty column
        features = features.drop(columns="geometry")
    if not isinstance(features, gpd.GeoDataFrame):
        features = _points(features, path)
    elif table and features.crs is None:  # text has no place for a CRS; by habit it is in degrees, which is checked
        log.info("%s: outlines taken as longitude and latitude in degrees", path)
        features = features.set_crs("EPSG:4326")
    _check_places(features, path)
    return features


def feature_names(column: pd.Series[Any], path: Path) -> list[Any]:
    """Return the names of features; whole numbers are integers, whatever type the file has for them.

    Args:
        column: the names, one for each feature.
        path: the file, for messages.

    Raises:
        DataError: a feature has no name.
    """
    names = column.tolist()
    empty = (column.isna() | (column.astype(str).str.strip() == "")).tolist()
    if numbers := [str(number) for number, none in enumerate(empty, 1) if none]:
        which = f"feature {numbers[0]} has" if len(numbers) == 1 else f"features {_first(numbers)} have"
        raise DataError(
            f"{path}: {which} no name in the column {column.name!r} (counted from 1): name all of them, "
            "or choose another column"
        )
    if all(isinstance(name, float) and name.is_integer() for name in names):
        return [int(name) for name in names]
    return names


def _layer(path: Path, layer: str | None, option: str) -> str | None:
    """The layer to read; None where the file has but one."""
    import pyogrio

    listed = pyogrio.list_layers(path).tolist()
    names = [str(name) for name, _ in listed]
    if not names:
        raise DataError(f"{path} holds no layer: it is empty or damaged. Save it again with its features")
    if layer is not None:
        if layer not in names:
            raise DataError(f"{path} has no layer {layer!r}; it has {', '.join(names)}")
        return layer
    if len(names) < 2:
        return None
    # Styles and other tables without geometry, and empty layers, as every GPX file has, are no choice.
    names = [str(name) for name, geometry in listed if geometry is not None] or names
    if len(names) > 1:
        full = [n for n in names if pyogrio.read_info(path, layer=n, force_feature_count=True)["features"]]
        names = full or names[:1]
    if len(names) > 1:
        raise DataError(f"{path} has {len(names)} layers: {', '.join(names)}. Choose one with {option}")
    return names[0]


def _points(table: pd.DataFrame, path: Path) -> gpd.GeoDataFrame:
    """Points from the columns of longitude and latitude of a table."""
    import geopandas as gpd

    columns = [str(name) for name in table.columns]
    x, y = (_column(columns, names, path) for names in (_LONGITUDE, _LATITUDE))
    if x is None or y is None:
        lacking = " and ".join(n for n, c in (("longitude", x), ("latitude", y)) if c is None)
        raise DataError(
            f"{path} holds no geometries, and no column of {lacking} that is known by its name (longitude, lon, x; "
            f"latitude, lat, y): its columns are {', '.join(columns) or 'none'}. Rename the columns of coordinates"
        )
    log.info("%s: points at longitude %r and latitude %r, in degrees", path, x, y)
    longitude, latitude = (_degrees(table[name], path) for name in (x, y))
    longitude = longitude.where(~longitude.between(180, 360, inclusive="right"), longitude - 360)  # from 0 to 360
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(longitude, latitude), crs="EPSG:4326")


def _column(columns: Sequence[str], known: Sequence[str], path: Path) -> str | None:
    """The column with the clearest of the known names."""
    plain = [re.sub(r"\(.*\)|\[.*\]|[^a-z]", "", name.lower()) for name in columns]
    for wanted in known:
        found = [name for name, letters in zip(columns, plain, strict=True) if letters == wanted]
        if len(found) > 1:
            raise DataError(f"{path}: the columns {' and '.join(found)} may both hold coordinates: rename all but one")
        if found:
            return found[0]
    return None


def _degrees(column: pd.Series[Any], path: Path) -> pd.Series[Any]:
    """Numbers of a column, with a decimal point or, where all have none, a decimal comma."""
    import pandas as pd

    text = column.astype(str).str.strip()
    if not text.str.contains(".", regex=False).any():
        text = text.str.replace(",", ".", n=1, regex=False)
    numbers = pd.to_numeric(text, errors="coerce")
    bad = [str(number) for number, value in enumerate(numbers, 1) if not np.isfinite(value)]
    if bad:
        raise DataError(
            f"{path}: the column {column.name!r} holds no number in row {_first(bad)} (counted from 1 the names): "
            "give degrees as decimal numbers, or remove the row"
        )
    return numbers


def _check_places(features: gpd.GeoDataFrame, path: Path) -> None:
    """Refuse what cannot be placed on Earth."""
    import shapely
    from pyproj.exceptions import CRSError, ProjError

    if features.crs is None:
        raise DataError(
            f"{path} does not say its coordinate system (CRS): assign one, e.g. with QGIS, and save it again"
        )
    corners, owners = shapely.get_coordinates(features.geometry.to_numpy(), return_index=True)
    if not np.isfinite(corners).all():  # bounds would leave such corners out
        number = int(owners[~np.isfinite(corners).all(axis=1)][0])
        raise DataError(
            f"{path}: feature {number + 1} (counted from 1) has a corner whose coordinates are no numbers: draw it "
            "again"
        )
    try:
        bounds = features.geometry.to_crs("EPSG:4326").bounds.to_numpy()
    except (CRSError, ProjError) as error:
        raise DataError(
            f"{path} has a coordinate system of its own ({features.crs.name}), which does not say where on Earth it "
            "lies: save the file again in another one, e.g. EPSG:4326"
        ) from error
    there = features.geometry.notna().to_numpy() & ~features.geometry.is_empty.to_numpy()
    limit = np.array([180.0, 90.0, 180.0, 90.0]) + _ROUNDING
    off = there & ~(np.abs(bounds) <= limit).all(axis=1)
    if off.any():
        number = int(np.flatnonzero(off)[0])
        raise DataError(
            f"{path}: feature {number + 1} (counted from 1) reaches beyond 180 degrees of longitude or 90 of latitude, "
            f"with {features.crs.name} as the coordinate system: give longitude before latitude, both in degrees, "
            "or mend the coordinate system"
        )
    if features.crs.is_geographic:
        return
    for index in np.flatnonzero(bounds[:, 2] - bounds[:, 0] > 180).tolist():
        if _is_torn(features.geometry.iloc[[index]]):
            raise DataError(
                f"{path}: feature {index + 1} (counted from 1) crosses 180 degrees, where its outline would jump to "
                "the other side of the Earth: cut it in two parts there, in EPSG:4326"
            )


def _is_torn(shape: gpd.GeoSeries) -> bool:
    """Whether the longitude of one outline in metres jumps over 180 degrees, rather than runs round the Earth."""
    import shapely

    west, south, east, north = shape.total_bounds
    dense = shape.segmentize(max(east - west, north - south) / 50).to_crs("EPSG:4326")
    rings = shapely.get_rings(shapely.get_parts(dense.to_numpy()))
    return any(np.abs(np.diff(shapely.get_coordinates(ring)[:, 0])).max() > 180 for ring in rings)


def _first(numbers: Sequence[str]) -> str:
    """The first five of a list."""
    return ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
