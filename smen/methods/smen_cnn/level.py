"""The level of a map: the mean that the coarse field and the training dates imply.

The paper's loss ignores the mean of an image, so a network trained by it has no absolute level: maps of a prototype
were up to 0.24 m3/m3 too dry. After the prediction each image is therefore shifted by one number, so that its mean
equals the expected one: that of the coarse field plus the climatological residual. Both means are over the cells where
the coarse field is valid, small holes filled, and where the training dates have at least one residual: elsewhere there
is no expectation. Filled cells take part, because a cell that the coarse product never retrieves has a climatology all
the same; without them a region with many such cells (Geneva's mountains) was 0.01 m3/m3 too dry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.climatology import Climatology


def match_coarse_mean(
    estimate: NDArray[np.floating], coarse: NDArray[np.floating], climatology: Climatology
) -> NDArray[np.float32]:
    """Shift an estimate so that its mean is that of the coarse field plus the climatological residual.

    Args:
        estimate: (H, W), m3/m3.
        coarse: I(t), (H, W), m3/m3, small holes filled, NaN in large ones (`smen.data.fill.known_coarse`).
        climatology: mean residual of the training dates.

    Returns:
        The shifted estimate, float32 (H, W); NaN everywhere where no coarse cell is valid.
    """
    valid = np.isfinite(coarse) & np.isfinite(estimate)
    if not valid.any():
        return np.full(estimate.shape, np.nan, np.float32)
    with_residuals = valid & (climatology.count > 0)
    cells = with_residuals if with_residuals.any() else valid
    shift = np.mean((coarse + climatology.mean - estimate)[cells], dtype=np.float64)
    return (estimate + shift).astype(np.float32)
