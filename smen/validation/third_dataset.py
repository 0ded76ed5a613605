"""A user's third data set, for triple collocation: read from a NetCDF on any regular grid, at the stations' places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.validation.point_products import PointProduct

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from smen.validation.station_points import StationPoint

_NAMES = {"time": ("time", "valid_time"), "lat": ("lat", "latitude", "y"), "lon": ("lon", "longitude", "x")}
"""Names that coordinates may have."""

_PERCENT = ("%", "percent", "vol.%", "m3 m-3 * 100")
"""Units of hundredths."""


def read_third_dataset(
    path: Path, variable: str | None, points: Sequence[StationPoint], name: str, sources: frozenset[str]
) -> PointProduct:
    """Read a data set at the cells nearest to stations.

    Args:
        path: a NetCDF whose variable lies over time, latitude and longitude, the last two each of one dimension.
        variable: of soil moisture; None: the only one of these dimensions.
        points: of the stations.
        name: of the data set in tables.
        sources: what it is made of.

    Returns:
        Its values, NaN at stations beyond its grid. Percent become m3/m3; an index without units stays what it is, for
        triple collocation scales all three to each other.

    Raises:
        DataError: the file cannot be read, or has no such variable or coordinates.
    """
    import xarray as xr

    if not path.is_file():
        raise DataError(f"{path} does not exist: name a NetCDF in validation.third_path")
    try:
        with xr.open_dataset(path) as dataset:
            return _sample(dataset, path, variable, points, name, sources)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path} cannot be read as a third data set: {error}") from error


def _sample(
    dataset: xr.Dataset,
    path: Path,
    variable: str | None,
    points: Sequence[StationPoint],
    name: str,
    sources: frozenset[str],
) -> PointProduct:
    """Take the nearest cells of an open data set."""
    import xarray as xr

    found = {key: next((n for n in names if n in dataset.coords), None) for key, names in _NAMES.items()}
    if lacking := [key for key, coordinate in found.items() if coordinate is None]:
        raise DataError(f"{path} has no coordinate {', '.join(lacking)}: it has {', '.join(map(str, dataset.coords))}")
    dims = {str(coordinate) for coordinate in found.values()}
    fitting = [str(n) for n, data in dataset.data_vars.items() if set(map(str, data.dims)) == dims]
    if variable is None and len(fitting) != 1:
        raise DataError(
            f"{path} has {len(fitting)} variables over {', '.join(sorted(dims))}: name one in validation.third_variable"
        )
    chosen = variable or fitting[0]
    if chosen not in fitting:
        others = ", ".join(fitting) or "none"
        raise DataError(f"{path} has no variable {chosen} over {', '.join(sorted(dims))}: it has {others}")
    data = dataset[chosen]
    time, lat, lon = (str(found[key]) for key in ("time", "lat", "lon"))
    rows, near_rows = _nearest(dataset[lat].to_numpy(), np.array([p.station.latitude for p in points]), 0.0)
    columns, near_columns = _nearest(dataset[lon].to_numpy(), np.array([p.station.longitude for p in points]), 360.0)
    picked = data.isel({lat: xr.DataArray(rows, dims="point"), lon: xr.DataArray(columns, dims="point")})
    values = picked.transpose(time, "point").to_numpy().astype(np.float64)
    values[:, ~(near_rows & near_columns)] = np.nan
    if str(data.attrs.get("units", "")).lower() in _PERCENT:
        values = values / 100
    times = dataset[time].to_numpy().astype("datetime64[s]")
    order = np.unique(times, return_index=True)[1]  # a time that stands twice counts once
    return PointProduct(name, times[order], values[order], None, sources)


def _nearest(
    axis: NDArray[np.floating], places: NDArray[np.float64], circle: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Indices of the values of an axis nearest to places, and which places lie within a step of it."""
    away = np.abs(places[:, None] - axis[None, :].astype(np.float64))
    if circle:
        away = np.abs((away + circle / 2) % circle - circle / 2)
    step = float(np.median(np.abs(np.diff(axis)))) if len(axis) > 1 else np.inf
    index = away.argmin(axis=1) if len(places) else np.zeros(0, np.int64)
    return index, away[np.arange(len(places)), index] <= step
