"""Accuracy of one method in training and test, as the paper's Tables 1 to 3 give it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smen.scores.comparison import PRODUCT, TRUTH
from smen.scores.date_tables import by_date
from smen.scores.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd


def accuracy(table: pd.DataFrame, method: str) -> dict[str, Any]:
    """Compute the numbers of dates and the ubRMSE of a method in training and test.

    Args:
        table: scores by date of one region (`smen.scores.date_tables`).
        method: its name.

    Returns:
        `train_dates` and `test_dates`, all dates that the method was trained on or is to be scored on, those without a
        score (`dates_without_score`) included; `train` and `test`, the ubRMSE in m3/m3, with `test_low` and
        `test_high`, the 95 % interval of the latter. With several seeds, `seed_deviation`: the standard deviation of
        the test ubRMSE over them. Where the truth is known, `test_truth`: the test ubRMSE against it.
    """
    own = table[(table["method"] == method) & (table["against"] == PRODUCT)]
    train, test = (own[own["split"] == split].groupby("seed") for split in ("train", "test"))
    interval = mean_interval(by_date({"": table}, method))
    row = {
        "train_dates": int(train.size().max()) if len(train) else 0,
        "test_dates": int(test.size().max()) if len(test) else 0,
        "train": float(train["ubRMSE"].mean().mean()),  # each seed may have drawn its own dates
        "test": interval.value,
        "test_low": interval.low,
        "test_high": interval.high,
    }
    if len(test) > 1:
        row["seed_deviation"] = float(test["ubRMSE"].mean().std())
    against_truth = by_date({"": table}, method, against=TRUTH)
    return row | ({"test_truth": float(against_truth.mean())} if len(against_truth) else {})


def dates_without_score(table: pd.DataFrame, method: str) -> tuple[int, int]:
    """Count the training and test dates of a method without ubRMSE.

    There the estimate and the product have fewer than two cells in common, for example because the coarse field has no
    value where the product has.

    Args:
        table: scores by date of one region.
        method: its name.

    Returns:
        The number in training and in test; of several seeds that drew their own dates, the largest.
    """
    own = table[(table["method"] == method) & (table["against"] == PRODUCT)]
    missing = own[own["ubRMSE"].isna()]
    train, test = (
        int(missing[missing["split"] == split].groupby("seed").size().max() if split in set(missing["split"]) else 0)
        for split in ("train", "test")
    )
    return train, test
