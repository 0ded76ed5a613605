"""Stations from whatever their users have: archives of the network and tables of their own, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import DataError
from smen.validation.ismn_archive import read_ismn
from smen.validation.own_sensors import TEXT_TABLES, read_own_sensors
from smen.validation.station_points import locate_points
from smen.validation.station_records import StationProblem, StationReading, join_readings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.validation.station_points import StationPoint
    from smen.validation.station_records import Period, StationSelection

TABLES = (*TEXT_TABLES, ".gpkg", ".geojson", ".shp", ".fgb")
"""Endings of tables of own sensors; all else is an archive of the network."""


def read_stations(paths: Sequence[Path], selection: StationSelection, window: Window | None = None) -> StationReading:
    """Read all stations of some archives and tables.

    Args:
        paths: of archives of the International Soil Moisture Network (zip or folder) and of tables of own sensors.
        selection: networks, depths, flags and period to use.
        window: of the region; None: all places.

    Returns:
        The series of all usable sensors, and a line for whatever could not be used; also for a network that is named
        in the selection and has no usable value.

    Raises:
        DataError: there is nothing at a path.
    """
    for path in paths:
        if not path.exists():
            raise DataError(
                f"{path} does not exist: name in validation.stations archives of the International Soil Moisture "
                "Network, or tables of your own sensors"
            )
    reading = join_readings([_read(path, selection, window) for path in paths])
    found = {series.station.network for series in reading.series}
    lacking = [
        StationProblem(", ".join(path.name for path in paths), _nothing_of(network, found))
        for network in selection.networks
        if network not in found
    ]
    return StationReading(reading.series, (*reading.problems, *lacking))


def _read(path: Path, selection: StationSelection, window: Window | None) -> StationReading:
    """Read one archive or table."""
    own = path.is_file() and path.suffix.lower() in TABLES
    return read_own_sensors(path, selection, window) if own else read_ismn(path, selection, window)


def _nothing_of(network: str, found: set[str]) -> str:
    """What to say of a network without a usable value."""
    others = f" (there are values of {', '.join(sorted(found))})" if found else ""
    return f"no usable value of the network {network} in the region and its period{others}"


def read_points(
    paths: Sequence[Path],
    selection: StationSelection,
    window: Window,
    sensors: Literal["mean", "nearest_depth"] = "mean",
    shared_cells: Literal["separate", "mean"] = "separate",
) -> tuple[tuple[StationPoint, ...], tuple[StationProblem, ...]]:
    """Read archives and tables and find the cells that hold their stations.

    Args:
        paths: as for `read_stations`.
        selection: likewise.
        window: of the region.
        sensors: as for `locate_points`.
        shared_cells: likewise.

    Returns:
        The points, and a line for whatever could not be used.

    Raises:
        DataError: there is nothing at a path.
    """
    reading = read_stations(paths, selection, window)
    points, further = locate_points(reading.series, window, sensors, shared_cells)
    return points, (*reading.problems, *further)


def period_around(times: NDArray[np.datetime64], hours: float) -> Period:
    """Return the period in which values of stations may belong to overpasses; open where there are none.

    Args:
        times: of the overpasses, datetime64[s], rising.
        hours: whole length of the window in time, centred on each.
    """
    reach = np.timedelta64(round(hours * 1800), "s")
    return (times[0] - reach, times[-1] + reach) if times.size else (None, None)
