"""All maps of a region as one CF NetCDF, for xarray, QGIS, Panoply and other readers of (time, y, x)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import h5netcdf
import numpy as np
from numpy.typing import NDArray

from smen.atomic import atomic_hdf5
from smen.data import netcdf
from smen.grid import CRS_CODE, Grid, Window
from smen.outputs.cube_chunks import blocks, chunk_shape
from smen.outputs.index_cube import add_indices
from smen.outputs.index_files import IndexFile
from smen.outputs.map_files import MapFile, read_bands
from smen.outputs.quality_raster import QUALITY_NODATA

COORDINATES = netcdf.GRID_MAPPING
"""Further coordinates of the fields: the projection, for xarray to keep it with every slice, as rioxarray writes it.

There is no latitude along y and no longitude along x, true as they would be: xarray would carry them along where a
field is moved to another grid, and rioxarray's `reproject` then fails, or returns nothing but NaN.
"""

_BANDS = (
    netcdf.float_variable(
        "soil_moisture", long_name="volumetric soil moisture of the top 5 cm", **netcdf.SOIL_MOISTURE
    ),
    netcdf.float_variable(
        "standard_deviation",
        units="m3 m-3",
        long_name="standard deviation of the error of soil moisture",
        standard_name="volume_fraction_of_condensed_water_in_soil standard_error",
    ),
    netcdf.float_variable("age", units="days", long_name="time since the cell's last observation at 3 km"),
)
"""The bands of a map, in their order."""

_COARSE = netcdf.float_variable(
    "coarse_soil_moisture",
    long_name="volumetric soil moisture seen by SMAP's radiometer, its cells repeated at 3 km",
    **netcdf.SOIL_MOISTURE,
)


def write_cube(
    path: Path,
    window: Window,
    maps: Sequence[MapFile],
    coarse: NDArray[np.floating],
    grid: Grid,
    codes: Mapping[int, str],
    attributes: Mapping[str, str],
    indices: Sequence[IndexFile] = (),
) -> None:
    """Write all maps of a region as one file, some at a time, so that memory does not grow with their number.

    Args:
        path: the NetCDF to write.
        window: where the maps lie.
        maps: the maps by rising time.
        coarse: the radiometer's field of each map, on the cells of `grid` under the window, (N, R, C), m3/m3, NaN
            where missing. The file holds it at 3 km, for GIS to lay it below the maps.
        grid: of these cells.
        codes: what each quality code means.
        attributes: what the file says of itself, e.g. title, source, simulated.
        indices: of the region, by rising time, over an axis of time of their own.

    Raises:
        DataError: a map or an index cannot be read.
        OutputError: the file cannot be written.
    """
    with atomic_hdf5(path) as content, h5netcdf.File(content, "w") as file:
        _header(file, window, maps, codes, attributes)
        for part in blocks(len(maps), *window.shape):
            _write_part(file, part, maps, [window.expand(field, grid) for field in coarse[part]])
        if indices:
            add_indices(file, indices, COORDINATES)


def _write_part(
    file: h5netcdf.File, part: slice, maps: Sequence[MapFile], coarse: Sequence[NDArray[np.floating]]
) -> None:
    """Write the fields of some maps, each variable at once; `coarse` are those of the part at 3 km."""
    read = [read_bands(one) for one in maps[part]]
    for number, variable in enumerate(_BANDS):
        file.variables[variable.name][part] = netcdf.filled(np.stack([bands[number] for bands, _ in read]))
    file.variables["quality"][part] = np.stack([quality for _, quality in read])
    file.variables[_COARSE.name][part] = netcdf.filled(np.stack(coarse))


def _header(
    file: h5netcdf.File,
    window: Window,
    maps: Sequence[MapFile],
    codes: Mapping[int, str],
    attributes: Mapping[str, str],
) -> None:
    """Write everything but the fields."""
    dataset = netcdf.axes(window)
    dataset[netcdf.GRID_MAPPING].attrs["long_name"] = f"EASE-Grid 2.0, global ({CRS_CODE})"
    netcdf.write_header(file, dataset, len(maps), "start of SMAP's half-orbit, UTC", attributes)
    netcdf.add_along_time(file, "descending", np.uint8, netcdf.DIRECTION)
    file.variables["time"][:] = netcdf.seconds_of([one.time for one in maps])
    file.variables["descending"][:] = np.array([one.direction == "D" for one in maps], np.uint8)
    meanings = {
        "long_name": "what a cell rests on",
        "flag_values": np.array(sorted(codes), np.uint8),
        "flag_meanings": " ".join(_word(codes[code]) for code in sorted(codes)),
    }
    quality = netcdf.FieldVariable("quality", np.uint8, QUALITY_NODATA, meanings)
    chunks = chunk_shape(len(maps), *window.shape)
    for variable in (*_BANDS, _COARSE, quality):
        netcdf.add_fields(file, variable, compression=4, coordinates=COORDINATES, chunks=chunks)


def _word(meaning: str) -> str:
    """One word for a code: what stands before its colon."""
    return meaning.split(":")[0].strip().replace(" ", "_")
