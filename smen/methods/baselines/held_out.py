"""Choosing parameters on training dates: which dates are left out with a date, and its score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples


def relatives(fields: Fields, training: Samples) -> list[NDArray[np.int64]]:
    """For each date the dates to leave out with it: itself, and those that share a Sentinel-1 scene with it.

    Args:
        fields: the region's arrays.
        training: dates with a fine field.

    Returns:
        Rows of `training`, one array for each of them.
    """
    scenes = [fields.fine_sentinel1[index] for index in training.fine]
    return [
        np.array([row for row, other in enumerate(scenes) if row == own or not other.isdisjoint(mine)], np.int64)
        for own, mine in enumerate(scenes)
    ]


def ubrmse_of(errors: NDArray[np.floating]) -> float:
    """The standard deviation of a date's valid errors (H, W): its ubRMSE, m3/m3; NaN with fewer than two of them."""
    valid = errors[np.isfinite(errors)]
    return float(valid.std(dtype=np.float64)) if valid.size >= 2 else float("nan")
