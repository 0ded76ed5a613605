"""Soil moisture of the International Soil Moisture Network, as its users download it.

Both formats, `CEOP/ceop_sep` and `header_values`, are read file by file with the package `ismn`, so that a broken file
costs itself alone, and no catalogue of metadata (a pickle) is written beside the user's data or read from there.
Dorigo et al. 2021, "The International Soil Moisture Network: serving Earth system science for over a decade", Hydrol.
Earth Syst. Sci. 25, 5749-5804, doi:10.5194/hess-25-5749-2021, describes archive and flags.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from smen.validation.ismn_files import open_archive
from smen.validation.ismn_metadata import read_representativeness, read_station_classes
from smen.validation.ismn_sensor import is_soil_moisture, named_depth, read_place, read_sensor
from smen.validation.station_records import Station, StationProblem, StationReading, StationSeries
from smen.validation.usable_values import lies_in

if TYPE_CHECKING:
    from smen.grid import Window
    from smen.validation.ismn_files import StationFiles
    from smen.validation.station_records import StationSelection


def read_ismn(path: Path, selection: StationSelection, window: Window | None = None) -> StationReading:
    """Read the soil moisture of an ISMN archive.

    Args:
        path: the zip file of the portal, or the folder it was unpacked to.
        selection: networks, depths, flags and period to use.
        window: of the region; None: all places.

    Returns:
        The series of all usable sensors, and a line for each file that could not be used.

    Raises:
        DataError: there is nothing at the path.
    """
    with open_archive(path) as files:
        if isinstance(files, StationProblem):
            return StationReading((), (files,))
        series, problems = _read_files(files, selection, window)
        if not files.problems and not any(name.lower().endswith(".stm") for name in files.names):
            problems.insert(0, StationProblem(path.name, "it holds no .stm file: is it an archive of the ISMN portal?"))
        return StationReading(tuple(series), (*files.problems, *problems))


def _read_files(
    files: StationFiles, selection: StationSelection, window: Window | None
) -> tuple[list[StationSeries], list[StationProblem]]:
    """All stations of an archive, folder by folder."""
    classes, problems = read_representativeness(files)
    folders: dict[str, list[str]] = defaultdict(list)
    for name in files.names:
        if name.lower().endswith(".stm"):
            folders[str(PurePosixPath(name).parent)].append(name)
    for folder in _leaves(files.folders):
        folders.setdefault(folder, [])
    series: list[StationSeries] = []
    for folder, names in sorted(folders.items()):
        parts = PurePosixPath(folder).parts
        if len(parts) < 2:
            reason = "it lies in no folder NETWORK/STATION: not read. Name the folder that holds the networks' folders"
            problems.extend(StationProblem(n, reason) for n in names)
            continue
        network, station = parts[-2:]
        if selection.networks and network not in selection.networks:
            continue
        found, lines = _read_station(files, folder, names, selection, window)
        problems += lines
        name = next((s.station.name for s in found), station)
        of_station = classes.get((network, name), classes.get((network, station), ""))
        series += [_with_class(s, of_station) for s in found]
    return series, problems


def _read_station(
    files: StationFiles, folder: str, names: list[str], selection: StationSelection, window: Window | None
) -> tuple[list[StationSeries], list[StationProblem]]:
    """The series of one station's folder."""
    network, name = PurePosixPath(folder).parts[-2:]
    sensors = [n for n in names if is_soil_moisture(n)]
    if not sensors:
        return [], [StationProblem(folder, "it holds no file of soil moisture", name)]
    places = {n: read_place(files, n) for n in sensors}
    here = [n for n in sensors if places[n] is None or lies_in(window, *(places[n] or (0.0, 0.0)))]
    if not here:
        return [], []
    depths = {n: named_depth(n) for n in here}
    wanted = [n for n in here if (d := depths[n]) is None or selection.holds_depth(*d)]
    if not wanted:
        there = ", ".join(sorted({f"{d[0]:g}-{d[1]:g}" for d in depths.values() if d}))
        low, high = selection.depth
        return [], [StationProblem(folder, f"no sensor within {low:g}-{high:g} m: its sensors are at {there} m", name)]
    climate, land_cover, problems = read_station_classes(files, folder)
    series: list[StationSeries] = []
    for sensor in wanted:
        found, lines = read_sensor(files, sensor, selection)
        problems += lines
        series += [
            StationSeries(
                Station(network, s.station.name, s.station.longitude, s.station.latitude, climate, land_cover),
                *(s.sensor, s.depth_from, s.depth_to, s.time, s.value, s.source),
            )
            for s in found
            if lies_in(window, s.station.longitude, s.station.latitude)
        ]
    return series, problems


def _with_class(series: StationSeries, representativeness: str) -> StationSeries:
    """The same series with the station's class of representativeness."""
    from dataclasses import replace

    return replace(series, station=replace(series.station, representativeness=representativeness))


def _leaves(folders: list[str]) -> list[str]:
    """Folders at the depth of stations or below that hold no further folder: an empty station is one."""
    holding = {str(PurePosixPath(f).parent) for f in folders}
    return [f for f in folders if f not in holding and len(PurePosixPath(f).parts) >= 2 and "metadata" not in f]
