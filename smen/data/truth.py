"""True soil moisture, where it is known: CF NetCDF files that only the evaluation reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.errors import ArchiveError
from smen.grid import LEFT, M03, TOP, Window

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

VARIABLE = "soil_moisture"
"""The variable's name; a file with one variable over time, y and x may call it anything."""

FARTHEST = np.timedelta64(18, "h")
"""A value farther in time from an overpass than this is not used for it."""


def read_truth(place: Path | str, window: Window, times: NDArray[np.datetime64]) -> NDArray[np.float32]:
    """Read the true soil moisture at some overpasses.

    Values stamped at midnight, one a day, are of the whole day; others hold for the nearest time.

    Args:
        place: a file, or a folder with one or more (``*.nc``, a year each for example). Axes ``x`` and ``y`` are
            centres of M03 cells in metres of EPSG:6933.
        window: where to read; cells that the files do not cover are NaN.
        times: overpasses over the window, datetime64, (T,).

    Returns:
        (T, H, W) float32, m3/m3, NaN where the truth is not known.

    Raises:
        ArchiveError: no file, no such variable, or axes that are not of M03.
    """
    truth = np.full((len(times), *window.shape), np.nan, np.float32)
    distance = np.full(len(times), np.timedelta64(FARTHEST, "s"))
    for path in _files(Path(place)):
        _read_into(truth, distance, path, window, times.astype("datetime64[s]"))
    return truth


def _files(place: Path) -> Sequence[Path]:
    files = sorted(place.glob("*.nc")) if place.is_dir() else [place]
    if not files or not all(path.is_file() for path in files):
        raise ArchiveError(f"{place} holds no truth (*.nc): correct source.truth, or set it to null")
    return files


def _read_into(
    truth: NDArray[np.float32],
    distance: NDArray[np.timedelta64],
    path: Path,
    window: Window,
    times: NDArray[np.datetime64],
) -> None:
    """Take from one file what is nearer in time than the values taken before."""
    import xarray as xr

    try:
        dataset = xr.open_dataset(path, engine="h5netcdf")
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path} is no NetCDF file that can be read: {error}") from error
    with dataset:
        values = _variable(dataset, path)
        rows = _indices(values, "y", path)
        columns = _indices(values, "x", path)
        stamps = values["time"].values.astype("datetime64[s]")
        if not stamps.size:
            return
        inside, r, c = window.locate(*np.meshgrid(rows, columns, indexing="ij"))
        source_row, source_column = np.nonzero(inside)
        nearest, apart = _nearest(stamps, times)
        for i in np.flatnonzero(apart < distance):
            field = np.asarray(values[int(nearest[i])].values, np.float32)
            truth[i, r, c] = field[source_row, source_column]
            distance[i] = apart[i]


def _variable(dataset: xr.Dataset, path: Path) -> xr.DataArray:
    candidates = [name for name, v in dataset.data_vars.items() if set(v.dims) == {"time", "y", "x"}]
    name = VARIABLE if VARIABLE in candidates else (candidates[0] if len(candidates) == 1 else None)
    if name is None:
        raise ArchiveError(f"{path} has no variable {VARIABLE!r} over time, y and x")
    return dataset[name].transpose("time", "y", "x")


def _indices(values: Any, axis: str, path: Path) -> NDArray[np.int64]:  # noqa: ANN401  (xarray's generic array)
    """Return the M03 rows or columns of an axis."""
    metres = np.asarray(values[axis].values, np.float64)
    cells = (TOP - metres if axis == "y" else metres - LEFT) / M03.cell - 0.5
    nearest = np.round(cells)
    if np.abs(cells - nearest).max(initial=0) > 0.01:
        raise ArchiveError(f"{path}: its axis {axis} is not of centres of 3 km cells in EPSG:6933")
    return nearest.astype(np.int64)


def _nearest(
    stamps: NDArray[np.datetime64], times: NDArray[np.datetime64]
) -> tuple[NDArray[np.int64], NDArray[np.timedelta64]]:
    """Return the stamp that holds for each time, and how far away it is."""
    wanted = np.where(np.isnat(times), stamps[0], times)
    midnight = stamps.astype("datetime64[D]").astype("datetime64[s]")
    if (stamps == midnight).all():  # one value for a whole day: measure from its middle
        stamps = stamps + np.timedelta64(12, "h")
    after = np.clip(np.searchsorted(stamps, wanted), 1, max(len(stamps) - 1, 1))
    after = np.minimum(after, len(stamps) - 1)
    before = np.maximum(after - 1, 0)
    index = np.where(wanted - stamps[before] <= np.abs(stamps[after] - wanted), before, after)
    apart = np.abs(wanted - stamps[index])
    return index, np.where(np.isnat(times), np.timedelta64(FARTHEST, "s"), apart)
