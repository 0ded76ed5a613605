"""Ranking of methods over one or several regions, and whether one is significantly better than another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from smen.scores.comparison import REFERENCES
from smen.scores.date_tables import Tables, by_date, difference
from smen.scores.intervals import mean_interval

BY_DATE = (
    "ubRMSE_zeros",
    "bias",
    "RMSE",
    "R",
    "R_inside",
    "ubRMSE_inside",
    "deviation_ratio",
    "spectrum_ratio",
    "blockiness",
    "g_down",
)
"""Metrics whose mean over dates a ranking gives."""

OVER_CELLS = ("ubRMSE_pooled", "ubRMSE_per_cell")
"""Aggregations of the ubRMSE that are no means over dates: they come from the tables of aggregations."""


def ranking(dates: Tables, aggregations: Tables, methods: Sequence[str], reference: str) -> list[dict[str, Any]]:
    """Score methods over all regions given, sorted by ubRMSE, against the product and against the truth.

    Args:
        dates: scores by date.
        aggregations: the ubRMSE in its other aggregations, a row for each method, seed, split and `against`.
        methods: their names; a method that one of the regions lacks is left out.
        reference: the method that every other is compared with.

    Returns:
        A row for each method and reference, with the ubRMSE, its interval, its difference to the reference method and
        the interval of that, its other aggregations and all other metrics. `OVER_CELLS` are means over the regions,
        weighted by their dates.
    """
    rows: list[dict[str, Any]] = []
    for against in REFERENCES:
        unsorted: list[dict[str, Any]] = []
        for method in methods:
            errors = by_date(dates, method, against=against)
            if set(errors.index.get_level_values("region")) != set(dates):
                continue
            mean, gap = mean_interval(errors), difference(dates, method, reference, against)
            unsorted.append(
                {
                    "against": against,
                    "method": method,
                    "dates": mean.dates,
                    "ubRMSE": mean.value,
                    "low": mean.low,
                    "high": mean.high,
                    "difference": gap.value,
                    "difference_low": gap.low,
                    "difference_high": gap.high,
                    "ubRMSE_median": float(errors.median()),
                    **_over_cells(aggregations, method, against),
                    **{m: float(by_date(dates, method, against=against, metric=m).mean()) for m in BY_DATE},
                }
            )
        rows.extend(sorted(unsorted, key=lambda row: row["ubRMSE"]))
    return rows


def _over_cells(aggregations: Tables, method: str, against: str) -> dict[str, float]:
    """Means of `OVER_CELLS` over seeds and regions, weighted by dates."""
    rows = pd.concat(
        [t[(t["method"] == method) & (t["split"] == "test") & (t["against"] == against)] for t in aggregations.values()]
    )
    weights = rows["dates"].where(rows[list(OVER_CELLS)].notna().all(axis=1), 0)
    total = weights.sum()
    return {
        name: float((rows[name].fillna(0) * weights).sum() / total) if total else float("nan") for name in OVER_CELLS
    }


def verdicts(dates: Tables, pairs: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Compute the difference in ubRMSE of pairs of methods and whether it is significant.

    Args:
        dates: scores by date.
        pairs: names of two methods; a pair that one of the regions lacks is left out.

    Returns:
        A row for each pair and reference; the last column says `better` or `worse` only where the interval of the
        difference lies on one side of 0.
    """
    rows = []
    for first, second in pairs:
        for against in REFERENCES:
            gap = difference(dates, first, second, against)
            everywhere = all(
                len(by_date({region: table}, method, against=against))
                for region, table in dates.items()
                for method in (first, second)
            )
            if everywhere and gap.dates:
                verdict = "better" if gap.high < 0 else "worse" if gap.low > 0 else "not told apart"
                rows.append(
                    {
                        "against": against,
                        "first": first,
                        "second": second,
                        "dates": gap.dates,
                        "difference": gap.value,
                        "low": gap.low,
                        "high": gap.high,
                        "the first is": verdict,
                    }
                )
    return rows
