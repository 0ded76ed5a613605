"""Notes below the headings of the paper's tables: what the columns are, and on which dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smen.paper.cases import PAPER_NETWORK, SIZE
from smen.scores.accuracy import dates_without_score
from smen.scores.date_tables import by_date

if TYPE_CHECKING:
    import pandas as pd

    from smen.plan.paper_jobs import ReproduceJob

COMPARISON = (
    "Sorted by ubRMSE: of each image over its valid cells, then the mean over dates; low, high: its 95 % interval, "
    "blocks of dates resampled. dates: those that have one. difference: to the paper's network, paired by date; a "
    "method is better only where all of its interval is below 0. The other aggregations of ubRMSE: median over dates; "
    "pooled over all cells of all dates; per cell over time, in which SMAP's requirement of 0.04 is meant; and zeros, "
    "with all cells outside the mask counted as 0, which makes unbiased errors look smaller. inside: within each "
    "coarse cell, its mean subtracted. deviation and spectrum ratio: of the detail to that of the reference, 1 is "
    "right. blockiness: about 1 where coarse cells do not show through. g_down: gain over the coarse field, at most "
    "1. The paper's loss does not depend on the level of an image, so bias and RMSE of its network are arbitrary."
)
"""Note of a comparison of all methods."""


def table1_note(dates: Mapping[str, pd.DataFrame]) -> str:
    """Say which of the dates that a table counts have no ubRMSE; nothing where all have one.

    Args:
        dates: scores by date of each region.
    """
    missing = {region: dates_without_score(table, PAPER_NETWORK) for region, table in dates.items()}
    counts = [f"{region} {train} and {test}" for region, (train, test) in missing.items() if train or test]
    if not counts:
        return ""
    return (
        "Training and test dates without ubRMSE, because the coarse field has no value where the product has: "
        f"{', '.join(counts)}."
    )


def table2_note(dates: Mapping[str, pd.DataFrame]) -> str:
    """Explain the differences of Table 2.

    Args:
        dates: scores by date of the table's region.
    """
    note = "difference: of the test ubRMSE to that with both inputs, paired by date; below 0 is better. "
    return note + table1_note(dates)


def table3_note(job: ReproduceJob, table: pd.DataFrame) -> str:
    """Say which dates Table 3 has.

    Args:
        job: gives the sizes and how dates are drawn.
        table: scores by date of the table's region.
    """
    how = "drawn at random from" if job.sampling == "random" else "the latest of"
    days = by_date({"": table}, f"{SIZE}{min(job.sizes)}").index.get_level_values("time").str[:10]
    return (
        f"Test: the last {job.sizes_test} dates of the test period, {days.min()} to {days.max()}. Training: "
        f"{how} all earlier dates, those of the test period included; where there are fewer than asked for, all of "
        "them. The paper does not name its region, and its 100 + 10 dates fit none of its three: region and dates are "
        "settings. difference: of the test ubRMSE to that of the largest set, paired by date; below 0 is better."
    )


def common_note(job: ReproduceJob, rows: Sequence[Mapping[str, Any]]) -> str:
    """Explain what all three tables have in common, and how their networks were trained.

    Args:
        job: gives the recipe of the trainings.
        rows: of the table.
    """
    epochs = f"{job.epochs} epochs" + ("" if job.epochs == 1000 else " instead of the published 1000")
    rate = f"at {job.learning_rate:g}" + ("" if job.learning_rate == 1e-4 else " instead of 0.0001")
    seeds = f"seed{'s' * (len(job.seeds) > 1)} {', '.join(map(str, job.seeds))}"
    sentences = [
        "low, high: 95 % interval, blocks of dates resampled.",
        *(["test_truth: against the truth on the test dates."] if "test_truth" in rows[0] else []),
        *(["seed_deviation: standard deviation of test over the seeds."] if "seed_deviation" in rows[0] else []),
        "The paper's numbers were measured on other data: compare their order, not their size.",
        f"Trained for {epochs}, Adam {rate}, {job.batch_size} dates a step, {seeds}.",
    ]
    return " ".join(sentences)
