"""Scores of a group of methods: by date, and aggregated over dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smen.data.records import SPLIT_NAMES, TEST, TRAIN
from smen.scores.aggregation import score
from smen.scores.comparison import PRODUCT, TRUTH, common_cells
from smen.scores.per_date import date_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields
    from smen.paper.estimate_groups import EstimateGroup


def group_scores(
    fields: Fields, group: EstimateGroup, truth: NDArray[np.float32] | None
) -> tuple[list[pd.DataFrame], list[dict[str, Any]]]:
    """Score each method of a group on training and test dates, against the product and the truth.

    Args:
        fields: the region's arrays.
        group: the estimates, N dates.
        truth: (N, H, W), m3/m3, NaN where unknown; None: unknown everywhere.

    Returns:
        For each method, split and reference a table with a row for each date (`smen.scores.per_date`), and a row with
        the aggregations over dates.
    """
    samples, target = group.samples, fields.fine[group.samples.fine]
    references = {PRODUCT: target} | ({} if truth is None else {TRUTH: truth})
    valid = common_cells({f"{name} {seed}": estimate for (name, seed), estimate in group.estimates.items()}, target)
    coarse = fields.coarse_at(samples.coarse)
    tables, rows = [], []
    for (name, seed), estimate in group.estimates.items():
        for against, reference in references.items():
            for split in (TRAIN, TEST):
                chosen = samples.split == split
                shown, judged_by = (np.where(valid, stack, np.nan)[chosen] for stack in (estimate, reference))
                key = {"method": name, "seed": seed, "split": SPLIT_NAMES[split], "against": against}
                metrics = date_scores(shown, judged_by, coarse[chosen], fields.window, fields.coarse_grid.coarse_factor)
                tables.append(pd.DataFrame({**key, "time": samples.time[chosen], **metrics}))
                rows.append({**key, **_aggregations(shown, judged_by)})
    return tables, rows


def _aggregations(estimate: NDArray[np.floating], reference: NDArray[np.floating]) -> dict[str, float | int]:
    """The ubRMSE in every aggregation that a reader may mean, and bias, RMSE and correlation."""
    scores = score(estimate, reference)
    return {
        "dates": scores.dates,
        "ubRMSE": scores.mean["ubrmse"],
        "ubRMSE_median": scores.median["ubrmse"],
        "ubRMSE_pooled": scores.pooled["ubrmse"],
        "ubRMSE_per_cell": scores.per_cell["ubrmse"],
        "ubRMSE_zeros": scores.zeros["ubrmse"],
        "bias": scores.mean["bias"],
        "RMSE": scores.mean["rmse"],
        "R": scores.mean["r"],
    }
