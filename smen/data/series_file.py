"""Aligned series as CF NetCDF, written field by field, so that memory does not grow with the number of granules.

In memory a cell without a valid retrieval is NaN, in the file it is -9999.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import h5netcdf
import h5py
import numpy as np

from smen import __version__
from smen.atomic import atomic_hdf5
from smen.data import netcdf
from smen.data.series import AlignedField, Series
from smen.errors import DataError
from smen.grid import GRIDS, Grid, Window

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ROW = ("time", "overpass_time", "descending", "granules", "sentinel1_times")
"""Variables of the file that hold one value for each overpass."""

STACKS = (
    netcdf.float_variable("soil_moisture", long_name="soil moisture", **netcdf.SOIL_MOISTURE),
    netcdf.float_variable("standard_deviation", long_name="standard deviation", units="m3 m-3"),
    netcdf.float_variable(
        "soil_moisture_not_recommended",
        long_name="soil moisture of successful retrievals that are not recommended",
        **netcdf.SOIL_MOISTURE,
    ),
    netcdf.flag_variable("surface_flag", long_name="surface condition bits, as in the product"),
)
"""Variables of the file that hold a field for each overpass."""


def write_series(
    path: Path,
    window: Window,
    grid: Grid,
    product: str,
    times: int,
    fields: Iterable[AlignedField],
    *,
    simulated: bool,
    title: str,
) -> None:
    """Write a series as CF NetCDF, one field after the other.

    Args:
        path: the file; it appears when it is whole.
        window: where the fields lie.
        grid: of the fields' cells.
        product: short name of the product.
        times: how many fields there will be.
        fields: the fields by rising time.
        simulated: whether any of the granules is simulated.
        title: what the file is, in words.

    Raises:
        OutputError: the file cannot be written.
        DataError: the fields are not in order of time, or not as many as announced.
    """
    attributes = {
        "title": title,
        "source": f"{product}{', simulated' if simulated else ''}",
        "product": product,
        "simulated": str(simulated).lower(),
        "history": f"smen {__version__}",
        "grid": grid.name,
        "window": np.array([window.row, window.column, window.height, window.width], np.int64),
    }
    with atomic_hdf5(path) as content, h5py.File(content, "w") as file:
        with h5netcdf.File(file, "w") as header:
            netcdf.write_header(header, netcdf.axes(window, grid), times, "time in the half-orbit's name", attributes)
            _add_variables(header)
        rows = _write_fields(path, file, times, fields)
        # All times at once: written one by one, they would take as long as the fields.
        for name, column in zip(ROW, zip(*rows, strict=True), strict=True) if rows else ():
            file[name][:] = column


def _add_variables(file: h5netcdf.File) -> None:
    """Add the variables of a series, without values yet."""
    about_overpass = netcdf.time_attributes("time over the window, mean of its cells", axis=False)
    netcdf.add_along_time(file, "overpass_time", np.int64, about_overpass)
    netcdf.add_along_time(file, "descending", np.uint8, netcdf.DIRECTION)
    texts = {"granules": "names of the granules", "sentinel1_times": "Sentinel-1 times of the scenes"}
    for name, long_name in texts.items():
        netcdf.add_along_time(file, name, h5py.string_dtype(), {"long_name": long_name})
    for variable in STACKS:
        netcdf.add_fields(file, variable, compression=1, coordinates="overpass_time")


def _write_fields(
    path: Path, file: h5py.File, times: int, fields: Iterable[AlignedField]
) -> list[tuple[int, int, int, str, str]]:
    """Write the fields one by one and return what is kept of each overpass beside them, in the order of `ROW`."""
    stacks = {variable.name: file[variable.name] for variable in STACKS}
    rows: list[tuple[int, int, int, str, str]] = []
    last: np.datetime64 = np.datetime64("NaT", "s")
    for field in fields:
        if not np.isnat(last) and field.time <= last:
            raise DataError(f"{path}: the overpass of {field.time} does not follow that of {last}")
        if len(rows) < times:
            _write_field(stacks, len(rows), field)
        last = field.time
        rows.append(_row(field))
    if len(rows) != times:
        raise DataError(f"{path}: {times} overpasses were announced, {len(rows)} came")
    return rows


def _row(field: AlignedField) -> tuple[int, int, int, str, str]:
    """One overpass's values, in the order of `ROW`."""
    time, overpass_time = (int(netcdf.seconds_of(t)) for t in (field.time, field.overpass_time))
    sentinel1 = " ".join(str(t) for t in field.sentinel1_times)
    return time, overpass_time, int(field.descending), field.granules, sentinel1


def _write_field(stacks: dict[str, h5py.Dataset], i: int, field: AlignedField) -> None:
    """Write one overpass's fields by h5py itself: h5netcdf looks everything up anew for each of them."""
    stacks["soil_moisture"][i] = netcdf.filled(field.soil_moisture)
    if field.standard_deviation is not None:
        stacks["standard_deviation"][i] = netcdf.filled(field.standard_deviation)
    if field.not_recommended is not None:
        stacks["soil_moisture_not_recommended"][i] = netcdf.filled(field.not_recommended)
    stacks["surface_flag"][i] = field.surface_flag


def read_series(path: Path) -> Series:
    """Read a series that `write_series` wrote.

    Raises:
        DataError: no such file, or it is no aligned series.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing: run the stage align for its region and year first")
    try:
        with h5netcdf.File(path, "r") as file:
            return _read(file)
    except (OSError, KeyError) as error:
        raise DataError(f"{path} is no aligned series: {error}. Delete it and run the workflow again") from error


def _read(file: h5netcdf.File) -> Series:
    row, column, height, width = (int(v) for v in file.attrs["window"])
    return Series(
        product=str(file.attrs["product"]),
        window=Window(row, column, height, width),
        grid=GRIDS[str(file.attrs["grid"])],
        time=netcdf.times_of(file.variables["time"][:]),
        descending=file.variables["descending"][:].astype(bool),
        overpass_time=netcdf.times_of(file.variables["overpass_time"][:]),
        soil_moisture=_floats(file, "soil_moisture"),
        standard_deviation=_floats_or_none(file, "standard_deviation"),
        surface_flag=np.asarray(file.variables["surface_flag"][:], np.uint16),
        granules=tuple(_texts(file, "granules")),
        sentinel1_times=tuple(
            tuple(np.datetime64(t, "s") for t in text.split()) for text in _texts(file, "sentinel1_times")
        ),
        simulated=str(file.attrs["simulated"]) == "true",
        not_recommended=_floats_or_none(file, "soil_moisture_not_recommended"),
    )


def _floats(file: h5netcdf.File, name: str) -> NDArray[np.float32]:
    """The fields of a variable, NaN where missing; without any, an array that is empty in all axes."""
    return netcdf.unfilled(file.variables[name][:] if file.dimensions["time"].size else np.empty((0, 0, 0)))


def _floats_or_none(file: h5netcdf.File, name: str) -> NDArray[np.float32] | None:
    """The fields of a variable, or None where there is no value, or the file is of a version without the variable."""
    if name not in file.variables:
        return None
    values = _floats(file, name)
    return None if np.isnan(values).all() else values


def _texts(file: h5netcdf.File, name: str) -> list[str]:
    return [text.decode() if isinstance(text, bytes) else str(text) for text in file.variables[name][:]]
