"""Ground tracks of satellites in repeating sun-synchronous orbits: who passes where, when, in which direction.

A circular orbit over a turning sphere: at the argument of latitude u the subsatellite point lies at latitude
asin(sin i sin u) and longitude lambda0 + atan2(cos i sin u, cos u) - u / 360 * 24.6 degrees or so, where lambda0 is the
longitude of the ascending crossing of the equator (Capderou 2014, Handbook of Satellite Orbits, ch. 5). A
sun-synchronous orbit sees the Earth turn once in 86400 s. Good to some km, which is enough for a swath's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0
DAY_S = 86400.0


@dataclass(frozen=True)
class Orbit:
    """A repeating sun-synchronous orbit.

    Attributes:
        revolutions: number of orbits in a repeat cycle.
        days: length of the repeat cycle.
        inclination: degrees.
        anchor: time of one ascending crossing of the equator, UTC.
        anchor_longitude: where it crossed, degrees east.
        anchor_number: the number of that orbit.
    """

    revolutions: int
    days: int
    inclination: float
    anchor: np.datetime64
    anchor_longitude: float
    anchor_number: int

    @property
    def period_s(self) -> float:
        """Seconds from one ascending crossing of the equator to the next."""
        return self.days * DAY_S / self.revolutions

    def crossing(self, number: int, descending: bool) -> np.datetime64:
        """When orbit `number` crosses the equator in a direction; the descending half follows the ascending one."""
        offset = (number - self.anchor_number + 0.5 * descending) * self.period_s
        return self.anchor + np.timedelta64(round(offset * 1000), "ms")

    def number_at(self, time: np.datetime64) -> int:
        """Number of the last orbit that had crossed the equator northwards by a time."""
        return self.anchor_number + int((time - self.anchor) / np.timedelta64(1, "ms") // (self.period_s * 1000))

    def track(self, number: int) -> int:
        """Which of the repeating tracks an orbit follows, 0..revolutions - 1."""
        return (number - self.anchor_number) % self.revolutions

    def crossing_longitude(self, number: int, descending: bool) -> float:
        """Longitude, -180..180, at which orbit `number` crosses the equator in a direction."""
        turn = 360.0 * self.period_s / DAY_S
        longitude = self.anchor_longitude - turn * self.track(number)
        if descending:
            longitude += 180.0 - turn / 2
        return (longitude + 180.0) % 360.0 - 180.0

    def points(self, track: int, descending: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A half-orbit's ground track: seconds since the crossing (n,), and unit vectors of the points (n, 3)."""
        u = np.arange(-95.0, 95.0, 0.1)
        seconds = u / 360 * self.period_s
        longitude0 = self.crossing_longitude(self.anchor_number + track, descending)
        angle, i = np.radians(u), np.radians(self.inclination)
        sign = -1.0 if descending else 1.0
        latitude = np.degrees(np.arcsin(np.sin(i) * np.sin(angle) * sign))
        shift = np.degrees(np.arctan2(sign * np.cos(i) * np.sin(angle) * sign, np.cos(angle)))
        longitude = longitude0 + shift - seconds / DAY_S * 360.0
        return seconds, unit_vectors(longitude, latitude)


def unit_vectors(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors (..., 3) of places on a sphere, given in degrees."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


@dataclass(frozen=True)
class Sight:
    """What a half-orbit sees of places: all arrays have the places' shape.

    Attributes:
        seconds: time of passing each place, since the crossing of the equator.
        across_km: distance from the ground track, positive to the right of the flight.
        along_km: distance along the ground track since the crossing of the equator.
    """

    seconds: NDArray[np.float64]
    across_km: NDArray[np.float64]
    along_km: NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Places on the ground that orbits are held against: longitude and latitude in degrees, of one shape."""

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]

    @cached_property
    def vectors(self) -> NDArray[np.float64]:
        """Unit vectors, (n, 3), of the places in one list."""
        return unit_vectors(self.longitude.ravel(), self.latitude.ravel())

    def seen(self, orbit: Orbit, track: int, descending: bool) -> Sight:
        """How the places lie to a half-orbit's ground track."""
        seconds, points = orbit.points(track, descending)
        distance, index = cKDTree(points).query(self.vectors)
        index = np.clip(index, 1, len(points) - 2)
        flight = points[index + 1] - points[index - 1]
        right = np.cross(flight, points[index])
        side = np.sign(np.einsum("ij,ij->i", self.vectors - points[index], right))
        across = side * 2 * np.arcsin(np.clip(distance / 2, 0, 1)) * EARTH_RADIUS_KM
        step_km = np.linalg.norm(points[1] - points[0]) * EARTH_RADIUS_KM
        along = (index - len(points) / 2) * step_km
        shape = self.longitude.shape
        return Sight(seconds[index].reshape(shape), across.reshape(shape), along.reshape(shape))
