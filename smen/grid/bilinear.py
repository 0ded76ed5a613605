"""Bilinear interpolation between the centres of coarse cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid.ease_grid import Grid
    from smen.grid.window import Window

LEAST_WEIGHT = 1e-9
"""Below this sum of weights no valid coarse cell is near: what remains is rounding."""


def bilinear(cells: NDArray[np.floating], window: Window, grid: Grid) -> NDArray[np.float32]:
    """Interpolate between the centres of coarse cells, at the centres of the window's cells.

    The centres are the coarse grid's own, wherever the window begins within a coarse cell. Missing coarse cells take
    no part; beyond the outermost centres the field goes on as it is there.

    Args:
        cells: values of the coarse cells under the window, (..., R, C), NaN where missing.
        window: where to interpolate.
        grid: the coarse cells'.

    Returns:
        float32 (..., H, W), NaN where none of the surrounding coarse cells is valid.
    """
    factor = grid.coarse_factor
    down = bilinear_weights(window.row, window.height, cells.shape[-2], factor)
    across = bilinear_weights(window.column, window.width, cells.shape[-1], factor)
    valid = np.isfinite(cells)
    weight = down @ valid.astype(np.float64) @ across.T
    total = down @ np.where(valid, cells, 0).astype(np.float64) @ across.T
    between = np.divide(total, weight, out=np.full(weight.shape, np.nan), where=weight > LEAST_WEIGHT)
    return np.asarray(between, np.float32)


def bilinear_weights(origin: int, length: int, cells: int, factor: int) -> NDArray[np.float64]:
    """Weigh the coarse cells at each of the fine cells along one axis.

    Args:
        origin: first fine row or column.
        length: how many fine cells there are.
        cells: how many coarse cells there are, the first that of `origin`.
        factor: fine cells along a coarse one.

    Returns:
        Weights (length, cells); each row sums to 1.
    """
    place = np.clip(coarse_places(origin, length, factor), 0, cells - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(place[:, None] - np.arange(cells)[None, :])), np.float64)


def coarse_places(origin: int, length: int, factor: int) -> NDArray[np.float64]:
    """Locate the centres of fine cells in coarse cells along one axis, 0 at the centre of the first coarse one.

    Args:
        origin: first fine row or column.
        length: how many fine cells there are.
        factor: fine cells along a coarse one.
    """
    return np.asarray((origin % factor + np.arange(length) + 0.5) / factor - 0.5, np.float64)
