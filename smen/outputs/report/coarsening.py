"""Coarser display of large regions: squares of cells shown as one, so that a page can hold all maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smen.grid import Window

CELLS = 10_000_000
"""Cells of all maps of a region that the page holds at most."""


def display_step(window: Window, maps: int) -> int:
    """Return the side of the squares of cells that are shown as one: 1 unless the maps have more than `CELLS` cells.

    Args:
        window: the region.
        maps: number of its maps.
    """
    every = 1
    while maps * -(-window.height // every) * -(-window.width // every) > CELLS:
        every += 1
    return every


def square_means(values: NDArray[np.floating], every: int) -> NDArray[np.floating]:
    """Return the means of squares of cells, those at the far edges cut.

    Args:
        values: (height, width), NaN where missing.
        every: side of the squares, cells.

    Returns:
        (height / every, width / every), rounded up; NaN where all cells of a square are missing.
    """
    if every == 1:
        return values
    height, width = values.shape
    rows, columns = -(-height // every), -(-width // every)
    padded = np.full((rows * every, columns * every), np.nan)
    padded[:height, :width] = values
    squares = padded.reshape(rows, every, columns, every)
    valid = np.isfinite(squares)
    counts = valid.sum(axis=(1, 3))
    sums = np.where(valid, squares, 0).sum(axis=(1, 3))
    means = np.full(counts.shape, np.nan)
    means[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return means
