"""Where stations lie on a region's window: one point, with one series, for each place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import GridError
from smen.grid import M03, M36
from smen.validation.station_records import StationProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from smen.grid import Grid, Window
    from smen.validation.station_records import Station, StationSeries

_SAME_PLACE = 1e-4
"""Degrees (some 10 m) within which two sensors of a station are at one place; farther apart it has moved."""


@dataclass(frozen=True)
class StationPoint:
    """A station's place on a window, and its series there.

    Attributes:
        station: its metadata.
        name: of the station; a later place of one that moved is "NAME (place 2)".
        row: of its M03 cell in the window's arrays.
        column: likewise.
        coarse_row: of its 36 km cell, counted from the window's first as `Window.coarse_index` does.
        coarse_column: likewise.
        distance_km: on the ground from the station to the centre of its M03 cell.
        depth_from: upper end of what was measured, metres.
        depth_to: lower end, metres.
        sensors: names of the sensors that the series is made of.
        time: UTC, datetime64[s] (N,), strictly rising.
        value: soil moisture in m3/m3, (N,).
    """

    station: Station
    name: str
    row: int
    column: int
    coarse_row: int
    coarse_column: int
    distance_km: float
    depth_from: float
    depth_to: float
    sensors: tuple[str, ...]
    time: NDArray[np.datetime64]
    value: NDArray[np.float64]

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column of its M03 cell in the window."""
        return self.row, self.column


def locate_points(
    series: Sequence[StationSeries],
    window: Window,
    sensors: Literal["mean", "nearest_depth"] = "mean",
    shared_cells: Literal["separate", "mean"] = "separate",
    grid: Grid = M36,
) -> tuple[tuple[StationPoint, ...], tuple[StationProblem, ...]]:
    """Find the cell that holds each station, and make one series of the sensors at its place.

    Args:
        series: of sensors.
        window: of the region.
        sensors: where a station has several at one place, `mean` averages those with a value at a time;
            `nearest_depth` takes the one whose middle depth is nearest to the middle of all, the shallower of two.
        shared_cells: whether stations in one M03 cell stay `separate` points, or their `mean` is one point.
        grid: of the coarse cells that points are grouped by.

    Returns:
        The points by network and name, and a line for each station that is off the window or moved. Series without a
        value give neither.
    """
    places: dict[tuple[str, str], list[list[StationSeries]]] = defaultdict(list)
    for one in sorted((s for s in series if len(s.time)), key=lambda s: (s.time[0], s.source)):
        groups = places[one.station.network, one.station.name]
        group = next((g for g in groups if _at_one_place(g[0].station, one.station)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    points, problems = [], []
    for (_, name), groups in sorted(places.items()):
        if len(groups) > 1:
            reason = f"the station was at {len(groups)} places, each counts as a station of its own"
            problems.append(StationProblem(groups[0][0].source, reason, name))
        for number, group in enumerate(groups, 1):
            point = _point(group, name if number == 1 else f"{name} (place {number})", window, sensors, grid)
            if point is None:
                problems.append(StationProblem(group[0].source, "it lies outside the region", name))
            else:
                points.append(point)
    if shared_cells == "mean":
        points = _one_per_cell(points)
    return tuple(points), tuple(problems)


def station_cells(points: Sequence[StationPoint]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows and columns of the points' cells in the window, (P,) each.

    Args:
        points: P of them.
    """
    return np.array([p.row for p in points], np.int64), np.array([p.column for p in points], np.int64)


def point_table(points: Sequence[StationPoint]) -> pd.DataFrame:
    """Tabulate points: their station, place, cell, sensors and the extent of their series."""
    import pandas as pd

    rows = [
        {
            "network": p.station.network,
            "station": p.name,
            "longitude": p.station.longitude,
            "latitude": p.station.latitude,
            "row": p.row,
            "column": p.column,
            "distance_km": p.distance_km,
            "depth_from": p.depth_from,
            "depth_to": p.depth_to,
            "sensors": "; ".join(p.sensors),
            "values": len(p.time),
            "first": p.time[0],
            "last": p.time[-1],
            "climate": p.station.climate,
            "land_cover": p.station.land_cover,
            "representativeness": p.station.representativeness,
        }
        for p in points
    ]
    columns = ["network", "station", "longitude", "latitude", "row", "column", "distance_km", "depth_from", "depth_to"]
    columns += ["sensors", "values", "first", "last", "climate", "land_cover", "representativeness"]
    return pd.DataFrame(rows, columns=columns)


def _at_one_place(first: Station, second: Station) -> bool:
    """Whether two sensors of a station stand together, also at 180 degrees."""
    turn = (first.longitude - second.longitude + 180) % 360 - 180
    return abs(turn) <= _SAME_PLACE and abs(first.latitude - second.latitude) <= _SAME_PLACE


def _point(
    group: list[StationSeries], name: str, window: Window, sensors: Literal["mean", "nearest_depth"], grid: Grid
) -> StationPoint | None:
    """The point of the sensors at one place; None where it is not on the window."""
    station = group[0].station
    try:
        row, column = M03.cell_at(station.longitude, station.latitude)
    except GridError:
        return None
    inside, rows, columns = window.locate(np.array([row]), np.array([column]))
    if not inside.any():
        return None
    if sensors == "nearest_depth" and len(group) > 1:
        middle = np.mean([(s.depth_from + s.depth_to) / 2 for s in group])
        # Rounded, because two depths as far from the middle as each other must not be told apart by rounding.
        key = [(round(abs((s.depth_from + s.depth_to) / 2 - middle), 6), s.depth_from) for s in group]
        group = [group[min(range(len(group)), key=key.__getitem__)]]
    time, value = _mean_series([(s.time, s.value) for s in group])
    r, c = int(rows[0]), int(columns[0])
    down, across = window.coarse_index(grid)
    distance = _distance_km(station, row, column)
    depths = min(s.depth_from for s in group), max(s.depth_to for s in group)
    names = tuple(dict.fromkeys(s.sensor for s in group))
    return StationPoint(station, name, r, c, int(down[r]), int(across[c]), distance, *depths, names, time, value)


def _distance_km(station: Station, row: int, column: int) -> float:
    """From a station to the centre of an M03 cell, km on the ellipsoid."""
    from pyproj import Geod

    longitude, latitude = (float(v) for v in M03.centres(row, column))
    return float(Geod(ellps="WGS84").inv(station.longitude, station.latitude, longitude, latitude)[2]) / 1000


def _mean_series(
    parts: list[tuple[NDArray[np.datetime64], NDArray[np.float64]]],
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """The mean at each time of those series that have a value then."""
    if len(parts) == 1:
        return parts[0]
    times, index = np.unique(np.concatenate([time for time, _ in parts]), return_inverse=True)
    total = np.bincount(index, np.concatenate([value for _, value in parts]), len(times))
    return times, total / np.bincount(index, minlength=len(times))


def _one_per_cell(points: list[StationPoint]) -> list[StationPoint]:
    """Points whose cells are all different: those in one cell become their mean, with the first one's metadata."""
    cells: dict[tuple[int, int], list[StationPoint]] = defaultdict(list)
    for point in points:
        cells[point.cell].append(point)
    joined = []
    for group in cells.values():
        time, value = _mean_series([(p.time, p.value) for p in group])
        first = group[0]
        if len(group) > 1:
            first = replace(
                first,
                name=" + ".join(p.name for p in group),
                depth_from=min(p.depth_from for p in group),
                depth_to=max(p.depth_to for p in group),
                sensors=tuple(dict.fromkeys(s for p in group for s in p.sensors)),
            )
        joined.append(replace(first, time=time, value=value))
    return joined
