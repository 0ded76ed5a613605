"""Where places and areas lie relative to the ground tracks of an orbit: beside them, along them, or out of reach."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from smen.simulation.orbits import Orbit, unit_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

EARTH_RADIUS_KM = 6371.0
"""Mean radius of the Earth (IUGG)."""

NEAR_DEGREES = 10.0
"""Ground tracks farther from an area than this see nothing of it: the widest swath reaches 605 km, 5.4 degrees."""


@dataclass(frozen=True)
class TrackCoordinates:
    """Places in the coordinates of a half-orbit's ground track: all arrays have the places' shape.

    Attributes:
        seconds: time at which the satellite is nearest to each place, since the crossing of the equator.
        across_km: distance from the ground track, positive to the right of the flight direction.
        along_km: distance along the ground track since the crossing of the equator.
    """

    seconds: NDArray[np.float64]
    across_km: NDArray[np.float64]
    along_km: NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Places on the Earth's surface.

    Attributes:
        longitude: degrees east, any shape.
        latitude: degrees north, same shape.
    """

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]

    @cached_property
    def vectors(self) -> NDArray[np.float64]:
        """Unit vectors, (n, 3), of the places in one list."""
        return unit_vectors(self.longitude.ravel(), self.latitude.ravel())

    def along_track(self, orbit: Orbit, track: int, descending: bool) -> TrackCoordinates:
        """Locate the places relative to a half-orbit's ground track, by the nearest of the track's points.

        Args:
            orbit: the satellite's orbit.
            track: which of the repeating tracks, see `Orbit.track`.
            descending: the southward half, else the northward one.
        """
        seconds, points = orbit.ground_track(track, descending)
        distance, index = cKDTree(points).query(self.vectors)
        index = np.clip(index, 1, len(points) - 2)
        flight = points[index + 1] - points[index - 1]
        right = np.cross(flight, points[index])
        side = np.sign(np.einsum("ij,ij->i", self.vectors - points[index], right))
        across = side * 2 * np.arcsin(np.clip(distance / 2, 0, 1)) * EARTH_RADIUS_KM
        step_km = np.linalg.norm(points[1] - points[0]) * EARTH_RADIUS_KM
        along = (index - len(points) / 2) * step_km
        shape = self.longitude.shape
        return TrackCoordinates(seconds[index].reshape(shape), across.reshape(shape), along.reshape(shape))


def middle_of(area: Window) -> tuple[float, float]:
    """Return longitude and latitude, in degrees, of the cell in the middle of an area."""
    longitude, latitude = area.longitudes, area.latitudes
    return float(longitude[longitude.size // 2]), float(latitude[latitude.size // 2])


def tracks_near(orbit: Orbit, area: Window) -> list[tuple[int, bool]]:
    """List the half-orbits' ground tracks that come near an area, so that only these need a closer look.

    Args:
        orbit: the satellite's orbit.
        area: cells of M03.

    Returns:
        Number of the track and whether it is the descending half, in this order.
    """
    dy, dx = area.cell_lengths_km()
    size = float(np.hypot(dy.sum(), dx.max() * area.width))
    longitude, latitude = middle_of(area)
    centre = unit_vectors(np.asarray(longitude), np.asarray(latitude))
    reach = np.cos(min(size / 2 / EARTH_RADIUS_KM + np.radians(NEAR_DEGREES), np.pi))
    return [
        (track, descending)
        for track in range(orbit.revolutions)
        for descending in (False, True)
        if (orbit.ground_track(track, descending)[1] @ centre).max() > reach
    ]
