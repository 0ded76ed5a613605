"""The stations of a simulated world as an archive of the International Soil Moisture Network, a zip for each UTC year.

The layout is that of the network's own downloads: a folder for each network and station, in it a file for each sensor
(NETWORK_NETWORK_STATION_VARIABLE_FROM_TO_SENSOR_START_END.stm, format `header_values`) and a table of static variables.
A Readme says that nothing was measured.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np

from smen.atomic import atomic_from_memory
from smen.simulation.state_writer import StateWriter
from smen.simulation.station_places import StationPlace, StationSensor, station_places
from smen.simulation.station_sensors import SensorReading, StationTruth, read_sensor_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from smen.simulation.world import World, WorldState

_DAY = np.timedelta64(1, "D")

_STATIC = """quantity_name;unit;depth_from[m];depth_to[m];value;description;quantity_source_name
climate classification;none;0.00;0.00;{climate};;koeppen_geiger_2007
land cover classification;none;0.00;0.00;{land_cover};;CCI_landcover_2010
"""

_SURFACE = 0.05
"""Metres: a sensor whose lower end lies deeper is not of the surface layer."""


class StationWriter(StateWriter):
    """Collect the states of a world at its stations, and write them by year.

    A context manager: the files are written on leaving, unless an error ended the block.

    Args:
        world: the world.
        first_day: first UTC day to write.
        last_day: last one, included.
        root: folder of `{year}.zip`.
        simulated: text that marks the archive.

    Raises:
        OutputError: a file cannot be written.
    """

    def __init__(
        self, world: World, first_day: np.datetime64, last_day: np.datetime64, root: Path, simulated: str
    ) -> None:
        super().__init__(world, first_day, last_day, root, simulated)
        self.places = station_places(world)
        top, left = (part.start for part in world.inner)
        self.cells = (
            np.array([top + place.row for place in self.places], np.int64),
            np.array([left + place.column for place in self.places], np.int64),
        )
        self.moisture: list[NDArray[np.float32]] = []
        self.temperature: list[NDArray[np.float32]] = []

    def _finish(self) -> None:
        """Write the archives of all years."""
        for year in range(int(str(self.first)[:4]), int(str(self.last)[:4]) + 1):
            self._write(year)

    def add(self, state: WorldState) -> None:
        """Keep a state at the stations; also of the days around the period, between which hours are interpolated."""
        time = self.time_of(state)
        if self.first - _DAY <= time.astype("datetime64[D]") <= self.last + _DAY:
            self.times.append(time)
            self.moisture.append(state.moisture[self.cells])
            self.temperature.append(state.temperature[self.cells])

    def _write(self, year: int) -> None:
        """Write the archive of a year: entries in order and without the time of day, so that bytes repeat."""
        with (
            atomic_from_memory(self.root / f"{year}.zip") as content,
            zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive,
        ):
            for name, text in self._files(year):
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, text)

    def _files(self, year: int) -> Iterator[tuple[str, str]]:
        """Yield name and text of each file of a year's archive."""
        yield "Readme.txt", f"{self.simulated}.\nThe layout is that of the International Soil Moisture Network.\n"
        time = self._hours(year)
        known = np.array(self.times, "datetime64[s]").astype(np.float64)
        for index, place in enumerate(self.places):
            moisture, temperature = (
                np.interp(time.astype(np.float64), known, np.array([field[index] for field in fields], np.float64))
                for fields in (self.moisture, self.temperature)
            )
            truth = StationTruth(time, moisture, temperature, self.world.climate.mean)
            folder = f"{place.network}/{place.name}/"
            stem = f"{folder}{place.network}_{place.network}_{place.name}_"
            for number, sensor in enumerate(place.sensors):
                deep = sensor.depth_to > _SURFACE
                key = self.world.seed, self.world.name, place.number, number
                reading = read_sensor_at(truth, *key, deep=deep)
                yield stem + _file_name(sensor, time), _table(place, sensor, reading)
            yield f"{stem}static_variables.csv", _STATIC.format(climate=place.climate, land_cover=place.land_cover)

    def _hours(self, year: int) -> NDArray[np.datetime64]:
        """Return the full hours of the period's days in a year."""
        first = max(self.first, np.datetime64(f"{year}-01-01"))
        last = min(self.last, np.datetime64(f"{year}-12-31"))
        number = int((last + _DAY - first) / np.timedelta64(1, "h"))
        hours: NDArray[np.datetime64] = first.astype("datetime64[s]") + np.arange(number) * np.timedelta64(1, "h")
        return hours


def _file_name(sensor: StationSensor, time: NDArray[np.datetime64]) -> str:
    """The end of a sensor's file name."""
    first, last = (str(t.astype("datetime64[D]")).replace("-", "") for t in (time[0], time[-1]))
    return f"sm_{sensor.depth_from:.6f}_{sensor.depth_to:.6f}_{sensor.name}_{first}_{last}.stm"


def _table(place: StationPlace, sensor: StationSensor, reading: SensorReading) -> str:
    """The text of a sensor's file: a line about the station, then a line for each value."""
    head = (
        f"{place.network} {place.network} {place.name} {place.latitude:.5f} {place.longitude:.5f} 0.00 "
        f"{sensor.depth_from:.4f} {sensor.depth_to:.4f} {sensor.name}"
    )
    stamps = (time.replace("-", "/").replace("T", " ") for time in reading.time.astype("datetime64[m]").astype(str))
    rows = (
        f"{stamp} {value:.4f} {flag} M"
        for stamp, value, flag in zip(stamps, reading.value.tolist(), reading.flag.tolist(), strict=True)
    )
    return "\n".join([head, *rows]) + "\n"
