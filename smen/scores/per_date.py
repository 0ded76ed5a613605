"""All metrics of each date: level, pattern, and detail inside the coarse cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.scores.aggregation import per_image, with_zeros
from smen.scores.blockiness import blockiness
from smen.scores.detail import deviation_ratio, within_cells
from smen.scores.gdown import g_down
from smen.scores.metrics import bias, pearson_r, rmse, ubrmse
from smen.scores.spectrum import spectrum_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

    Stack = NDArray[np.floating]


def date_scores(
    estimate: Stack, target: Stack, coarse: Stack, window: Window, coarse_factor: int = 12
) -> dict[str, NDArray[np.float64]]:
    """Compute every metric of each date.

    Args:
        estimate: (N, H, W), m3/m3, NaN where missing.
        target: (N, H, W), m3/m3, NaN where missing; the reference.
        coarse: (N, H, W), m3/m3, NaN where missing; the coarse field, for the gain over it (`g_down`).
        window: the H x W cells of M03.
        coarse_factor: side of a coarse cell in M03 cells.

    Returns:
        (N,) of each metric by its name in tables, NaN where a date has too few cells; `..._inside` and
        `deviation_ratio` are of the deviations from the coarse cells' means.
    """
    inside = [within_cells(x, y, window, coarse_factor) for x, y in zip(estimate, target, strict=True)]
    phase = (window.row % coarse_factor, window.column % coarse_factor)
    return {
        "ubRMSE": per_image(ubrmse, estimate, target),
        "ubRMSE_zeros": with_zeros(ubrmse, estimate, target),
        "bias": per_image(bias, estimate, target),
        "RMSE": per_image(rmse, estimate, target),
        "R": per_image(pearson_r, estimate, target),
        "R_inside": np.array([pearson_r(x, y) for x, y in inside]),
        "ubRMSE_inside": np.array([ubrmse(x, y) for x, y in inside]),
        "deviation_ratio": np.array([deviation_ratio(x, y) for x, y in inside]),
        "spectrum_ratio": np.array([spectrum_ratio(x, y) for x, y in zip(estimate, target, strict=True)]),
        "blockiness": np.array([blockiness(x, coarse_factor, phase) for x in estimate]),
        "g_down": np.array([g_down(x, c, y).g_down for x, c, y in zip(estimate, coarse, target, strict=True)]),
    }
