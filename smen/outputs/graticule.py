"""Meridians and parallels at round degrees, for figures and for the report.

The projection is cylindrical, so that both are straight lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from smen.grid import CRS_CODE, LEFT, Window

_STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 45.0)
"""Spacings that a graticule may have, in degrees."""


@dataclass(frozen=True)
class Graticule:
    """The meridians and parallels of a window, each at its exact place.

    Attributes:
        x: the meridians in metres of the projection, (m,).
        y: the parallels in metres of the projection, (n,).
        longitudes: labels of the meridians.
        latitudes: labels of the parallels.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    longitudes: list[str]
    latitudes: list[str]


def graticule(window: Window, lines: int) -> Graticule:
    """Return the meridians and parallels at round degrees within a window.

    Args:
        window: the region.
        lines: about how many in each direction.
    """
    west, south, east, north = window.bounds
    per_metre = 180 / -LEFT
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    _, (low, high) = to_grid.transform([0, 0], [south, north], direction="INVERSE")
    meridians = round_degrees(west * per_metre, east * per_metre, lines)
    parallels = round_degrees(low, high, lines)
    return Graticule(
        x=meridians / per_metre,
        y=np.asarray(to_grid.transform(np.zeros(parallels.size), parallels)[1]),
        # a window over 180 degrees counts its longitudes on eastwards
        longitudes=[degree_label((lon + 180) % 360 - 180, "E", "W") for lon in meridians],
        latitudes=[degree_label(lat, "N", "S") for lat in parallels],
    )


def round_degrees(low: float, high: float, lines: int) -> NDArray[np.float64]:
    """Return the multiples of a round step that lie within a range.

    Args:
        low: lower end, degrees.
        high: upper end, degrees.
        lines: about how many multiples; at most one more.
    """
    step = next((s for s in _STEPS if (high - low) / s <= lines + 0.5), _STEPS[-1])
    return np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step


def degree_label(value: float, positive: str, negative: str) -> str:
    """Format degrees as ``97.5°W``; the equator and the two ends of longitude have no letter.

    Args:
        value: degrees.
        positive: letter of values above 0, e.g. ``E``.
        negative: letter of values below 0, e.g. ``W``.
    """
    letter = "" if value == 0 or abs(value) == 180 else positive if value > 0 else negative
    return f"{abs(value):g}°{letter}"
