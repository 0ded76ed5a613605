"""Sensors of users' own: a CSV or a GeoPackage with one row for each value.

The columns are station, longitude, latitude, depth_from, depth_to (metres below the surface), time, value (m3/m3) and
flag. A GeoPackage has points in place of longitude and latitude. Without the column flag all values are used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError
from smen.validation.station_records import Station, StationProblem, StationReading, StationSeries
from smen.validation.usable_values import lies_in, usable_values
from smen.vector_file import read_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from smen.grid import Window
    from smen.validation.station_records import StationSelection

_NEEDED = ("station", "longitude", "latitude", "depth_from", "depth_to", "time", "value")
_NUMBERS = ("longitude", "latitude", "depth_from", "depth_to", "value")
_SENSOR = ["station", "longitude", "latitude", "depth_from", "depth_to"]
"""What tells one series from the other: a sensor that moved or was put deeper begins another one."""


def read_own_sensors(path: Path, selection: StationSelection, window: Window | None = None) -> StationReading:
    """Read a table of sensors.

    Args:
        path: a .csv (UTF-8 or Latin-1, comma or semicolon) or a file of points that GDAL reads, such as .gpkg. Times
            are ISO 8601; those with an offset become UTC, those without are UTC. The network is the file's stem.
        selection: depths, flags and period to use.
        window: of the region; None: all places.

    Returns:
        The series of all usable sensors, and a line for what could not be used.

    Raises:
        DataError: there is nothing at the path.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist: give a CSV or a GeoPackage of sensors")
    if selection.networks and path.stem not in selection.networks:
        return StationReading((), ())
    try:
        table, problems = _table(path)
    except DataError as error:
        return StationReading((), (StationProblem(path.name, str(error)),))
    series: list[StationSeries] = []
    for (name, *place), rows in table.groupby(_SENSOR, sort=True):
        longitude, latitude, depth_from, depth_to = np.array(place, np.float64).tolist()
        if not lies_in(window, longitude, latitude):
            continue
        if not selection.holds_depth(depth_from, depth_to):
            low, high = selection.depth
            reason = f"its sensor at {depth_from:g}-{depth_to:g} m does not lie within {low:g}-{high:g} m"
            problems.append(StationProblem(path.name, reason, str(name)))
            continue
        flags = rows["flag"].to_numpy(object) if "flag" in rows else None
        times = _index(rows["time"])
        time, value, remarks = usable_values(times, rows["value"].to_numpy(np.float64), flags, selection)
        if not len(time):
            flagged = f"has a flag of {', '.join(selection.flags)}" if flags is not None else "is usable"
            remarks.append(f"none of its {len(rows)} values {flagged} in the period")
        else:
            station = Station(path.stem, str(name), longitude, latitude, *_classes(rows))
            sensor = f"{name} {depth_from:g}-{depth_to:g} m"
            series.append(StationSeries(station, sensor, depth_from, depth_to, time, value, path.name))
        problems += [StationProblem(path.name, remark, str(name)) for remark in remarks]
    return StationReading(tuple(series), tuple(problems))


def _table(path: Path) -> tuple[pd.DataFrame, list[StationProblem]]:
    """The rows of a file that can be understood, and what is wrong with the others."""
    import pandas as pd

    table, problems = _read_csv(path) if path.suffix.lower() in (".csv", ".txt") else (_read_points(path), [])
    table.columns = pd.Index([str(c).strip().lower() for c in table.columns])
    if missing := [c for c in _NEEDED if c not in table.columns]:
        raise DataError(f"it has no column {', '.join(missing)}: its columns are {', '.join(table.columns)}")
    if "flag" not in table.columns:
        problems.append(StationProblem(path.name, "it has no column flag: all values are used"))
    elif (empty := table["flag"].isna()).any():
        table["flag"] = table["flag"].where(~empty, None)
    for column in _NUMBERS:
        table[column] = pd.to_numeric(table[column].astype(str).str.strip().str.replace(",", "."), errors="coerce")
    table["time"] = [_utc(text) for text in table["time"]]
    table["station"] = table["station"].astype(object).where(table["station"].notna(), "").astype(str).str.strip()
    places = table["longitude"].abs().le(180) & table["latitude"].abs().le(90)
    good = places & table[["depth_from", "depth_to", "time"]].notna().all(axis=1) & table["station"].ne("")
    if bad := int((~good).sum()):
        first = int(np.flatnonzero(~good.to_numpy())[0]) + 1
        reason = f"{bad} of {len(table)} rows have no station, place, depth or time that can be understood: not used"
        problems.append(StationProblem(path.name, f"{reason} (the first is row {first} below the names)"))
    return table[good], problems


def _read_csv(path: Path) -> tuple[pd.DataFrame, list[StationProblem]]:
    """A table of text; its separator is the one of comma, semicolon and tab that the first line has most of."""
    import pandas as pd

    problems, encoding = [], "utf-8-sig"
    content = path.read_bytes()
    try:
        head = content.decode(encoding).partition("\n")[0]
    except UnicodeDecodeError:
        encoding = "latin-1"
        head = content.decode(encoding).partition("\n")[0]
        problems.append(StationProblem(path.name, "its text is not UTF-8: read as Latin-1"))
    try:
        separator = max(",;\t", key=head.count)
        return pd.read_csv(path, sep=separator, dtype=str, encoding=encoding, skipinitialspace=True), problems
    except (ValueError, OSError) as error:
        raise DataError(f"it cannot be read as a table: {str(error).splitlines()[0]}") from error


def _read_points(path: Path) -> pd.DataFrame:
    """A table of a file of points, with their longitude and latitude."""
    import pandas as pd

    points = read_places(path)
    if not (points.geometry.geom_type == "Point").all():
        raise DataError("its features are not all points")
    degrees = points.geometry.to_crs("EPSG:4326")
    table = pd.DataFrame(points.drop(columns=points.geometry.name))
    return table.assign(longitude=degrees.x.to_numpy(), latitude=degrees.y.to_numpy())


def _utc(text: object) -> pd.Timestamp | None:
    """A time in UTC without its zone; None where it is none."""
    import pandas as pd

    try:
        time = pd.Timestamp(str(text).strip())
    except ValueError:
        return None
    if pd.isna(time):
        return None
    return time.tz_convert("UTC").tz_localize(None) if time.tzinfo is not None else time


def _index(times: pd.Series[pd.Timestamp]) -> pd.DatetimeIndex:
    """Times of a column as an index."""
    import pandas as pd

    return pd.DatetimeIndex(times)


def _classes(rows: pd.DataFrame) -> Sequence[str]:
    """Climate, land cover and representativeness, where the table has columns of these names."""
    names = ("climate", "land_cover", "representativeness")
    texts = (str(rows[n].iloc[0]) if n in rows else "" for n in names)
    return [text if text.lower() not in ("nan", "none") else "" for text in texts]
