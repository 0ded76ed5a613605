"""CF NetCDF as all stages write it: axes, projection, times and fill values.

A file has one field for each time on the cells of a window. Fields are written one after the other, so that memory
does not grow with their number. Headers are written by h5netcdf, as rioxarray and xarray would write them: loading
those two takes a second and a half of each process, most of the time of a short job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from smen.grid import CRS_CODE, M03
from smen.products.conventions import FLAG_FILL, FLOAT_FILL

if TYPE_CHECKING:
    import h5netcdf
    from numpy.typing import ArrayLike, NDArray

    from smen.grid import Grid, Window

CONVENTIONS = "CF-1.10"

GRID_MAPPING = "crs"
"""Name of the variable that describes the projection."""

EPOCH = np.datetime64("2000-01-01T00:00:00", "s")
"""Origin of the files' seconds: midnight, unlike the SMAP products' own, which count from noon of the same day."""

TIME_UNITS = f"seconds since {str(EPOCH).replace('T', ' ')}"
CALENDAR = "standard"

NO_TIME = int(np.iinfo(np.int64).min)
"""Seconds of a time that is not known: the integer that NaT is."""

SOIL_MOISTURE = {"units": "m3 m-3", "standard_name": "volume_fraction_of_condensed_water_in_soil"}
"""Attributes of every volumetric soil moisture."""

DIRECTION = {
    "long_name": "direction of the half-orbit",
    "flag_values": np.array([0, 1], np.uint8),
    "flag_meanings": "ascending descending",
}
"""Attributes of `descending`, uint8."""


@dataclass(frozen=True)
class FieldVariable:
    """A variable over time, y and x.

    Attributes:
        name: of the variable.
        dtype: of its values.
        fill: its fill value.
        attributes: units and names.
    """

    name: str
    dtype: type[np.generic]
    fill: float
    attributes: Mapping[str, Any] = field(default_factory=dict)


def float_variable(name: str, **attributes: str) -> FieldVariable:
    """Describe a float32 variable with the products' own fill value.

    Args:
        name: of the variable.
        attributes: units and names.
    """
    return FieldVariable(name, np.float32, FLOAT_FILL, attributes)


def flag_variable(name: str, **attributes: str) -> FieldVariable:
    """Describe a uint16 variable of flags with the products' own fill value.

    Args:
        name: of the variable.
        attributes: names.
    """
    return FieldVariable(name, np.uint16, FLAG_FILL, attributes)


def filled(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Put the fill value in the place of NaN, float32, same shape."""
    return np.where(np.isnan(values), np.float32(FLOAT_FILL), values).astype(np.float32)


def unfilled(values: ArrayLike) -> NDArray[np.float32]:
    """Put NaN in the place of the fill value, float32, same shape."""
    result = np.array(values, np.float32)
    result[result == np.float32(FLOAT_FILL)] = np.nan
    return result


def seconds_of(time: ArrayLike) -> NDArray[np.int64]:
    """Return datetime64 as seconds since `EPOCH`, `NO_TIME` for NaT; same shape."""
    time = np.asarray(time, "datetime64[s]")
    return np.where(np.isnat(time), NO_TIME, (time - EPOCH).astype(np.int64))


def times_of(seconds: ArrayLike) -> NDArray[np.datetime64]:
    """Return seconds since `EPOCH` as datetime64[s], NaT for `NO_TIME`; same shape."""
    seconds = np.asarray(seconds, np.int64)
    unknown = seconds == NO_TIME
    times = EPOCH + np.where(unknown, 0, seconds).astype("timedelta64[s]")
    return np.where(unknown, np.datetime64("NaT", "s"), times)


def time_attributes(long_name: str, *, axis: bool = True) -> dict[str, Any]:
    """Describe a variable of seconds since `EPOCH`.

    Args:
        long_name: what the time is of.
        axis: whether it is the file's axis of time; else it may be missing.
    """
    own = {"standard_name": "time", "axis": "T"} if axis else {"missing_value": np.int64(NO_TIME)}
    return {"long_name": long_name, "units": TIME_UNITS, "calendar": CALENDAR, **own}


class Axis(NamedTuple):
    """A variable that fields lie along, or that says where they lie.

    Attributes:
        dimensions: names of its dimensions.
        values: along them.
        attributes: units and names.
    """

    dimensions: tuple[str, ...]
    values: NDArray[Any]
    attributes: Mapping[str, Any]


