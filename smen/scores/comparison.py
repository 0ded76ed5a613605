"""Methods side by side: the same cells of the same dates, against the 3 km product and, where known, the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from smen.scores.aggregation import per_image, score
from smen.scores.intervals import mean_interval
from smen.scores.metrics import ubrmse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Stack = NDArray[np.floating]

_IN_MOISTURE = (
    "ubRMSE",
    "ubRMSE_low",
    "ubRMSE_high",
    "ubRMSE_median",
    "ubRMSE_pooled",
    "ubRMSE_per_cell",
    "bias",
    "RMSE",
)

UNITS = dict.fromkeys(_IN_MOISTURE, "m3/m3")
"""Units of the columns of `compare` that have any."""


def common_cells(estimates: Mapping[str, Stack], reference: Stack) -> NDArray[np.bool_]:
    """Cells at which the reference and every method have a value, (N, H, W): all are judged by the same ones."""
    valid = np.isfinite(reference)
    for estimate in estimates.values():
        valid &= np.isfinite(estimate)
    return valid


def compare(estimates: Mapping[str, Stack], reference: Stack) -> list[dict[str, float | int | str]]:
    """Score methods against one reference.

    Args:
        estimates: by name of the method, (N, H, W) m3/m3, NaN where missing, dates in the order of time.
        reference: (N, H, W) m3/m3, NaN where missing.

    Returns:
        A row for each method, in the order given: number of dates; ubRMSE (per image, then the mean over dates: the
        paper's) with its 95 % interval by a block bootstrap over dates, and in its other senses; bias, RMSE and
        correlation, per image and then the mean over dates.
    """
    valid = common_cells(estimates, reference)
    target = np.where(valid, reference, np.nan)
    rows: list[dict[str, float | int | str]] = []
    for name, estimate in estimates.items():
        scores = score(np.where(valid, estimate, np.nan), target)
        interval = mean_interval(per_image(ubrmse, np.where(valid, estimate, np.nan), target))
        rows.append(
            {
                "method": name,
                "dates": scores.dates,
                "ubRMSE": scores.ubrmse,
                "ubRMSE_low": interval.low,
                "ubRMSE_high": interval.high,
                "ubRMSE_median": scores.median["ubrmse"],
                "ubRMSE_pooled": scores.pooled["ubrmse"],
                "ubRMSE_per_cell": scores.per_cell["ubrmse"],
                "bias": scores.mean["bias"],
                "RMSE": scores.mean["rmse"],
                "R": scores.mean["r"],
            }
        )
    return rows
