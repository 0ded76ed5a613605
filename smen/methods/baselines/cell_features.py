"""What a forest knows of each cell of an overpass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.methods.interpolation import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.smen_cnn.inputs import InputBuilder

YEAR = 365.2425
"""Days of a year."""

UNSEEN = 1000.0
"""Age in days of a residual that there is none of: older than any."""

NEAR = 2.0
"""Width of the smoothing of residuals, in cells of 3 km: what the surroundings say of a noisy cell."""


def cell_features(builder: InputBuilder, row: int, *, leave_out: bool = False) -> NDArray[np.float32]:
    """Features of all cells of one overpass, (F, H, W), valid everywhere.

    The coarse value; the interpolated field's departure from it and slope along both axes; the cell's place within
    its coarse cell; the mean residual, also smoothed; the k earlier residuals, newest first, the mean residual where
    there is none, with the ages of those that there are; the latest of them smoothed; the season; the direction.

    Args:
        builder: of the overpasses, in m3/m3.
        row: which of them.
        leave_out: whether to take the row's own target out of the mean residual.
    """
    fields, samples = builder.fields, builder.samples
    window, nesting = fields.window, fields.coarse_nesting
    inputs = builder.inputs(row, leave_out=leave_out)
    coarse, mean = inputs.coarse[0].numpy(), inputs.climatology[0].numpy()
    frames, valid = inputs.residual[0].numpy(), inputs.residual_valid[0].numpy()
    between = smooth(coarse, fields)
    slope_down, slope_across = np.gradient(between)
    age = np.where(valid, inputs.age[0].numpy()[:, None, None], UNSEEN)
    days = (samples.time[row] - samples.time[row].astype("datetime64[Y]")) / np.timedelta64(1, "D")
    angle = 2 * np.pi * float(days) / YEAR
    down, across = (
        (np.arange(window.height) + window.row) % nesting,
        (np.arange(window.width) + window.column) % nesting,
    )
    everywhere = (
        np.sin(angle), np.cos(angle), float(fields.coarse_descending[samples.coarse[row]]),
        down[:, None], across[None, :],
    )  # fmt: skip
    departure = frames - mean
    layers = [
        coarse, between - coarse, slope_down, slope_across, mean, gaussian_filter(mean, NEAR),
        *frames, *age, *(gaussian_filter(frame, NEAR) for frame in departure[:1]),
        *(np.broadcast_to(np.asarray(value, np.float32), window.shape) for value in everywhere),
    ]  # fmt: skip
    return np.stack(layers).astype(np.float32)
