"""Detail of a map: its deviations from the mean of each coarse cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.grid import grid_with_factor
from smen.scores.metrics import EPSILON, pearson_r

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window


def within_cells(
    estimate: NDArray[np.floating], target: NDArray[np.floating], window: Window, coarse_factor: int = 12
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the deviations of two images from their own means over each coarse cell, where both are valid.

    A coarse cell needs as many valid fine cells as one of its rows has, 12 in a cell of 36 km.

    Args:
        estimate: (H, W), NaN where missing.
        target: (H, W), NaN where missing.
        window: the H x W cells of M03.
        coarse_factor: side of a coarse cell in M03 cells.

    Returns:
        The two deviations, (H, W), NaN where either image is missing or a coarse cell has too few valid cells.
    """
    rows, columns = window.coarse_index(grid_with_factor(coarse_factor))
    cell = rows[:, None] * (columns[-1] + 1) + columns[None, :]
    valid = np.isfinite(estimate) & np.isfinite(target)
    number = (rows[-1] + 1) * (columns[-1] + 1)
    count = np.bincount(cell[valid], minlength=number)

    def deviation(values: NDArray[np.floating]) -> NDArray[np.float64]:
        total = np.bincount(cell[valid], values[valid].astype(np.float64), number)
        mean = total / np.maximum(count, 1)
        deviations = values - mean[cell]
        deviations[np.abs(deviations) <= EPSILON * np.abs(mean[cell])] = 0  # rounding, which correlates with nothing
        return np.where(valid & (count >= coarse_factor)[cell], deviations, np.nan)

    return deviation(estimate), deviation(target)


def detail_r(
    estimate: NDArray[np.floating], target: NDArray[np.floating], window: Window, coarse_factor: int = 12
) -> NDArray[np.float64]:
    """Compute the correlation of the detail of each date.

    Args:
        estimate: (N, H, W), NaN where missing.
        target: (N, H, W), NaN where missing.
        window: the H x W cells of M03.
        coarse_factor: side of a coarse cell in M03 cells.

    Returns:
        (N,), NaN where one of the two has no detail.
    """
    return np.array(
        [pearson_r(*within_cells(x, y, window, coarse_factor)) for x, y in zip(estimate, target, strict=True)]
    )


def deviation_ratio(estimate: NDArray[np.floating], target: NDArray[np.floating]) -> float:
    """Compute the standard deviation of an estimate as a share of the target's.

    Args:
        estimate: any shape, NaN where missing.
        target: the same shape, NaN where missing.

    Returns:
        The ratio, 1 where both vary equally; NaN with fewer than two pairs or where the target is constant.
    """
    valid = np.isfinite(estimate) & np.isfinite(target)
    if valid.sum() < 2 or not (of_target := float(np.std(target[valid]))):
        return np.nan
    return float(np.std(estimate[valid])) / of_target
