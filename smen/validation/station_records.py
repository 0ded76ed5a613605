"""Stations, their sensors' series, and what is to be said of files that could not be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Period = tuple[np.datetime64 | None, np.datetime64 | None]


@dataclass(frozen=True)
class StationProblem:
    """A file, or a part of one, that could not be used or was used in part: a line of the report.

    Attributes:
        source: name of the file.
        reason: what is wrong and what was done about it.
        station: the station, where it is known.
    """

    source: str
    reason: str
    station: str = ""

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.source}{f', {self.station}' if self.station else ''}: {self.reason}"


@dataclass(frozen=True)
class Station:
    """A place with sensors in the ground.

    Attributes:
        network: that it belongs to.
        name: of the station, unique in its network.
        longitude: degrees, -180..180.
        latitude: degrees.
        climate: class of climate (Koeppen-Geiger), empty where the metadata have none.
        land_cover: class of land cover, likewise.
        representativeness: how well the station stands for its surroundings (FRM4SM class), likewise.
    """

    network: str
    name: str
    longitude: float
    latitude: float
    climate: str = ""
    land_cover: str = ""
    representativeness: str = ""


@dataclass(frozen=True)
class StationSeries:
    """The usable values of one sensor at one place.

    Attributes:
        station: where it is.
        sensor: name of the sensor.
        depth_from: upper end of what it measures, metres below the surface.
        depth_to: lower end, metres.
        time: UTC, datetime64[s] (N,), strictly rising.
        value: soil moisture in m3/m3, float64 (N,), finite.
        source: name of the file.
    """

    station: Station
    sensor: str
    depth_from: float
    depth_to: float
    time: NDArray[np.datetime64]
    value: NDArray[np.float64]
    source: str


@dataclass(frozen=True)
class StationSelection:
    """Which values of stations to use.

    Attributes:
        networks: names of networks; none: all.
        depth: the range in metres below the surface that both ends of a sensor's depth lie in.
        flags: of the values to use; G is ISMN's flag of a good value.
        period: first and last time to read, UTC; None: open.
    """

    networks: tuple[str, ...] = ()
    depth: tuple[float, float] = (0.0, 0.05)
    flags: tuple[str, ...] = ("G",)
    period: Period = (None, None)

    def holds_depth(self, depth_from: float, depth_to: float) -> bool:
        """Whether both ends of a sensor's depth lie in the range, to within a tenth of a millimetre.

        Args:
            depth_from: upper end, metres.
            depth_to: lower end, metres.
        """
        low, high = self.depth
        return low - 1e-4 <= min(depth_from, depth_to) and max(depth_from, depth_to) <= high + 1e-4


@dataclass(frozen=True)
class StationReading:
    """What was read of an archive.

    Attributes:
        series: one for each sensor and place with usable values.
        problems: what could not be used.
    """

    series: tuple[StationSeries, ...]
    problems: tuple[StationProblem, ...]


def join_readings(readings: Sequence[StationReading]) -> StationReading:
    """Join what was read of several archives, in their order."""
    return StationReading(
        tuple(series for reading in readings for series in reading.series),
        tuple(problem for reading in readings for problem in reading.problems),
    )
