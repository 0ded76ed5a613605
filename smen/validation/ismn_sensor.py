"""One sensor's file of an ISMN archive."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from smen.validation.station_records import Station, StationProblem, StationSeries
from smen.validation.usable_values import usable_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from ismn.filehandlers import DataFile

    from smen.validation.ismn_files import StationFiles
    from smen.validation.station_records import StationSelection

_VARIABLE = "sm"
"""ISMN's short name of soil moisture, in the names of files."""

_VARIABLE_AND_DEPTHS = re.compile(r"_([a-z]+)_(-?\d+\.\d+)_(-?\d+\.\d+)_")
"""What follows the station in a file's name: variable, upper and lower depth."""

_CEOP_COLUMNS = 15
"""Columns of a line in the format ceop_sep."""

_HEADER_FORMAT_COLUMNS = 5
"""Columns of a line of data in the format header_values: date, time, value, flag, original flag."""

_PLACE_CEOP, _PLACE_HEADER = (8, 7), (4, 3)
"""Where longitude and latitude stand in the first line of both formats, counted from 0."""


def is_soil_moisture(name: str) -> bool:
    """Whether a file holds soil moisture, by its name: NETWORK_NETWORK_STATION_sm_FROM_TO_SENSOR_START_END.stm."""
    plain = PurePosixPath(name).name
    found = _VARIABLE_AND_DEPTHS.search(plain)
    return found[1] == _VARIABLE if found else f"_{_VARIABLE}_" in plain


def named_depth(name: str) -> tuple[float, float] | None:
    """Return the depths in a file's name, metres, or None where it has none."""
    found = _VARIABLE_AND_DEPTHS.search(PurePosixPath(name).name)
    return (float(found[2]), float(found[3])) if found else None


def read_place(files: StationFiles, name: str) -> tuple[float, float] | None:
    """Return longitude and latitude in the first line of a file, or None where it cannot be understood.

    Args:
        files: of the archive.
        name: of the file.
    """
    try:
        lines = files.head(name).decode("latin-1").splitlines()
        line = _without_spaces(lines[0], PurePosixPath(name).parts[-3:-1]).split()
        columns = _PLACE_CEOP if len(line) == _CEOP_COLUMNS else _PLACE_HEADER
        longitude, latitude = (float(line[column]) for column in columns)
    except Exception:  # noqa: BLE001  (a damaged zip raises errors of zlib and others; the reader will say so)
        return None
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else None


def read_sensor(
    files: StationFiles, name: str, selection: StationSelection
) -> tuple[list[StationSeries], list[StationProblem]]:
    """Read one sensor's file, one series for each place that it was at.

    Args:
        files: of the archive.
        name: of the file, NETWORK/STATION/FILE.
        selection: depths, flags and period to use.

    Returns:
        The usable series, and what was wrong.
    """
    network, station = PurePosixPath(name).parent.parts[-2:]
    try:
        path = _plain_copy(files.fetch(name), name, files.scratch)
        _check_columns(path)
        sensor = _open(path)
        data = sensor.read_data()
        places = _places(sensor, path, len(data))
        series, remarks = _series(sensor, data, places, name, selection)
        if {"_", " "} & set(network + station):  # the reader was given other names
            series = [replace(s, station=replace(s.station, network=network, name=station)) for s in series]
    except Exception as error:  # noqa: BLE001  (a damaged file makes the reader raise errors of every type)
        lines = [line for line in str(error).strip().splitlines() if line.strip()] or [type(error).__name__]
        return [], [StationProblem(name, f"it cannot be read ({lines[0].strip()[:160]}): not used", station)]
    finally:
        files.release(name)
    return series, [StationProblem(name, remark, station) for remark in remarks]


def _check_columns(path: Path) -> None:
    """Refuse a file whose lines of data have too few columns, which the reader would mistake for another format."""
    with path.open(encoding="ascii") as content:
        filled = [line.split() for line in islice((line for line in content if line.strip()), 2)]
    ceop = "/" in filled[0][0]
    if len(filled) < 2 and not ceop:
        raise ValueError("it holds a header and no values")
    columns, expected = len(filled[0] if ceop else filled[1]), _CEOP_COLUMNS if ceop else _HEADER_FORMAT_COLUMNS
    if columns < expected:
        raise ValueError(f"its lines have {columns} columns, not {expected}: the flags are missing")
    if ceop and columns > expected:
        raise ValueError(f"its lines have {columns} columns, not {expected}: is there a space in a name?")