def axes(window: Window, grid: Grid = M03) -> dict[str, Axis]:
    """Make the axes of a window's fields and their projection, in CF's words and in GDAL's.

    Args:
        window: where the fields lie.
        grid: of their cells.

    Returns:
        By name, y and x of the cells' centres in metres, and `crs` with the transform of corners.
    """
    x, y = window.coarse_axes(grid)
    corners = " ".join(str(number) for number in window.coarse_transform(grid).to_gdal())
    return {
        "y": Axis(("y",), y, _of_axis("y")),
        "x": Axis(("x",), x, _of_axis("x")),
        GRID_MAPPING: Axis((), np.array(0), {**_projection(), "GeoTransform": corners}),
    }


def _of_axis(name: str) -> dict[str, str]:
    """Describe an axis of the projection (CF conventions 1.10, section 4 and appendix F)."""
    return {
        "axis": name.upper(),
        "long_name": f"{name} coordinate of projection",
        "standard_name": f"projection_{name}_coordinate",
        "units": "m",  # UDUNITS knows "metre" as well, but readers of CF look for "m"
    }


@cache
def _projection() -> dict[str, Any]:
    """Describe the projection: CF's words by pyproj, and its text as GDAL writes and looks for it."""
    from pyproj import CRS

    text = CRS.from_user_input(CRS_CODE).to_wkt("WKT1_GDAL")
    return {**CRS.from_wkt(text).to_cf(), "crs_wkt": text, "spatial_ref": text}


def write_axes(file: h5netcdf.File, axes: Mapping[str, Axis]) -> None:
    """Write axes, and the dimensions that they are of.

    Args:
        file: open for writing, without these dimensions.
        axes: by name.
    """
    for name, axis in axes.items():
        if axis.dimensions == (name,):
            file.dimensions[name] = len(axis.values)
    for name, axis in axes.items():
        file.create_variable(name, axis.dimensions, axis.values.dtype, data=axis.values).attrs.update(axis.attributes)


def write_header(
    file: h5netcdf.File, axes: Mapping[str, Axis], times: int, time_name: str, attributes: Mapping[str, Any]
) -> None:
    """Begin a file: its dimensions, global attributes, axes, and `time` without values yet.

    Args:
        file: open for writing, empty.
        axes: the axes, and whatever else lies along them, by name.
        times: how many fields there will be.
        time_name: what the times are of, in words.
        attributes: of the file, beside the conventions.
    """
    file.dimensions = {"time": times}
    file.attrs.update(Conventions=CONVENTIONS, **attributes)
    write_axes(file, axes)
    add_along_time(file, "time", np.int64, time_attributes(time_name))


def add_along_time(
    file: h5netcdf.File,
    name: str,
    dtype: type[np.generic] | np.dtype[Any],
    attributes: Mapping[str, Any],
) -> None:
    """Add a variable with one value for each time.

    Args:
        file: after `write_header`.
        name: of the variable.
        dtype: of its values.
        attributes: its units and names.
    """
    file.create_variable(name, ("time",), dtype).attrs.update(attributes)


def add_fields(
    file: h5netcdf.File,
    variable: FieldVariable,
    *,
    compression: int,
    coordinates: str | None = None,
    plane: tuple[str, str] = ("y", "x"),
    chunks: tuple[int, int, int] | None = None,
) -> None:
    """Add a variable with one field for each time.

    Args:
        file: after `write_header`.
        variable: which.
        compression: gzip's level.
        coordinates: names of further coordinates of the fields.
        plane: names of the fields' two axes; only those in metres belong to a projection.
        chunks: times, rows and columns of a compressed chunk; None: each field is one.
    """
    made = file.create_variable(
        variable.name,
        ("time", *plane),
        variable.dtype,
        fillvalue=variable.dtype(variable.fill),
        chunks=chunks or (1, *(file.dimensions[axis].size for axis in plane)),
        compression="gzip",
        compression_opts=compression,
        shuffle=True,
    )
    made.attrs.update(variable.attributes)
    if plane == ("y", "x"):
        made.attrs["grid_mapping"] = GRID_MAPPING
    if coordinates is not None:
        made.attrs["coordinates"] = coordinates
