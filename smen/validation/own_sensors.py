"""Sensors of users' own: a CSV or a GeoPackage with one row for each value.

The columns are station, longitude, latitude, depth_from, depth_to (metres below the surface), time, value (m3/m3) and
flag. A GeoPackage has points in place of longitude and latitude. Without the column flag all values are used.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

TEXT_TABLES = (".csv", ".tsv", ".txt")
"""Endings of tables that are text."""

_NEEDED = ("station", "longitude", "latitude", "depth_from", "depth_to", "time", "value")
_NUMBERS = ("longitude", "latitude", "depth_from", "depth_to", "value")
_DATE = re.compile(r"\d{4}([-/]?)\d{2}\1\d{2}(?!\d{3})")
"""How a time begins: year, month, day. In other orders 06/01 is June in one country and January in another."""

_CENTIMETRES = 1.0
"""A sensor said to be deeper than this, metres, may be meant in centimetres."""

_SENSOR = ["station", "longitude", "latitude", "depth_from", "depth_to"]
"""What tells one series from the other: a sensor that moved or was put deeper begins another one."""


def read_own_sensors(path: Path, selection: StationSelection, window: Window | None = None) -> StationReading:
    """Read a table of sensors.

    Args:
        path: a .csv (UTF-8, UTF-16 or Latin-1; comma, semicolon or tab) or a file of points that GDAL reads, such as
            .gpkg. Times are ISO 8601; those with an offset become UTC, those without are UTC. The network is the
            file's stem.
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
            reason += ": are its depths in centimetres?" if max(depth_from, depth_to) > _CENTIMETRES else ""
            problems.append(StationProblem(path.name, reason, str(name)))
            continue
        flags = rows["flag"].to_numpy(object) if "flag" in rows else None
        times = _index(rows["time"])
        time, value, remarks = usable_values(times, rows["value"].to_numpy(np.float64), flags, selection)
        if not len(time):
            flagged = f" with a flag of {', '.join(selection.flags)}" if flags is not None else ""
            remarks.append(f"none of its {len(rows)} values is soil moisture{flagged} in the period")
        else:
            station = Station(path.stem, str(name), longitude, latitude, *_classes(rows))
            sensor = f"{name} {depth_from:g}-{depth_to:g} m"
            series.append(StationSeries(station, sensor, depth_from, depth_to, time, value, path.name))
        problems += [StationProblem(path.name, remark, str(name)) for remark in remarks]
    return StationReading(tuple(series), tuple(problems))


def _table(path: Path) -> tuple[pd.DataFrame, list[StationProblem]]:
    """The rows of a file that can be understood, and what is wrong with the others."""
    import pandas as pd

    table, problems = _read_csv(path) if path.suffix.lower() in TEXT_TABLES else (_read_points(path), [])
    table.columns = pd.Index([str(c).strip().lower() for c in table.columns])
    if twice := sorted(set(table.columns[table.columns.duplicated()]) & {*_NEEDED, "flag"}):
        raise DataError(f"it has several columns {', '.join(twice)}, large and small letters alike: rename all but one")
    if missing := [c for c in _NEEDED if c not in table.columns]:
        raise DataError(f"it has no column {', '.join(missing)}: its columns are {', '.join(table.columns)}")
    if table.empty:
        raise DataError("it has no row")
    if "flag" not in table.columns:
        problems.append(StationProblem(path.name, "it has no column flag: all values are used"))
    elif (empty := table["flag"].isna()).any():
        table["flag"] = table["flag"].where(~empty, None)
    for column in _NUMBERS:
        table[column] = pd.to_numeric(table[column].astype(str).str.strip().str.replace(",", "."), errors="coerce")
    east = table["longitude"].gt(180) & table["longitude"].le(360)  # some count from 0 to 360, eastwards
    table["longitude"] = table["longitude"].where(~east, table["longitude"] - 360)
    table["time"] = [_utc(text) for text in table["time"]]
    table["station"] = [_name(value) for value in table["station"]]
    places = table["longitude"].abs().le(180) & table["latitude"].abs().le(90)
    good = places & table[["depth_from", "depth_to", "time"]].notna().all(axis=1) & table["station"].ne("")
    if bad := int((~good).sum()):
        first = int(np.flatnonzero(~good.to_numpy())[0]) + 1
        reason = f"{bad} of {len(table)} rows have no station, place, depth or time (as 2018-07-31T06:00) that can be "
        reason += "understood: not used"
        problems.append(StationProblem(path.name, f"{reason} (the first is row {first} below the names)"))
    return table[good], problems


def _read_csv(path: Path) -> tuple[pd.DataFrame, list[StationProblem]]:
    """A table of text; its separator is the one of comma, semicolon and tab that the first line has most of."""
    import pandas as pd

    content = path.read_bytes()
    problems, encoding = [], "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        head = content.decode(encoding).partition("\n")[0]
    except UnicodeDecodeError:
        encoding = "latin-1"
        head = content.decode(encoding).partition("\n")[0]
        problems.append(StationProblem(path.name, "its text is not UTF-8: read as Latin-1"))
    try:
        separator = max(",;\t", key=head.count)
        # Without index_col=False a separator at the end of each row would shift all columns by one.
        options: dict[str, Any] = {"dtype": str, "encoding": encoding, "skipinitialspace": True, "index_col": False}
        with warnings.catch_warnings(action="ignore", category=pd.errors.ParserWarning):  # cells beyond the last name
            # A station may be called NA or nan.
            return pd.read_csv(path, sep=separator, keep_default_na=False, na_values=[""], **options), problems
    except (ValueError, OSError) as error:
        raise DataError(f"it cannot be read as a table: {str(error).splitlines()[0]}") from error


def _read_points(path: Path) -> pd.DataFrame:
    """A table of a file of points, with their longitude and latitude."""
    import pandas as pd

    points = read_places(path, option="a file of its own")
    placed = points.geometry.notna() & ~points.geometry.is_empty
    if not (points.geometry[placed].geom_type == "Point").all():
        raise DataError("its features are not all points")
    degrees = points.geometry.where(placed, None).to_crs("EPSG:4326")
    table = pd.DataFrame(points.drop(columns=points.geometry.name))
    return table.assign(longitude=degrees.x.to_numpy(), latitude=degrees.y.to_numpy())


def _utc(text: object) -> pd.Timestamp | None:
    """A time in UTC without its zone; None where it is none."""
    import pandas as pd

    plain = str(text).strip()
    if not _DATE.match(plain):
        return None
    try:
        time = pd.Timestamp(plain)
    except ValueError:
        return None
    if pd.isna(time):
        return None
    return time.tz_convert("UTC").tz_localize(None) if time.tzinfo is not None else time


def _name(value: object) -> str:
    """A station's name; whole numbers stay whole where the column has gaps."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None or value != value else str(value).strip()


def _index(times: pd.Series[pd.Timestamp]) -> pd.DatetimeIndex:
    """Times of a column as an index."""
    import pandas as pd

    return pd.DatetimeIndex(times)


def _classes(rows: pd.DataFrame) -> Sequence[str]:
    """Climate, land cover and representativeness, where the table has columns of these names."""
    names = ("climate", "land_cover", "representativeness")
    texts = (str(rows[n].iloc[0]) if n in rows else "" for n in names)
    return [text if text.lower() not in ("nan", "none") else "" for text in texts]
