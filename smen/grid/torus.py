"""Distances on a grid without edges, on which a covariance is a convolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def torus_distance(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the distance of each cell of a grid without edges from its first cell, in cells.

    Args:
        shape: of the grid.
    """
    rows, columns = (np.minimum(np.arange(size), size - np.arange(size)) for size in shape)
    return np.asarray(np.hypot(rows[:, None], columns), np.float64)
