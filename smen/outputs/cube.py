"""All maps of a region as one CF NetCDF, for xarray, QGIS, Panoply and other readers of (time, y, x)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from smen.atomic import atomic_hdf5
from smen.grid import CRS_CODE, Grid, Window
from smen.outputs.geotiff import NODATA
from smen.outputs.map_files import MapFile, read_bands
from smen.outputs.quality_raster import QUALITY_NODATA

UNITS = "seconds since 2000-01-01 00:00:00"
_EPOCH = np.datetime64("2000-01-01T00:00:00", "s")

_BANDS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "soil_moisture",
        {
            "units": "m3 m-3",
            "long_name": "volumetric soil moisture of the top 5 cm",
            "standard_name": "volume_fraction_of_condensed_water_in_soil",
        },
    ),
    (
        "standard_deviation",
        {
            "units": "m3 m-3",
            "long_name": "standard deviation of the error of soil moisture",
            "standard_name": "volume_fraction_of_condensed_water_in_soil standard_error",
        },
    ),
    ("age", {"units": "days", "long_name": "time since the cell's last observation at 3 km"}),
)


COARSE = "coarse_soil_moisture"
_COARSE_ABOUT = {
    "units": "m3 m-3",
    "long_name": "volumetric soil moisture seen by SMAP's radiometer, its cells repeated at 3 km",
    "standard_name": "volume_fraction_of_condensed_water_in_soil",
}


def write_cube(
    path: Path,
    window: Window,
    maps: Sequence[MapFile],
    coarse: NDArray[np.floating],
    grid: Grid,
    codes: Mapping[int, str],
    attributes: Mapping[str, str],
) -> None:
    """Write all maps of a region as one file, map by map, so that memory does not grow with their number.

    Args:
        path: the NetCDF to write.
        window: where the maps lie.
        maps: the maps by rising time.
        coarse: the radiometer's field of each map, on the cells of `grid` under the window, (N, R, C), m3/m3, NaN
            where missing. The file holds it at 3 km, for GIS to lay it below the maps.
        grid: of these cells.
        codes: what each quality code means.
        attributes: what the file says of itself, e.g. title, source, simulated.

    Raises:
        DataError: a map cannot be read.
        OutputError: the file cannot be written.
    """
    with atomic_hdf5(path) as content, h5netcdf.File(content, "w") as file:
        _header(file, window, maps, codes, attributes)
        for i, one in enumerate(maps):
            bands, quality = read_bands(one)
            for (name, _), band in zip(_BANDS, bands, strict=True):
                file.variables[name][i] = np.where(np.isnan(band), np.float32(NODATA), band)
            file.variables["quality"][i] = quality
            field = window.expand(coarse[i], grid)
            file.variables[COARSE][i] = np.where(np.isnan(field), np.float32(NODATA), field)


def _header(
    file: h5netcdf.File,
    window: Window,
    maps: Sequence[MapFile],
    codes: Mapping[int, str],
    attributes: Mapping[str, str],
) -> None:
    file.dimensions = {"time": len(maps), "y": window.height, "x": window.width}
    file.attrs.update(Conventions="CF-1.10", **attributes)
    _coordinates(file, window)
    time = file.create_variable("time", ("time",), np.int64, data=_seconds(maps))
    time.attrs.update(
        standard_name="time",
        long_name="start of SMAP's half-orbit, UTC",
        units=UNITS,
        calendar="standard",
        axis="T",
    )
    descending = np.array([one.direction == "D" for one in maps], np.uint8)
    direction = file.create_variable("descending", ("time",), np.uint8, data=descending)
    direction.attrs.update(
        long_name="direction of the half-orbit",
        flag_values=np.array([0, 1], np.uint8),
        flag_meanings="ascending descending",
    )
    shape = (1, window.height, window.width)
    options: dict[str, Any] = {"chunks": shape, "compression": "gzip", "compression_opts": 4, "shuffle": True}
    for name, about in (*_BANDS, (COARSE, _COARSE_ABOUT)):
        band = file.create_variable(name, ("time", "y", "x"), np.float32, fillvalue=np.float32(NODATA), **options)
        band.attrs.update(about, grid_mapping="crs", coordinates="latitude longitude")
    quality = file.create_variable(
        "quality", ("time", "y", "x"), np.uint8, fillvalue=np.uint8(QUALITY_NODATA), **options
    )
    quality.attrs.update(
        long_name="what a cell rests on",
        flag_values=np.array(sorted(codes), np.uint8),
        flag_meanings=" ".join(_word(codes[code]) for code in sorted(codes)),
        grid_mapping="crs",
        coordinates="latitude longitude",
    )


def _coordinates(file: h5netcdf.File, window: Window) -> None:
    """Axes in metres, degrees beside them, and the projection in CF's words and in GDAL's."""
    crs = file.create_variable("crs", (), np.int32, data=np.int32(0))
    t = window.transform
    wkt = CRS(CRS_CODE).to_wkt()
    crs.attrs.update(
        {
            **{key: value for key, value in CRS(CRS_CODE).to_cf().items() if key != "crs_wkt"},
            "crs_wkt": wkt,
            "spatial_ref": wkt,
            "GeoTransform": f"{t.c!r} {t.a!r} 0.0 {t.f!r} 0.0 {t.e!r}",
        }
    )
    for name, values in (("y", window.y), ("x", window.x)):
        axis = file.create_variable(name, (name,), np.float64, data=values)
        axis.attrs.update(standard_name=f"projection_{name}_coordinate", units="m", axis=name.upper())
    for name, along, values, units in (
        ("latitude", "y", window.latitudes, "degrees_north"),
        ("longitude", "x", window.longitudes, "degrees_east"),
    ):
        degrees = file.create_variable(name, (along,), np.float64, data=values)
        degrees.attrs.update(standard_name=name, units=units)


def _seconds(maps: Sequence[MapFile]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([(one.time - _EPOCH) // np.timedelta64(1, "s") for one in maps], np.int64)


def _word(meaning: str) -> str:
    """One word for a code: what stands before its colon."""
    return meaning.split(":")[0].strip().replace(" ", "_")
