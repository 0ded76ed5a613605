"""Aligned series: one product's fields on one window, overpass after overpass, kept as CF NetCDF.

The fields lie on the cells of the product's own grid that the window touches: R x C coarse cells of a radiometer
product, the H x W cells of the window for the fine one. Nothing is repeated; `Window.expand` does it where needed.
A series is known by the times of its half-orbits. In memory a cell without a valid retrieval is NaN, in the file it
is -9999. The file is written field by field, so that memory does not grow with the number of granules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from smen import __version__
from smen.atomic import atomic_hdf5
from smen.errors import DataError
from smen.grid import CRS_CODE, GRIDS, Grid, Window

FILL = -9999.0
"""In files, for a missing value of a float: the SMAP products' own fill."""

FLAG_FILL = 65534
"""In files and in memory, for missing flags: the SMAP products' own fill of uint16."""

EPOCH = np.datetime64("2000-01-01T00:00:00", "s")
NO_TIME = np.iinfo(np.int64).min
"""NaT as an integer: no cell of the overpass says its time."""


ROW = ("time", "overpass_time", "descending", "granules", "sentinel1_times")
"""Variables of the file that hold one value for each overpass."""

STACKS = ("soil_moisture", "standard_deviation", "surface_flag")
"""Variables of the file that hold a field for each overpass."""


@dataclass(frozen=True)
class Field:
    """One overpass of a series.

    Attributes:
        time: time in the half-orbit's own name, datetime64[s].
        descending: direction of the half-orbit.
        overpass_time: time over the window, datetime64[s], NaT where no cell says it.
        soil_moisture: (R, C) float32, m3/m3, NaN where there is no valid retrieval.
        standard_deviation: (R, C) float32, m3/m3, as the product says; None for products without it.
        surface_flag: (R, C) uint16, `FLAG_FILL` where there is none.
        granules: names of the granules, space-separated.
        sentinel1_times: Sentinel-1 times of the scenes in it; none for a radiometer product.
    """

    time: np.datetime64
    descending: bool
    overpass_time: np.datetime64
    soil_moisture: NDArray[np.float32]
    standard_deviation: NDArray[np.float32] | None
    surface_flag: NDArray[np.uint16]
    granules: str
    sentinel1_times: tuple[np.datetime64, ...] = ()


@dataclass(frozen=True)
class Series:
    """T overpasses of one product on one window, by rising time.

    Attributes:
        product: short name of the product.
        window: where the fields lie.
        grid: of the fields' cells: M36 or M09 for a radiometer product, M03 for the fine one.
        time: (T,) datetime64[s], the half-orbits' own times, by which all else refers to them.
        descending: (T,) bool.
        overpass_time: (T,) datetime64[s], time over the window, NaT where none is known.
        soil_moisture: (T, R, C) float32, m3/m3, NaN where missing.
        standard_deviation: (T, R, C) float32 or None.
        surface_flag: (T, R, C) uint16, `FLAG_FILL` where missing.
        granules: (T,) names of the granules, space-separated.
        sentinel1_times: (T,) tuples of datetime64[s]; empty for a radiometer product.
        simulated: whether the granules said that they are simulated.
    """

    product: str
    window: Window
    grid: Grid
    time: NDArray[np.datetime64]
    descending: NDArray[np.bool_]
    overpass_time: NDArray[np.datetime64]
    soil_moisture: NDArray[np.float32]
    standard_deviation: NDArray[np.float32] | None
    surface_flag: NDArray[np.uint16]
    granules: tuple[str, ...]
    sentinel1_times: tuple[tuple[np.datetime64, ...], ...]
    simulated: bool


