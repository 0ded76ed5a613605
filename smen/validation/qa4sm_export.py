"""A region's maps in the form that QA4SM, the community's validation service, takes as a user's own data.

The service wants NetCDF4 without groups, one variable over time, lat and lon, and longitudes from -180 to 180. The
columns of EASE-Grid 2.0 are meridians and its rows parallels, so that a window is such a grid as it is; across 180
degrees its columns are put in the order of their longitudes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.atomic import atomic_hdf5
from smen.data import netcdf
from smen.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

_SOIL_MOISTURE = netcdf.float_variable(
    "soil_moisture", long_name="volumetric soil moisture of the top 5 cm", **netcdf.SOIL_MOISTURE
)


def write_qa4sm_cube(
    path: Path,
    window: Window,
    times: NDArray[np.datetime64],
    fields: Iterable[NDArray[np.floating]],
    attributes: Mapping[str, str] | None = None,
) -> None:
    """Write maps as one file for QA4SM, field by field, so that memory does not grow with their number.

    Args:
        path: the NetCDF to write.
        window: where the maps lie.
        times: of the overpasses over the region, UTC, datetime64[s] (T,), strictly rising.
        fields: soil moisture in m3/m3 for each time, (H, W), NaN where missing.
        attributes: what the file says of itself, e.g. title, source, simulated.

    Raises:
        DataError: the times do not rise, or there are not as many fields as times.
        OutputError: the file cannot be written.
    """
    import h5netcdf
    import xarray as xr

    if np.isnat(times).any() or (np.diff(times) <= np.timedelta64(0, "s")).any():
        raise DataError(f"{path}: QA4SM takes each time once, and these do not rise strictly")
    order = np.argsort(window.longitudes, kind="stable")
    axes = xr.Dataset(
        coords={
            "lat": ("lat", window.latitudes, {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"}),
            "lon": (
                "lon",
                window.longitudes[order],
                {"standard_name": "longitude", "units": "degrees_east", "axis": "X"},
            ),
        }
    )
    number = 0
    with atomic_hdf5(path) as content, h5netcdf.File(content, "w") as file:
        netcdf.write_header(file, axes, len(times), "time of the overpass over the region, UTC", attributes or {})
        file.variables["time"][:] = netcdf.seconds_of(times)
        netcdf.add_fields(file, _SOIL_MOISTURE, compression=4, plane=("lat", "lon"))
        for number, field in enumerate(fields, 1):
            if number > len(times):
                break
            file.variables[_SOIL_MOISTURE.name][number - 1] = netcdf.filled(field[:, order])
        if number != len(times):
            raise DataError(f"{path}: there are {len(times)} times and another number of fields")
