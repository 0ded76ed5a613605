"""Features of each cell of an overpass, for a random forest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.data.fill import fill_coarse
from smen.grid.bilinear import bilinear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.residual_history import ResidualHistory

YEAR = 365.2425
"""Days of a year."""

UNSEEN = 1000.0
"""Age in days of a residual that there is none of: older than any."""

NEAR = 2.0
"""Width of the smoothing of residuals, in cells of 3 km: what the surroundings say of a noisy cell."""


def cell_features(history: ResidualHistory, row: int, *, leave_out: bool = False) -> NDArray[np.float32]:
    """Features of all cells of one overpass, (F, H, W), valid everywhere.

    The coarse value; the interpolated field's departure from it and slope along both axes; the cell's place within
    its coarse cell; the mean residual, also smoothed; the k earlier residuals, newest first, the mean residual where
    there is none, with the ages of those that there are; the latest of them smoothed; the season; the direction.

    Args:
        history: of the overpasses.
        row: which of them.
        leave_out: whether to take the row's own target out of the mean residual.
    """
    fields, samples = history.fields, history.samples
    window, grid = fields.window, fields.coarse_grid
    mean, frames, valid, days_since = history.before(row, leave_out=leave_out)
    coarse, _ = fill_coarse(fields.coarse_at(samples.coarse[row]), 0.0)
    between = bilinear(window.cell_means(coarse, grid), window, grid)
    slope_down, slope_across = np.gradient(between)
    age = np.where(valid, days_since[:, None, None], UNSEEN)
    days = (samples.time[row] - samples.time[row].astype("datetime64[Y]")) / np.timedelta64(1, "D")
    angle = 2 * np.pi * float(days) / YEAR
    down, across = window.rows() % grid.coarse_factor, window.columns() % grid.coarse_factor
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
