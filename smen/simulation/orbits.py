"""Ground tracks of satellites in repeating sun-synchronous orbits.

A circular orbit over a rotating sphere: at the argument of latitude u the subsatellite point lies at latitude
asin(sin i sin u) and longitude lambda0 + atan2(cos i sin u, cos u) - u / 360 * 24.6 degrees or so, where lambda0 is the
longitude of the ascending crossing of the equator (Capderou 2014, Handbook of Satellite Orbits, ch. 5). In the frame
of a sun-synchronous orbit the Earth rotates once in 86400 s. Accurate to some km, enough for the edge of a swath.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86400.0
"""Seconds in a mean solar day."""


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
        """Return the time at which an orbit crosses the equator; the descending half follows the ascending one.

        Args:
            number: of the orbit.
            descending: the southward crossing, else the northward one.

        Returns:
            datetime64[ms], UTC.
        """
        offset = (number - self.anchor_number + 0.5 * descending) * self.period_s
        return self.anchor + np.timedelta64(round(offset * 1000), "ms")

    def number_at(self, time: np.datetime64) -> int:
        """Return the number of the last orbit that had crossed the equator northwards by a time (UTC)."""
        return self.anchor_number + int((time - self.anchor) / np.timedelta64(1, "ms") // (self.period_s * 1000))

    def track(self, number: int) -> int:
        """Return which of the repeating ground tracks an orbit follows, 0..revolutions - 1."""
        return (number - self.anchor_number) % self.revolutions

    def crossing_longitude(self, number: int, descending: bool) -> float:
        """Return the longitude at which an orbit crosses the equator.

        Args:
            number: of the orbit.
            descending: the southward crossing, else the northward one.

        Returns:
            Degrees east, -180..180.
        """
        turn = 360.0 * self.period_s / DAY_S
        longitude = self.anchor_longitude - turn * self.track(number)
        if descending:
            longitude += 180.0 - turn / 2
        return (longitude + 180.0) % 360.0 - 180.0

    def ground_track(self, track: int, descending: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute the ground track of a half-orbit, a point every tenth of a degree of the argument of latitude.

        Args:
            track: which of the repeating tracks, see `track`.
            descending: the southward half, else the northward one.

        Returns:
            Seconds since the crossing of the equator (n,), and unit vectors of the points (n, 3).
        """
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
    """Convert places on a sphere to unit vectors.

    Args:
        longitude: degrees east, any shape.
        latitude: degrees north, same shape.

    Returns:
        Earth-fixed unit vectors, (..., 3): x towards 0 E, y towards 90 E, z towards the north pole.
    """
    lon, lat = np.radians(longitude), np.radians(latitude)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