def _open(path: Path) -> DataFile:
    """Open a file with the network's own reader; the folders above it name network and station."""
    from ismn.filehandlers import DataFile

    return DataFile(path.parents[2], path.relative_to(path.parents[2]).as_posix())


def _plain_copy(path: Path, name: str, scratch: Path) -> Path:
    """A file that the reader understands: the file itself, or a copy.

    It wants ASCII in the first line, and in the names of network and station neither an underscore, where it splits
    names of files, nor a space, where it splits lines.
    """
    content = path.read_bytes()
    if not content.strip():
        raise ValueError("it is empty")
    *folders, file = PurePosixPath(name).parts[-3:]
    if "_" in "".join(folders) and (found := _VARIABLE_AND_DEPTHS.search(file)):
        file = "_".join(["CSE", *(folder.replace("_", "-") for folder in folders)]) + file[found.start() :]
    if content.isascii() and file == path.name and " " not in "".join(folders):
        return path
    from anyascii import anyascii

    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    text = _without_spaces(text, folders)
    copy = scratch / "plain" / Path(*folders, file)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text("".join(c if c.isascii() else anyascii(c).replace(" ", "-") for c in text), encoding="ascii")
    return copy


def _without_spaces(text: str, names: Sequence[str]) -> str:
    """Lines of data with a hyphen for each space in names, those of the folders of network and station."""
    for name in names:
        text = text.replace(name, name.replace(" ", "-"))
    return text


def _places(sensor: DataFile, path: Path, rows: int) -> pd.DataFrame | None:
    """Longitude and latitude of each row where they change within the file, as they may in ceop_sep; else None."""
    import pandas as pd

    if sensor.file_type != "ceop_sep":
        return None
    columns = list(_PLACE_CEOP)
    table = pd.read_csv(path, sep=r"\s+", header=None, usecols=sorted(columns))[columns]
    table.columns = pd.Index(["longitude", "latitude"])
    return table if len(table) == rows and len(table.dropna().drop_duplicates()) > 1 else None


def _series(
    sensor: DataFile, data: pd.DataFrame, places: pd.DataFrame | None, name: str, selection: StationSelection
) -> tuple[list[StationSeries], list[str]]:
    """The usable series of a file's data, and what is to be said of it."""
    import pandas as pd

    meta = sensor.metadata
    depth = meta["instrument"].depth
    if not selection.holds_depth(float(depth.start), float(depth.end)):
        low, high = selection.depth
        return [], [f"its sensor at {depth.start:g}-{depth.end:g} m does not lie within {low:g}-{high:g} m"]
    variable = meta["variable"].val
    if places is None:
        at = [((float(meta["longitude"].val), float(meta["latitude"].val)), np.ones(len(data), bool))]
    else:
        inverse = places.groupby(["longitude", "latitude"], sort=False).ngroup().to_numpy()
        different = places.dropna().drop_duplicates().to_numpy()
        at = [((float(x), float(y)), inverse == n) for n, (x, y) in enumerate(different)]
    series, remarks = [], []
    for (longitude, latitude), rows in at:
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):
            remarks.append(f"longitude {longitude:g}, latitude {latitude:g} is not a place on Earth: not used")
            continue
        part = data[rows]
        flags = part[f"{variable}_flag"].to_numpy(object)
        values = part[variable].to_numpy(np.float64)
        time, value, said = usable_values(pd.DatetimeIndex(part.index), values, flags, selection)
        remarks += said
        if not len(time):
            wanted = ", ".join(selection.flags)
            remarks.append(f"none of its {len(part)} values is soil moisture with a flag of {wanted} in the period")
            continue
        station = Station(str(meta["network"].val), str(meta["station"].val), longitude, latitude)
        depths = float(depth.start), float(depth.end)
        series.append(StationSeries(station, str(meta["instrument"].val), *depths, time, value, name))
    if len(at) > 1:
        remarks.append(f"the station moved: its {len(at)} places count as stations of their own")
    return series, remarks
