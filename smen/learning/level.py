"""The level of a map.

The paper's loss does not see the mean of an image, so a network trained by it has no absolute level: maps of a
prototype were up to 0.24 m3/m3 too dry. After the prediction each image is therefore shifted by one number, so that
its mean over the cells with a valid coarse observation equals the mean that the training dates teach to expect there:
the mean of the coarse field plus that of the climatological residual at these cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def anchor(
    estimate: NDArray[np.floating], coarse: NDArray[np.floating], climatology: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Shift an estimate to the level of the coarse field.

    Args:
        estimate: (H, W), m3/m3.
        coarse: I(t), (H, W), m3/m3, NaN where it was not observed.
        climatology: mean residual of the training dates, (H, W), m3/m3.

    Returns:
        The shifted estimate, float32 (H, W); NaN everywhere when no coarse cell is valid.
    """
    valid = np.isfinite(coarse) & np.isfinite(estimate)
    if not valid.any():
        return np.full(estimate.shape, np.nan, np.float32)
    shift = np.mean((coarse + climatology - estimate)[valid], dtype=np.float64)
    return (estimate + shift).astype(np.float32)
