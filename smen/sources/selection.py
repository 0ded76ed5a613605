"""Which granules a region needs, as far as their names tell: period, direction, and the place of a scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from smen.grid import Window
    from smen.products.names import Direction, GranuleName

SCENE_SLACK = np.timedelta64(1, "h")
"""Time by which scenes may lie outside the period: they belong to half-orbits by containment, which last 50 minutes."""

SCENE_REACH_KM = 1000.0
"""Distance from the window within which a scene is opened, by the place in its name. A scene measures some 250 to
400 km, and whether the place is its centre or a corner is not documented."""

KM_PER_DEGREE = 111.2
"""Length of a degree of latitude, and of longitude at the equator."""


def in_period(name: GranuleName, begin: np.datetime64, end: np.datetime64, directions: Collection[Direction]) -> bool:
    """Return whether a granule is of a period and, if a half-orbit, of the directions.

    Args:
        name: of the granule.
        begin: first time, included.
        end: last time, excluded; scenes are taken up to `SCENE_SLACK` outside the period on either side.
        directions: of half-orbits; without effect on scenes, whose direction comes from their half-orbit.
    """
    if name.direction is None:
        return bool(begin - SCENE_SLACK <= name.time < end + SCENE_SLACK)
    return bool(begin <= name.time < end) and name.direction in directions


def may_touch(name: GranuleName, window: Window) -> bool:
    """Return whether a granule may touch a window, by the place in its name; True for half-orbits, which have none.

    Args:
        name: of the granule.
        window: the region.
    """
    if (place := name.longitude_latitude) is None:
        return True
    longitude, latitude = place
    west, east = window.longitudes[0], window.longitudes[-1]
    north, south = window.latitudes[0], window.latitudes[-1]
    highest = min(max(abs(north), abs(south), abs(latitude)), 80.0)
    reach_east = SCENE_REACH_KM / (KM_PER_DEGREE * np.cos(np.radians(highest)))
    span = (east - west) % 360
    from_west = (longitude - west) % 360
    distance = 0.0 if from_west <= span else min(from_west - span, 360 - from_west)
    reach_north = SCENE_REACH_KM / KM_PER_DEGREE
    return bool(distance <= reach_east and south - reach_north <= latitude <= north + reach_north)
