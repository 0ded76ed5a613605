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


def means_by_ring(
    sums: NDArray[np.floating], pairs: NDArray[np.floating], use: NDArray[np.bool_], edges: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Average over pairs of cells in rings of distance, from sums and numbers of pairs by their offset.

    Args:
        sums: over the pairs of each offset on a grid without edges, (H, W).
        pairs: their number or weight, (H, W).
        use: offsets that take part, (H, W).
        edges: of the rings, rising, in cells.

    Returns:
        Of each ring that holds a pair the mean distance in cells, the mean, and the number of pairs; empty without any.
    """
    distance = torus_distance((sums.shape[0], sums.shape[1]))[use]
    ring = np.digitize(distance, edges)
    number = np.bincount(ring, pairs[use]).astype(np.float64)
    filled = number > 0
    far, mean = (np.bincount(ring, part)[filled] / number[filled] for part in (distance * pairs[use], sums[use]))
    return far, mean, number[filled]
