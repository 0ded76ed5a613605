"""Where places given in degrees lie in a window's own metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from smen.grid import CRS_CODE, LEFT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window


def places_on(
    window: Window, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where places lie in the window's own metres, also beyond 180 degrees.

    Args:
        window: the region.
        longitude: of the places, degrees within +-180, (n,).
        latitude: likewise.

    Returns:
        x and y, metres of the projection, each (n,).
    """
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    x, y = (np.asarray(part, np.float64) for part in to_grid.transform(longitude, latitude))
    round_the_world = -2 * LEFT
    # A metre, because a station on the western edge may come out a trifle beyond it.
    beyond = np.maximum(window.bounds[0] - 1.0 - x, 0.0)
    return x + round_the_world * np.ceil(beyond / round_the_world), y
