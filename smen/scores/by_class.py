"""Scores everywhere that is mapped, and of the classes of cells that it is made of.

A map is judged easily where the 3 km product has a value, and hardly elsewhere, where the product says nothing. Against
the truth, where it is known, every mapped cell counts; against the product only those that it has. A class's ubRMSE is
per image over the cells of the class on that date, with the class's own mean error taken off, then the mean over dates;
bias, RMSE, coverage, CRPS and spread-skill ratio are over all its cells of all dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from smen.scores.aggregation import mean_ubrmse, per_image
from smen.scores.metrics import bias, rmse, ubrmse
from smen.scores.probabilistic import coverage, crps, spread_skill

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Stack = NDArray[np.floating]
    Mask = NDArray[np.bool_]

EVERYWHERE = "everywhere mapped"
"""Name of the class of all cells that have an estimate."""

LEAST_CELLS = 50
"""Cells of all dates together below which a class has no scores of its own."""

UNITS = dict.fromkeys(("ubRMSE", "RMSE", "bias", "crps"), "m3/m3") | {"share": "%"}
"""Units of the columns of `class_scores` that have any."""


def class_scores(
    mean: Stack, deviation: Stack | None, reference: Stack, classes: Mapping[str, Mask]
) -> list[dict[str, float | int | str]]:
    """Score an estimate everywhere that it is mapped, and by class.

    Args:
        mean: (N, H, W), m3/m3, NaN where nothing is mapped.
        deviation: its stated standard deviation, (N, H, W), m3/m3; None where none is stated.
        reference: (N, H, W), m3/m3, NaN where it is not known.
        classes: where the cells of each class are, (N, H, W), by name; they may overlap.

    Returns:
        A row for all mapped cells and one for each class of `LEAST_CELLS` or more: `share` of the mapped cells in
        percent, `dates` with a ubRMSE, and the scores; `coverage_90`, `crps` and `spread_skill` NaN without a
        standard deviation.
    """
    mapped = np.isfinite(mean)
    judged = mapped & np.isfinite(reference)
    total = max(int(judged.sum()), 1)
    rows: list[dict[str, float | int | str]] = []
    for name, where in {EVERYWHERE: mapped, **classes}.items():
        cells = judged & where
        number = int(cells.sum())
        if number < LEAST_CELLS:
            continue
        estimate, target = np.where(cells, mean, np.nan), np.where(cells, reference, np.nan)
        rows.append(
            {
                "class": name,
                "share": 100 * number / total,
                "dates": int(np.isfinite(per_image(ubrmse, estimate, target)).sum()),
                "ubRMSE": mean_ubrmse(estimate, target),
                "RMSE": rmse(estimate, target),
                "bias": bias(estimate, target),
                **_stated(estimate, deviation, target),
            }
        )
    return rows


def _stated(mean: Stack, deviation: Stack | None, target: Stack) -> dict[str, float]:
    """How well the stated standard deviation describes the errors."""
    if deviation is None:
        return dict.fromkeys(("coverage_90", "crps", "spread_skill"), np.nan)
    return {
        "coverage_90": coverage(mean, deviation, target),
        "crps": crps(mean, deviation, target),
        "spread_skill": spread_skill(mean, deviation, target),
    }
