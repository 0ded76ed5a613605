"""What is said of methods from their scores by date: means with intervals, and differences that are paired by date.

A table of scores by date has the columns `method`, `seed`, `split`, `against`, `time` and one for each metric
(`smen.scores.per_date`). A method with several seeds counts on each date with the mean of its seeds' scores. The
intervals tell what other dates of the same season would change; what other initial weights would change is the
`seed_spread`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from smen.scores.intervals import Interval, mean_interval, paired_difference

PRODUCT = "3 km product"
TRUTH = "truth"
REFERENCES = (PRODUCT, TRUTH)
"""What methods are judged by; the truth only where it is known."""

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
"""Metrics of which a comparison has the means over dates."""

OVER_CELLS = ("ubRMSE_pooled", "ubRMSE_per_cell")
"""Senses of the ubRMSE that are not made of single dates: they come from the table of senses."""

Tables = Mapping[str, pd.DataFrame]
"""Tables by region."""


def by_date(
    tables: Tables, method: str, split: str = "test", against: str = PRODUCT, metric: str = "ubRMSE"
) -> pd.Series[float]:
    """A metric of a method by region and time, rising, the mean over its seeds; dates without it are left out."""
    found = {}
    for region, table in tables.items():
        chosen = table[(table["method"] == method) & (table["split"] == split) & (table["against"] == against)]
        found[region] = chosen.groupby("time")[metric].mean().sort_index().dropna()
    joined: pd.Series[float] = pd.concat(found, names=["region"])
    return joined


def difference(
    tables: Tables, first: str, second: str, against: str = PRODUCT, metric: str = "ubRMSE", split: str = "test"
) -> Interval:
    """Mean over dates of one method's metric minus another's, over the dates that both have, with its interval."""
    one, other = (by_date(tables, method, split, against, metric) for method in (first, second))
    return paired_difference(*one.align(other, join="inner"))


def accuracy(table: pd.DataFrame, method: str) -> dict[str, Any]:
    """Numbers of dates and ubRMSE in training and test, as the paper's tables have them; an interval of the latter.

    The numbers count all dates that were learnt from or are to be judged by, those in `unscored` included. Where there
    are several seeds, `seed_spread` is the standard deviation over them of the test ubRMSE. Where the truth
    is known, `test_truth` is the test ubRMSE against it.

    Args:
        table: scores by date of one region.
        method: whose.
    """
    own = table[(table["method"] == method) & (table["against"] == PRODUCT)]
    learnt, judged = (own[own["split"] == split].groupby("seed") for split in ("train", "test"))
    value = mean_interval(by_date({"": table}, method))
    row = {
        "train_dates": int(learnt.size().max()) if len(learnt) else 0,
        "test_dates": int(judged.size().max()) if len(judged) else 0,
        "train": float(learnt["ubRMSE"].mean().mean()),  # each seed may have drawn its own dates
        "test": value.value,
        "test_low": value.low,
        "test_high": value.high,
    }
    if len(judged) > 1:
        row["seed_spread"] = float(judged["ubRMSE"].mean().std())
    true = by_date({"": table}, method, against=TRUTH)
    return row | ({"test_truth": float(true.mean())} if len(true) else {})


def unscored(table: pd.DataFrame, method: str) -> tuple[int, int]:
    """How many training and test dates of a method have no ubRMSE: estimate and product share too few cells there.

    So it is where the product has values on a date on which the coarse field has none. Of several seeds that drew
    their own dates, the most.
    """
    own = table[(table["method"] == method) & (table["against"] == PRODUCT)]
    missing = own[own["ubRMSE"].isna()]
    train, test = (
        int(missing[missing["split"] == split].groupby("seed").size().max() if split in set(missing["split"]) else 0)
        for split in ("train", "test")
    )
    return train, test


def compared(dates: Tables, senses: Tables, methods: Sequence[str], reference: str) -> list[dict[str, Any]]:
    """A row for each method and what it is judged by, over all regions given, sorted by skill within the latter.

    A method that one of the regions lacks has no row.

    Args:
        dates: scores by date.
        senses: the ubRMSE in its other senses, one row for each method, seed, split and `against`.
        methods: their names.
        reference: the method that every other is compared with.

    Returns:
        Rows with the ubRMSE, its interval, its difference to the reference and that one's interval, its other senses
        and all other metrics. What is not made of single dates (`OVER_CELLS`) is the mean over the regions, each with
        the weight of its dates.
    """
    rows: list[dict[str, Any]] = []
    for against in REFERENCES:
        found: list[dict[str, Any]] = []
        for method in methods:
            own = by_date(dates, method, against=against)
            if set(own.index.get_level_values("region")) != set(dates):
                continue
            value, gap = mean_interval(own), difference(dates, method, reference, against)
            found.append(
                {
                    "against": against,
                    "method": method,
                    "dates": value.dates,
                    "ubRMSE": value.value,
                    "low": value.low,
                    "high": value.high,
                    "difference": gap.value,
                    "difference_low": gap.low,
                    "difference_high": gap.high,
                    "ubRMSE_median": float(own.median()),
                    **_over_cells(senses, method, against),
                    **{m: float(by_date(dates, method, against=against, metric=m).mean()) for m in BY_DATE},
                }
            )
        rows.extend(sorted(found, key=lambda row: row["ubRMSE"]))
    return rows


def _over_cells(senses: Tables, method: str, against: str) -> dict[str, float]:
    """The senses that are not made of single dates, the mean over seeds and regions by their dates."""
    kept = pd.concat(
        [t[(t["method"] == method) & (t["split"] == "test") & (t["against"] == against)] for t in senses.values()]
    )
    weights = kept["dates"].where(kept[list(OVER_CELLS)].notna().all(axis=1), 0)
    total = weights.sum()
    return {
        name: float((kept[name].fillna(0) * weights).sum() / total) if total else float("nan") for name in OVER_CELLS
    }


def verdicts(dates: Tables, pairs: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The difference in ubRMSE of each pair of methods that all regions given have, against the product and the truth.

    Returns:
        Rows whose last column says whether the interval lies on one side of 0: only then is one of them better.
    """
    rows = []
    for first, second in pairs:
        for against in REFERENCES:
            gap = difference(dates, first, second, against)
            everywhere = all(
                len(by_date({r: t}, m, against=against)) for r, t in dates.items() for m in (first, second)
            )
            if everywhere and gap.dates:
                says = "better" if gap.high < 0 else "worse" if gap.low > 0 else "not told apart"
                rows.append(
                    {"against": against, "first": first, "second": second, "dates": gap.dates,
                     "difference": gap.value, "low": gap.low, "high": gap.high, "the first is": says}
                )  # fmt: skip
    return rows
