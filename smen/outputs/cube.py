"""All maps of a region as one CF NetCDF, for xarray, QGIS, Panoply and other readers of (time, y, x).

Fields are compressed here and written as the chunks that HDF5 would make of them, so that those of maps that have not
changed can be kept (`smen.data.kept`) for the next cube. A NetCDF that is added to in place is broken where that is
interrupted; written anew of kept chunks, it costs little and appears whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
from numpy.typing import NDArray

from smen.atomic import atomic_hdf5
from smen.data import netcdf
from smen.data.kept import Parts
from smen.grid import CRS_CODE, Grid, Window
from smen.outputs.cube_chunks import COMPRESSION, blocks, chunk_shape, compressed_chunks
from smen.outputs.index_cube import add_indices
from smen.outputs.index_files import IndexFile
from smen.outputs.map_files import MapFile
from smen.outputs.map_reader import MapReader
from smen.outputs.quality_raster import QUALITY_NODATA
from smen.products.conventions import FLOAT_FILL

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


@dataclass(frozen=True)
class Block:
    """The fields of some maps, which are written together.

    Attributes:
        window: where they lie.
        maps: the maps, n of them.
        coarse: the radiometer's fields, (n, R, C), m3/m3.
        grid: of their cells.
        shape: of a chunk.
    """

    window: Window
    maps: Sequence[MapFile]
    coarse: NDArray[np.floating]
    grid: Grid
    shape: tuple[int, int, int]

    @property
    def made_of(self) -> list[object]:
        """All that its chunks are made of."""
        return [[one.digest for one in self.maps], self.coarse, self.window, self.grid, self.shape]

    def chunks(self, reader: MapReader) -> Parts:
        """Compress the chunks of all variables; each by the variable's name, its first row and its first column.

        Args:
            reader: reads the maps.
        """
        read = [reader.bands(one) for one in self.maps]
        bands = np.stack([values for values, _ in read])
        fields = {variable.name: netcdf.filled(bands[:, number]) for number, variable in enumerate(_BANDS)}
        fields[_COARSE.name] = netcdf.filled(np.stack([self.window.expand(one, self.grid) for one in self.coarse]))
        fills = dict.fromkeys(fields, FLOAT_FILL)
        stacks: Mapping[str, NDArray[Any]] = {**fields, "quality": np.stack([codes for _, codes in read])}
        return {
            f"{name} {row} {column}": content
            for name, stack in stacks.items()
            for (row, column), content in compressed_chunks(stack, self.shape, fills.get(name, QUALITY_NODATA)).items()
        }


def write_cube(
    path: Path,
    window: Window,
    maps: Sequence[MapFile],
    coarse: NDArray[np.floating],
    grid: Grid,
    codes: Mapping[int, str],
    attributes: Mapping[str, str],
    indices: Sequence[IndexFile] = (),
    *,
    reader: MapReader | None = None,
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
        reader: reads the maps, and keeps the chunks of those that do not change.

    Raises:
        DataError: a map or an index cannot be read.
        OutputError: the file cannot be written.
    """
    reader = reader or MapReader(window)
    shape = chunk_shape(len(maps), *window.shape)
    with atomic_hdf5(path) as content:
        with h5netcdf.File(content, "w") as file:
            _header(file, window, maps, codes, attributes)
            if indices:
                add_indices(file, indices, COORDINATES)
        with h5py.File(content, "r+") as raw:  # h5netcdf writes no chunk as it is
            for part in blocks(len(maps), *window.shape):
                block = Block(window, maps[part], coarse[part], grid, shape)
                for key, chunk in reader.kept.take("cube", block.made_of, partial(block.chunks, reader)).items():
                    name, row, column = key.split()
                    raw[name].id.write_direct_chunk((part.start, int(row), int(column)), chunk.tobytes())


def _header(
    file: h5netcdf.File,
    window: Window,
    maps: Sequence[MapFile],
    codes: Mapping[int, str],
    attributes: Mapping[str, str],
) -> None:
    """Write everything but the fields."""
    axes = netcdf.axes(window)
    mapping = axes[netcdf.GRID_MAPPING]
    named = {**mapping.attributes, "long_name": f"EASE-Grid 2.0, global ({CRS_CODE})"}
    axes[netcdf.GRID_MAPPING] = mapping._replace(attributes=named)
    netcdf.write_header(file, axes, len(maps), "start of SMAP's half-orbit, UTC", attributes)
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
        netcdf.add_fields(file, variable, compression=COMPRESSION, coordinates=COORDINATES, chunks=chunks)


def _word(meaning: str) -> str:
    """One word for a code: what stands before its colon."""
    return meaning.split(":")[0].strip().replace(" ", "_")
