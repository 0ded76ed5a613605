"""Detail: what a map says inside the coarse cells, their own means taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.scores.metrics import EPSILON, pearson_r

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

LEAST = 12
"""Cells that a coarse cell needs in common to be judged: one row of a whole one of 36 km."""


def within_cells(
    estimate: NDArray[np.floating], target: NDArray[np.floating], window: Window, nesting: int = 12
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Departures of both from their means over each coarse cell, where both are valid.

    Args:
        estimate: (H, W), NaN where missing.
        target: (H, W), NaN where missing.
        window: where they lie.
        nesting: side of a coarse cell in M03 cells.

    Returns:
        The two departures, (H, W), NaN where either is missing or a coarse cell has too few.
    """
    rows = (window.row + np.arange(window.height)) // nesting
    columns = (window.column + np.arange(window.width)) // nesting
    rows, columns = rows - rows[0], columns - columns[0]
    cell = rows[:, None] * (columns[-1] + 1) + columns[None, :]
    valid = np.isfinite(estimate) & np.isfinite(target)
    number = (rows[-1] + 1) * (columns[-1] + 1)
    count = np.bincount(cell[valid], minlength=number)

    def departure(values: NDArray[np.floating]) -> NDArray[np.float64]:
        total = np.bincount(cell[valid], values[valid].astype(np.float64), number)
        mean = total / np.maximum(count, 1)
        left = values - mean[cell]
        left[np.abs(left) <= EPSILON * np.abs(mean[cell])] = 0  # rounding, which correlates with nothing
        return np.where(valid & (count >= LEAST)[cell], left, np.nan)

    return departure(estimate), departure(target)


def detail_r(
    estimate: NDArray[np.floating], target: NDArray[np.floating], window: Window, nesting: int = 12
) -> NDArray[np.float64]:
    """Correlation inside the coarse cells of each date (N, H, W), (N,): NaN where an estimate has no detail there."""
    return np.array([pearson_r(*within_cells(x, y, window, nesting)) for x, y in zip(estimate, target, strict=True)])
