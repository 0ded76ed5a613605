"""A cube as GeoZarr: a copy of the NetCDF in Zarr, chunked once for maps and once for series.

Each of the two groups can be opened by itself. Conventions: CF as in the cube; ``spatial`` and ``proj`` of the Zarr
conventions (<https://github.com/zarr-conventions>), which GDAL reads from 3.13, and of the array alone, so that they
stand at the group and at each of its fields; and GDAL's own attribute ``_CRS``, which older ones read
(<https://gdal.org/drivers/raster/zarr.html>). GDAL 3.10 refuses arrays of Zarr 3 as zarr-python writes them
("Unsupported codec: bytes") and reads those of Zarr 2.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import h5netcdf
import numpy as np
from pyproj import CRS

from smen.atomic import part_path
from smen.data.netcdf import GRID_MAPPING
from smen.errors import DataError, OutputError
from smen.grid import CRS_CODE

if TYPE_CHECKING:
    import zarr

SERIES_SIDE = 16
"""Side of a chunk of series, cells; all dates are in it, up to `SERIES_DATES`."""

SERIES_DATES = 1024
"""Dates in a chunk of series at most: 1 MB of float32 before compression."""

CONVENTIONS = (
    {
        "schema_url": "https://raw.githubusercontent.com/zarr-conventions/spatial/refs/tags/v1/schema.json",
        "spec_url": "https://github.com/zarr-conventions/spatial/blob/v1/README.md",
        "uuid": "689b58e2-cf7b-45e0-9fff-9cfc0883d6b4",
        "name": "spatial:",
        "description": "Spatial coordinate information",
    },
    {
        "schema_url": "https://raw.githubusercontent.com/zarr-conventions/geo-proj/refs/tags/v1/schema.json",
        "spec_url": "https://github.com/zarr-conventions/geo-proj/blob/v1/README.md",
        "uuid": "f17cb550-5864-4468-aeb7-f3180cfb622f",
        "name": "proj:",
        "description": "Coordinate reference system information for geospatial data",
    },
)
"""What is registered of the conventions in each group and field."""

_OF_NETCDF = {"_FillValue", "grid_mapping", "coordinates"}
"""Attributes that are written in another way."""


def write_geozarr(cube: Path, folder: Path, zarr_format: Literal[2, 3] = 3) -> None:
    """Write a cube's copy with the groups ``maps`` and ``series``.

    Args:
        cube: the NetCDF of a region.
        folder: the Zarr store to write; it must not be there.
        zarr_format: version of Zarr's format; 2 for older readers.

    Raises:
        DataError: the cube cannot be read.
        OutputError: the store is there, or cannot be written; or zarr is not installed.
    """
    try:
        import zarr
    except ImportError as error:
        raise OutputError("the package zarr is not installed: pip install 'zarr>=3', or smen with [zarr]") from error
    if folder.exists():
        raise OutputError(f"{folder} is there: remove it, or choose another --output")
    try:
        opened = h5netcdf.File(cube, "r")
    except OSError as error:
        raise DataError(f"{cube} cannot be read: name a region's NetCDF, results/REGION/REGION.nc") from error
    part = part_path(folder)
    try:
        with opened as source:
            root = zarr.open_group(part, mode="w", zarr_format=zarr_format, attributes=_attributes(source))
            for name in ("maps", "series"):
                _write_group(source, root, name)
        part.rename(folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _attributes(source: h5netcdf.File) -> dict[str, Any]:
    return {key: _plain(value) for key, value in source.attrs.items()}


def _write_group(source: h5netcdf.File, root: zarr.Group, name: str) -> None:
    """Write one of the two copies, with the conventions in the group's attributes."""
    place = _spatial(source)
    group = root.create_group(name, attributes={**_attributes(source), **place})
    for key, variable in source.variables.items():
        if variable.dimensions[:1] == ("time",) and len(variable.dimensions) == 3:
            _write_fields(group, name, key, variable, place)
        elif set(variable.dimensions) <= {"time", "y", "x"}:
            array = group.create_array(
                key, shape=variable.shape, dtype=variable.dtype, chunks=variable.shape or "auto",
                **_described(group, variable, _kept(variable)),
            )  # fmt: skip
            array[...] = variable[...]


def _write_fields(group: zarr.Group, name: str, key: str, variable: h5netcdf.Variable, place: dict[str, Any]) -> None:
    """Write fields over time, y and x; missing floats as NaN, so that no reader needs to be told."""
    dates, height, width = variable.shape
    series = (min(dates, SERIES_DATES), min(height, SERIES_SIDE), min(width, SERIES_SIDE))
    fill = variable.attrs.get("_FillValue")
    floating = np.issubdtype(variable.dtype, np.floating)
    wkt = CRS.from_user_input(CRS_CODE).to_wkt()
    attributes = {**_kept(variable), "grid_mapping": GRID_MAPPING, "_CRS": {"wkt": wkt}, **place}
    array = group.create_array(
        key, shape=variable.shape, dtype=variable.dtype, chunks=(1, height, width) if name == "maps" else series,
        fill_value=np.nan if floating else int(np.ravel(fill)[0]), compressors=_compressor(group),
        **_described(group, variable, attributes),
    )  # fmt: skip
    steps = (min(dates, 32), height, width) if name == "maps" else (series[0], series[1], width)
    for part in _parts(variable.shape, steps):
        values = variable[part]
        if floating and fill is not None:
            values = np.where(values == fill, np.nan, values).astype(variable.dtype)
        array[part] = values


def _described(group: zarr.Group, variable: h5netcdf.Variable, attributes: dict[str, Any]) -> dict[str, Any]:
    """Names of the axes and attributes, as arguments of an array of the group's version of the format."""
    if group.metadata.zarr_format == 3:
        return {"dimension_names": variable.dimensions, "attributes": attributes}
    return {"attributes": {**attributes, "_ARRAY_DIMENSIONS": list(variable.dimensions)}}


def _compressor(group: zarr.Group) -> Any:  # noqa: ANN401  (codecs of two packages)
    """Gzip, which every reader has."""
    import numcodecs
    from zarr.codecs import GzipCodec

    return GzipCodec(level=5) if group.metadata.zarr_format == 3 else numcodecs.GZip(level=5)


def _parts(shape: tuple[int, ...], steps: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Blocks of an array, each of whole chunks."""
    for index in np.ndindex(*(-(-size // step) for size, step in zip(shape, steps, strict=True))):
        yield tuple(slice(i * step, (i + 1) * step) for i, step in zip(index, steps, strict=True))


def _kept(variable: h5netcdf.Variable) -> dict[str, Any]:
    """Attributes of a variable that hold in Zarr as well."""
    return {key: _plain(value) for key, value in variable.attrs.items() if key not in _OF_NETCDF}


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever an attribute holds)
    """An attribute as JSON has it."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _spatial(source: h5netcdf.File) -> dict[str, Any]:
    """What the conventions ask for: axes, affine transform, bounding box and reference system."""
    x, y = (np.asarray(source.variables[name][...], np.float64) for name in ("x", "y"))
    across, down = (float(axis[-1] - axis[0]) / (axis.size - 1) for axis in (x, y))
    left, top = float(x[0]) - across / 2, float(y[0]) - down / 2
    return {
        "zarr_conventions": list(CONVENTIONS),
        "spatial:dimensions": ["y", "x"],
        "spatial:shape": [y.size, x.size],
        "spatial:transform": [across, 0.0, left, 0.0, down, top],
        "spatial:bbox": [left, top + down * y.size, left + across * x.size, top],
        "proj:code": CRS_CODE,
    }
