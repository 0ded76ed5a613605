"""Indices in a region's cube: variables over their own axis of time, `index_time`, of overpasses, days or weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.data import netcdf
from smen.data.drought_classes import DROUGHT_NODATA, DroughtClass
from smen.outputs.cube_chunks import blocks, chunk_shape
from smen.outputs.index_files import IndexFile, read_index
from smen.outputs.index_rasters import DROUGHT, KINDS, NAMES
from smen.products.conventions import FLOAT_FILL

if TYPE_CHECKING:
    import h5netcdf
    from numpy.typing import NDArray

AXIS = "index_time"
"""Dimension of the indices: the beginnings of their periods."""

LONG_NAMES = {
    "anomaly": "soil moisture less what is usual for place and season",
    "standardised_anomaly": "the same in standard deviations of place and season",
    "percentile": "share of the record of this season that was drier",
    "percentile_low": "lower end of the 90 % interval of percentile",
    "percentile_high": "upper end of the 90 % interval of percentile",
    "drought_probability": "probability of drought, D1 or worse",
    "water_index": "soil water index of the root zone, as a share of the cell's range",
    "water_index_quality": "weight of the observations behind the water index, as a share of that of daily ones",
}

OF_WATER = ("water_index", "water_index_quality")
"""Variables by time constant, in the order of the bands of the water index."""


def add_indices(file: h5netcdf.File, indices: Sequence[IndexFile], coordinates: str) -> None:
    """Add a region's indices to its open cube, period by period.

    Args:
        file: with the dimensions y and x.
        indices: by rising time, all of the same kinds; at least one.
        coordinates: names of further coordinates of the fields.

    Raises:
        DataError: a raster cannot be read.
    """
    file.dimensions[AXIS] = len(indices)
    _times(file, indices)
    constants = time_constants(indices[0])
    if constants:
        file.dimensions["time_constant"] = len(constants)
        made = file.create_variable("time_constant", ("time_constant",), np.int32, data=np.array(constants, np.int32))
        made.attrs.update(long_name="time constant of the water index", units="days")
    shape = file.dimensions["y"].size, file.dimensions["x"].size
    for kind in indices[0].paths:
        _add_kind(file, kind, coordinates)
        for part in blocks(len(indices), *shape):
            _write_part(file, kind, part, np.stack([read_index(one.paths[kind]) for one in indices[part]]))


def _write_part(file: h5netcdf.File, kind: str, part: slice, values: NDArray[np.floating]) -> None:
    """Write one kind of raster of some periods, (n, bands, H, W)."""
    if kind == DROUGHT:
        codes = np.where(np.isnan(values[:, 0]), DROUGHT_NODATA, values[:, 0])
        file.variables[kind][part] = codes.astype(np.uint8)
    elif (bands := KINDS[kind].bands) is None:
        for name, stack in zip(OF_WATER, np.split(values.swapaxes(0, 1), len(OF_WATER)), strict=True):
            file.variables[name][:, part] = netcdf.filled(stack)
    else:
        for number, band in enumerate(bands):
            file.variables[band.name][part] = netcdf.filled(values[:, number])


def _times(file: h5netcdf.File, indices: Sequence[IndexFile]) -> None:
    """Write the axis of time and the bounds of its periods."""
    about = netcdf.time_attributes(f"beginning of the {indices[0].every} that an index is of, UTC")
    axis = file.create_variable(AXIS, (AXIS,), np.int64, data=netcdf.seconds_of([one.start for one in indices]))
    axis.attrs.update({**about, "axis": "T"})
    file.dimensions["bounds"] = 2
    ends = np.stack([netcdf.seconds_of([getattr(one, name) for one in indices]) for name in ("start", "end")], axis=1)
    axis.attrs["bounds"] = f"{AXIS}_bounds"
    file.create_variable(f"{AXIS}_bounds", (AXIS, "bounds"), np.int64, data=ends)


def time_constants(one: IndexFile) -> list[int]:
    """Return the time constants of the water index in days, as its bands name them; none without one.

    Args:
        one: the rasters of a period.
    """
    import rasterio

    if "water_index" not in one.paths:
        return []
    with rasterio.open(one.paths["water_index"]) as raster:
        return [int(name.removeprefix("swi_")) for name in map(str, raster.descriptions) if name.startswith("swi_")]


def _add_kind(file: h5netcdf.File, kind: str, coordinates: str) -> None:
    """Add the variables of one kind of raster, without values yet."""
    if kind == DROUGHT:
        words = " ".join(code.name for code in DroughtClass)
        flags = {
            "long_name": "drought class", "flag_values": np.array(sorted(NAMES), np.uint8), "flag_meanings": words,
        }  # fmt: skip
        _add(file, DROUGHT, (AXIS, "y", "x"), np.uint8, DROUGHT_NODATA, flags, coordinates)
    elif (bands := KINDS[kind].bands) is None:
        for name in OF_WATER:
            about = {"units": "percent", "long_name": LONG_NAMES[name]}
            _add(file, name, ("time_constant", AXIS, "y", "x"), np.float32, FLOAT_FILL, about, coordinates)
    else:
        for band in bands:
            about = {"units": band.units, "long_name": LONG_NAMES[band.name]}
            _add(file, band.name, (AXIS, "y", "x"), np.float32, FLOAT_FILL, about, coordinates)


def _add(
    file: h5netcdf.File,
    name: str,
    dims: tuple[str, ...],
    dtype: type[np.generic],
    fill: float,
    attributes: dict[str, Any],
    coordinates: str,
) -> None:
    """Add one variable, in compressed chunks of some periods on squares of cells."""
    dates, rows, columns = chunk_shape(*(file.dimensions[dim].size for dim in (AXIS, "y", "x")))
    chunks = *(1 for _ in dims[:-3]), dates, rows, columns
    made = file.create_variable(
        name,
        dims,
        dtype,
        fillvalue=dtype(fill),
        chunks=chunks,
        compression="gzip",
        compression_opts=4,
        shuffle=True,
    )
    made.attrs.update(attributes, grid_mapping=netcdf.GRID_MAPPING, coordinates=coordinates)
