"""Table of several methods: scores over the same cells of the same dates, against one reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from smen.scores.aggregation import score
from smen.scores.intervals import metric_interval
from smen.scores.metrics import ubrmse
from smen.scores.probabilistic import coverage, crps, spread_skill

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Stack = NDArray[np.floating]

PRODUCT, TRUTH = "3 km product", "truth"
REFERENCES = (PRODUCT, TRUTH)
"""The references by their names in the column `against`; the truth only where it is known."""

_IN_MOISTURE = (
    "ubRMSE",
    "ubRMSE_low",
    "ubRMSE_high",
    "ubRMSE_median",
    "ubRMSE_pooled",
    "ubRMSE_per_cell",
    "bias",
    "RMSE",
    "crps",
)

UNITS = dict.fromkeys(_IN_MOISTURE, "m3/m3")
"""Units of the columns of `compare` that have any."""


def common_cells(estimates: Mapping[str, Stack], reference: Stack) -> NDArray[np.bool_]:
    """Find the cells at which the reference and every method have a value: all methods are scored on the same cells.

    Args:
        estimates: by name of the method, (N, H, W), NaN where missing.
        reference: (N, H, W), NaN where missing.

    Returns:
        (N, H, W), true where all are valid.
    """
    valid = np.isfinite(reference)
    for estimate in estimates.values():
        valid &= np.isfinite(estimate)
    return valid


def compare(
    estimates: Mapping[str, Stack], reference: Stack, deviations: Mapping[str, Stack] | None = None
) -> list[dict[str, float | int | str]]:
    """Score methods against one reference.

    Args:
        estimates: by name of the method, (N, H, W), m3/m3, NaN where missing, dates in the order of time.
        reference: (N, H, W), m3/m3, NaN where missing.
        deviations: the stated standard deviations of those methods that have them, by name, (N, H, W), m3/m3.

    Returns:
        A row for each method, in the order given: number of dates; ubRMSE (per image, then the mean over dates: the
        paper's) with its 95 % interval by a block bootstrap over dates, and in its other aggregations; bias, RMSE and
        correlation, per image and then the mean over dates; over all cells of all dates, `coverage_90` (share of the
        reference within the stated 90 % interval), `crps` and `spread_skill`, NaN for methods without a standard
        deviation.
    """
    valid = common_cells(estimates, reference)
    target = np.where(valid, reference, np.nan)
    rows: list[dict[str, float | int | str]] = []
    for name, estimate in estimates.items():
        shown = np.where(valid, estimate, np.nan)
        scores = score(shown, target)
        interval = metric_interval(ubrmse, shown, target)
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
                **_calibration(shown, None if deviations is None else deviations.get(name), target),
            }
        )
    return rows


def _calibration(mean: Stack, deviation: Stack | None, target: Stack) -> dict[str, float]:
    """How well a stated standard deviation describes the errors."""
    if deviation is None:
        return dict.fromkeys(("coverage_90", "crps", "spread_skill"), np.nan)
    return {
        "coverage_90": coverage(mean, deviation, target, 0.9),
        "crps": crps(mean, deviation, target),
        "spread_skill": spread_skill(mean, deviation, target),
    }
