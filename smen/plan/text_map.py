"""A small map of a region and its surroundings in letters, to see at a glance whether it lies where it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.plan.land_share import land_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

ROWS, COLUMNS = 15, 48
"""Size of the map in letters; a letter is about twice as high as wide."""

MARGIN = 1.5
"""What is shown on each side of the region, in sizes of the region."""

LEAST_DEGREES = 24.0
"""Height of the map at least: less would show no coast that anybody knows."""


def text_map(window: Window) -> str:
    """Draw a region: `#` its land, `o` its water, `.` other land, blank other water.

    Args:
        window: the region.
    """
    _, south, _, north = window.polygon().bounds
    height = max((north - south) * (1 + 2 * MARGIN), LEAST_DEGREES)
    middle = (north + south) / 2
    latitude = middle + height * (0.5 - (np.arange(ROWS) + 0.5) / ROWS)
    longitudes = np.unwrap(window.longitudes, period=360)
    # Letters are twice as high as wide, and a degree of longitude is shorter than one of latitude.
    width = height * COLUMNS / ROWS / 2 / max(np.cos(np.deg2rad(middle)), 0.1)
    longitude = longitudes.mean() + width * ((np.arange(COLUMNS) + 0.5) / COLUMNS - 0.5)
    land = land_at(latitude, longitude) > 0
    inside = np.outer(_within(latitude, south, north), _within(longitude, longitudes.min(), longitudes.max()))
    letters = np.where(inside, np.where(land, "#", "o"), np.where(land, ".", " "))
    return "\n".join("".join(row).rstrip() for row in letters)


def _within(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    """Which values lie between two; the nearest one to their middle, if none does."""
    within = (values >= low) & (values <= high)
    within[np.abs(values - (low + high) / 2).argmin()] = True
    return within
