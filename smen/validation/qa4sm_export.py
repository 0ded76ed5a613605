"""A region's maps in the form that QA4SM, the community's validation service, takes as a user's own data.

The service wants NetCDF4 without groups, one variable over time, lat and lon, and longitudes from -180 to 180. The
columns of EASE-Grid 2.0 are meridians and its rows parallels, so that a window is such a grid as it is; across 180
degrees its columns are put in the order of their longitudes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.atomic import atomic_from_memory, atomic_hdf5
from smen.data import netcdf
from smen.errors import DataError
from smen.grid import M03

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.validation.point_products import PointProduct
    from smen.validation.station_points import StationPoint

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

    if np.isnat(times).any() or (np.diff(times) <= np.timedelta64(0, "s")).any():
        raise DataError(f"{path}: QA4SM takes each time once, and these do not rise strictly")
    order = np.argsort(window.longitudes, kind="stable")
    latitude = {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"}
    longitude = {"standard_name": "longitude", "units": "degrees_east", "axis": "X"}
    axes = {
        "lat": netcdf.Axis(("lat",), window.latitudes, latitude),
        "lon": netcdf.Axis(("lon",), window.longitudes[order], longitude),
    }
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


def write_qa4sm_series(
    path: Path, window: Window, points: Sequence[StationPoint], product: PointProduct, dataset: str = "SMEN"
) -> None:
    """Write a product's series at the cells of stations as the zip of CSV files that QA4SM takes: a small upload.

    Each file is named DATASET_gpi=NUMBER_lat=LATITUDE_lon=LONGITUDE.csv by the centre of its M03 cell and the cell's
    number on the global grid. Cells without a value are left out, and stations in one cell share a file.

    Args:
        path: the zip to write.
        window: of the region.
        points: of the stations.
        product: at these points.
        dataset: name of the data set, of letters, digits and hyphens.

    Raises:
        DataError: no cell has a value, or the name has other characters.
        OutputError: the file cannot be written.
    """
    if not re.fullmatch(r"[A-Za-z0-9-]+", dataset):
        raise DataError(f"{dataset!r} cannot name a data set of QA4SM: use letters, digits and hyphens")
    files = {}
    for number, point in enumerate(points):
        valid = np.isfinite(product.value[:, number])
        rows = zip(product.time[valid].astype("datetime64[s]"), product.value[valid, number], strict=True)
        lines = [f"{str(time).replace('T', ' ')},{value:.4f}\n" for time, value in rows]
        gpi = int(window.rows()[point.row]) * M03.columns + int(window.columns()[point.column])
        place = f"lat={window.latitudes[point.row]:.5f}_lon={window.longitudes[point.column]:.5f}"
        if lines:
            files[f"{dataset}_gpi={gpi}_{place}.csv"] = "time,soil_moisture\n" + "".join(lines)
    if not files:
        raise DataError(f"{path}: {product.name} has no value at any station, and QA4SM takes no empty archive")
    with atomic_from_memory(path) as content, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)  # without the time of day