def write(
    path: Path,
    window: Window,
    grid: Grid,
    product: str,
    times: int,
    fields: Iterable[Field],
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
    with atomic_hdf5(path) as content, h5py.File(content, "w") as file:
        with h5netcdf.File(file, "w") as header:
            _write_header(header, window, grid, product, times, title, simulated)
        stacks = {name: file[name] for name in STACKS}
        last: np.datetime64 = np.datetime64("NaT", "s")
        rows: list[tuple[int, int, int, str, str]] = []
        for field in fields:
            if not np.isnat(last) and field.time <= last:
                raise DataError(f"{path}: the overpass of {field.time} does not follow that of {last}")
            if len(rows) < times:
                _write_field(stacks, len(rows), field)
            last = field.time
            rows.append(_row(field))
        if len(rows) != times:
            raise DataError(f"{path}: {times} overpasses were announced, {len(rows)} came")
        # All times at once: written one by one, they would take as long as the fields.
        for name, column in zip(ROW, zip(*rows, strict=True), strict=True) if rows else ():
            file[name][:] = column


def _write_header(
    file: h5netcdf.File, window: Window, grid: Grid, product: str, times: int, title: str, simulated: bool
) -> None:
    x, y = window.coarse_axes(grid)
    file.dimensions = {"time": times, "y": len(y), "x": len(x)}
    file.attrs.update(
        Conventions="CF-1.10",
        title=title,
        source=f"{product}{', simulated' if simulated else ''}",
        product=product,
        simulated=str(simulated).lower(),
        history=f"smen {__version__}",
        grid=grid.name,
        window=np.array([window.row, window.column, window.height, window.width], np.int64),
    )
    crs = file.create_variable("crs", (), np.int32, data=np.int32(0))
    crs.attrs.update(_grid_mapping(window, grid))
    for name, values in (("y", y), ("x", x)):
        axis = file.create_variable(name, (name,), np.float64, data=values)
        axis.attrs.update(standard_name=f"projection_{name}_coordinate", units="m", axis=name.upper())
    seconds = f"seconds since {str(EPOCH).replace('T', ' ')}"
    for name, long_name in (
        ("time", "time in the half-orbit's name"),
        ("overpass_time", "time over the window, mean of its cells"),
    ):
        _time = file.create_variable(name, ("time",), np.int64)
        _time.attrs.update(long_name=long_name, units=seconds, calendar="standard")
        if name == "time":
            _time.attrs.update(standard_name="time", axis="T")
        else:
            _time.attrs["missing_value"] = np.int64(NO_TIME)
    direction = file.create_variable("descending", ("time",), np.uint8)
    direction.attrs.update(
        long_name="direction of the half-orbit",
        flag_values=np.array([0, 1], np.uint8),
        flag_meanings="ascending descending",
    )
    for name, long_name in (
        ("granules", "names of the granules"),
        ("sentinel1_times", "Sentinel-1 times of the scenes"),
    ):
        file.create_variable(name, ("time",), h5py.string_dtype()).attrs["long_name"] = long_name
    for name in ("soil_moisture", "standard_deviation"):
        values = _field_variable(file, name, np.float32, np.float32(FILL))
        values.attrs.update(units="m3 m-3", long_name=name.replace("_", " "))
    file.variables["soil_moisture"].attrs["standard_name"] = "volume_fraction_of_condensed_water_in_soil"
    flags = _field_variable(file, "surface_flag", np.uint16, np.uint16(FLAG_FILL))
    flags.attrs["long_name"] = "surface condition bits, as in the product"


def _field_variable(file: h5netcdf.File, name: str, dtype: type, fill: Any) -> h5netcdf.Variable:  # noqa: ANN401
    dims = ("time", "y", "x")
    shape = (1, file.dimensions["y"].size, file.dimensions["x"].size)
    variable = file.create_variable(
        name, dims, dtype, fillvalue=fill, chunks=shape, compression="gzip", compression_opts=1, shuffle=True
    )
    variable.attrs.update(grid_mapping="crs", coordinates="overpass_time")
    return variable


def _grid_mapping(window: Window, grid: Grid) -> dict[str, Any]:
    """CF's description of the projection, and GDAL's own transform beside it."""
    mapping = {k: v for k, v in CRS(CRS_CODE).to_cf().items() if k != "crs_wkt"}
    t = window.coarse_transform(grid)
    return mapping | {
        "crs_wkt": CRS(CRS_CODE).to_wkt(),
        "spatial_ref": CRS(CRS_CODE).to_wkt(),
        "GeoTransform": f"{t.c!r} {t.a!r} 0.0 {t.f!r} 0.0 {t.e!r}",
    }


def _row(field: Field) -> tuple[int, int, int, str, str]:
    """What the file says of an overpass beside its fields, in the order of `ROW`."""
    sentinel1 = " ".join(str(t) for t in field.sentinel1_times)
    return _seconds(field.time), _seconds(field.overpass_time), int(field.descending), field.granules, sentinel1


def _write_field(stacks: dict[str, h5py.Dataset], i: int, field: Field) -> None:
    """Write one overpass's fields by h5py itself: h5netcdf looks everything up anew for each of them."""
    stacks["soil_moisture"][i] = np.where(np.isnan(field.soil_moisture), np.float32(FILL), field.soil_moisture)
    if field.standard_deviation is not None:
        known = ~np.isnan(field.standard_deviation)
        stacks["standard_deviation"][i] = np.where(known, field.standard_deviation, np.float32(FILL))
    stacks["surface_flag"][i] = field.surface_flag


def _seconds(time: np.datetime64) -> int:
    return NO_TIME if np.isnat(time) else int((time - EPOCH).astype("timedelta64[s]").astype(np.int64))


def read(path: Path) -> Series:
    """Read a series that `write` wrote.

    Raises:
        DataError: no such file, or not one of ours.
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
    count = file.dimensions["time"].size
    product = str(file.attrs["product"])
    deviation = _floats(file, "standard_deviation", count)
    texts = [t.decode() if isinstance(t, bytes) else str(t) for t in file.variables["sentinel1_times"][:]]
    names = [t.decode() if isinstance(t, bytes) else str(t) for t in file.variables["granules"][:]]
    return Series(
        product=product,
        window=Window(row, column, height, width),
        grid=GRIDS[str(file.attrs["grid"])],
        time=_times(file, "time"),
        descending=file.variables["descending"][:].astype(bool),
        overpass_time=_times(file, "overpass_time"),
        soil_moisture=_floats(file, "soil_moisture", count),
        standard_deviation=None if np.isnan(deviation).all() else deviation,
        surface_flag=np.asarray(file.variables["surface_flag"][:], np.uint16),
        granules=tuple(names),
        sentinel1_times=tuple(tuple(np.datetime64(t, "s") for t in text.split()) for text in texts),
        simulated=str(file.attrs["simulated"]) == "true",
    )


def _times(file: h5netcdf.File, name: str) -> NDArray[np.datetime64]:
    seconds = np.asarray(file.variables[name][:], np.int64)
    known = np.where(seconds == NO_TIME, 0, seconds)
    times = EPOCH + known.astype("timedelta64[s]")
    return np.where(seconds == NO_TIME, np.datetime64("NaT", "s"), times)


def _floats(file: h5netcdf.File, name: str, count: int) -> NDArray[np.float32]:
    values = np.asarray(file.variables[name][:], np.float32) if count else np.empty((0, 0, 0), np.float32)
    values[values == np.float32(FILL)] = np.nan
    return values


def concatenate(parts: Sequence[Series]) -> Series:
    """Join the years of one product into one series.

    Raises:
        DataError: there is nothing to join, or products, windows or the order of time do not fit.
    """
    if not parts:
        raise DataError("there is no aligned series to read: run the stage align first")
    first, filled = parts[0], [p for p in parts if p.time.size]
    if any((p.window, p.grid, p.product) != (first.window, first.grid, first.product) for p in parts):
        raise DataError("aligned series of different windows or products cannot be joined: align them again")
    if not filled:
        return first
    time = np.concatenate([p.time for p in filled])
    if (np.diff(time) <= np.timedelta64(0, "s")).any():
        raise DataError("aligned series overlap in time: align them again")
    deviations = [
        np.full_like(p.soil_moisture, np.nan) if p.standard_deviation is None else p.standard_deviation for p in filled
    ]
    return replace(
        filled[0],
        time=time,
        descending=np.concatenate([p.descending for p in filled]),
        overpass_time=np.concatenate([p.overpass_time for p in filled]),
        soil_moisture=np.concatenate([p.soil_moisture for p in filled]),
        standard_deviation=(None if all(p.standard_deviation is None for p in filled) else np.concatenate(deviations)),
        surface_flag=np.concatenate([p.surface_flag for p in filled]),
        granules=tuple(name for p in filled for name in p.granules),
        sentinel1_times=tuple(times for p in filled for times in p.sentinel1_times),
        simulated=any(p.simulated for p in filled),
    )
