"""The level of a map.

The paper's loss does not see the mean of an image, so a network trained by it has no absolute level: maps of a
prototype were up to 0.24 m3/m3 too dry. After the prediction each image is therefore shifted by one number, so that its
mean equals the mean that the training dates teach to expect: that of the coarse field plus the climatological
residual. Both means are over the cells where the coarse field is known, small holes filled, and where the training
dates have at least one residual: elsewhere nothing says what to expect. Cells that were filled take part, because a
cell that the coarse product never retrieves has a climatology all the same; without them a region with many such
cells (Geneva's mountains) came out 0.01 m3/m3 too dry.
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
    """Shift an estimate to the level of the coarse field.

    Args:
        estimate: (H, W), m3/m3.
        coarse: I(t), (H, W), m3/m3, small holes filled, NaN where unknown (`smen.data.fill.known_coarse`).
        climatology: mean residual of the training dates.

    Returns:
        The shifted estimate, float32 (H, W); NaN everywhere where no coarse cell is known.
    """
    known = np.isfinite(coarse) & np.isfinite(estimate)
    if not known.any():
        return np.full(estimate.shape, np.nan, np.float32)
    taught = known & (climatology.count > 0)
    cells = taught if taught.any() else known
    shift = np.mean((coarse + climatology.mean - estimate)[cells], dtype=np.float64)
    return (estimate + shift).astype(np.float32)
