"""How much of a region is land, from a map of the world that comes with the package.

The map (``land.npz``) was made by `pack` from GLOBE, the Global Land One-kilometer Base Elevation digital elevation
model (NOAA 1999, public domain), as the package `global-land-mask` 1.0.0 holds its land: in cells of a tenth of a
degree, how many of the 144 cells of 30 seconds are land. Lakes are land.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

FILE = Path(__file__).with_name("land.npz")

PER_DEGREE = 10
"""Cells of the map in a degree."""

FULL = 144
"""Value of a cell that is all land."""


def pack(land: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Count the land in each cell of the map, (1800, 3600), from north to south and from 180 degrees west on.

    Args:
        land: in cells of 30 seconds, (21600, 43200).
    """
    side = 120 // PER_DEGREE
    blocks = land.reshape(land.shape[0] // side, side, land.shape[1] // side, side)
    return np.asarray(blocks.sum(axis=(1, 3)), np.uint8)


def land_share(window: Window) -> float:
    """Return the share of a window's cells that are land, 0..1.

    Args:
        window: the region.
    """
    return float(_cells(window).mean() / FULL)


def certainly_sea(window: Window) -> bool:
    """Whether no land lies in a window or within a cell of the map from it, some 11 km.

    Args:
        window: the region.
    """
    return not _cells(window, margin=1).any()


def land_at(latitude: NDArray[np.floating], longitude: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the share of land around each crossing of some parallels and meridians, (R, C), 0..1; beyond a pole 0.

    Args:
        latitude: of the R parallels, degrees north.
        longitude: of the C meridians, degrees east, any turn.
    """
    row = ((90 - latitude) * PER_DEGREE).astype(np.int64)
    column = np.floor((longitude + 180) * PER_DEGREE).astype(np.int64) % (360 * PER_DEGREE)
    there = (row >= 0) & (row < 180 * PER_DEGREE)
    found = _map()[np.ix_(np.clip(row, 0, 180 * PER_DEGREE - 1), column)] / FULL
    return np.asarray(np.where(there[:, None], found, 0))


def _cells(window: Window, margin: int = 0) -> NDArray[np.uint8]:
    """Cells of the map at the centres of a window's rows and columns, and some cells farther on every side."""
    row = np.clip(((90 - window.latitudes) * PER_DEGREE).astype(np.int64), 0, 180 * PER_DEGREE - 1)
    column = ((window.longitudes + 180) * PER_DEGREE).astype(np.int64)
    if margin:
        away = np.arange(-margin, margin + 1)
        row = np.clip(np.unique(row[:, None] + away), 0, 180 * PER_DEGREE - 1)
        column = np.unique(column[:, None] + away)
    return _map()[np.ix_(row, column % (360 * PER_DEGREE))]


@cache
def _map() -> NDArray[np.uint8]:
    with np.load(FILE) as stored:
        cells: NDArray[np.uint8] = stored["cells"]
    return cells
