"""All that is measured of an estimate on each date: level, pattern, and detail inside the coarse cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.scores.aggregation import per_image, with_zeros
from smen.scores.blockiness import blockiness
from smen.scores.detail import within_cells
from smen.scores.gdown import g_down
from smen.scores.metrics import bias, pearson_r, rmse, ubrmse
from smen.scores.spectrum import spectrum_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

    Stack = NDArray[np.floating]


def date_scores(
    estimate: Stack, target: Stack, coarse: Stack, window: Window, nesting: int = 12
) -> dict[str, NDArray[np.float64]]:
    """Every metric of each date, by its name in tables, (N,); NaN where a date has too few cells for it.

    Args:
        estimate: (N, H, W), m3/m3, NaN where missing.
        target: likewise; what it is judged by.
        coarse: likewise; the coarse field, which the gain in detail is measured against.
        window: where they lie.
        nesting: side of a coarse cell in M03 cells.
    """
    inside = [within_cells(x, y, window, nesting) for x, y in zip(estimate, target, strict=True)]
    spread = [_spread(x, y) for x, y in inside]
    phase = (window.row % nesting, window.column % nesting)
    return {
        "ubRMSE": per_image(ubrmse, estimate, target),
        "ubRMSE_zeros": with_zeros(ubrmse, estimate, target),
        "bias": per_image(bias, estimate, target),
        "RMSE": per_image(rmse, estimate, target),
        "R": per_image(pearson_r, estimate, target),
        "R_inside": np.array([pearson_r(x, y) for x, y in inside]),
        "ubRMSE_inside": np.array([ubrmse(x, y) for x, y in inside]),
        "deviation_ratio": np.array(spread),
        "spectrum_ratio": np.array([spectrum_ratio(x, y) for x, y in zip(estimate, target, strict=True)]),
        "blockiness": np.array([blockiness(x, nesting, phase) for x in estimate]),
        "g_down": np.array([g_down(x, c, y).g_down for x, c, y in zip(estimate, coarse, target, strict=True)]),
    }


def _spread(estimate: NDArray[np.floating], target: NDArray[np.floating]) -> float:
    """Standard deviation inside the coarse cells as a share of the target's; NaN where either says nothing."""
    valid = np.isfinite(estimate) & np.isfinite(target)
    if valid.sum() < 2 or not (below := float(np.std(target[valid]))):
        return np.nan
    return float(np.std(estimate[valid])) / below
