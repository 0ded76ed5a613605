"""Rows of the paper's Tables 1 to 3, from scores by date, beside the published numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smen.paper.cases import METHOD_NAMES, PAPER_NETWORK, SIZE
from smen.paper.published import PREFIX, PUBLISHED
from smen.scores.accuracy import accuracy
from smen.scores.date_tables import difference

if TYPE_CHECKING:
    import pandas as pd

    from smen.paper.published import Errors

Rows = list[dict[str, Any]]


def table1_rows(dates: Mapping[str, pd.DataFrame]) -> Rows:
    """Make Table 1, the accuracy by region.

    Args:
        dates: scores by date of each region.
    """
    rows = []
    for region, table in dates.items():
        published = PUBLISHED.table1.get(region)
        beside = {
            PREFIX + key: None if published is None else getattr(published, key)
            for key in ("train_dates", "test_dates", "train", "test")
        }
        rows.append({"region": region, **accuracy(table, PAPER_NETWORK), **beside})
    return rows


def table2_rows(table: pd.DataFrame) -> Rows:
    """Make Table 2, the accuracy by inputs.

    Args:
        table: scores by date of one region.
    """
    cases = {"spatial": "spatial", "temporal": "temporal", "spatiotemporal": "both"}
    return [
        {"inputs": inputs, **_beside(table, METHOD_NAMES[case], PAPER_NETWORK, PUBLISHED.table2[inputs])}
        for inputs, case in cases.items()
    ]


def table3_rows(table: pd.DataFrame, sizes: Sequence[int]) -> Rows:
    """Make Table 3, the accuracy by the number of training dates.

    Args:
        table: scores by date of one region.
        sizes: numbers of training dates that were asked for.
    """
    sizes = sorted(set(sizes))
    largest = f"{SIZE}{sizes[-1]}"
    return [
        {"asked for": size, **_beside(table, f"{SIZE}{size}", largest, PUBLISHED.table3.get(size))} for size in sizes
    ]


def _beside(table: pd.DataFrame, method: str, reference: str, published: Errors | None) -> dict[str, Any]:
    """Accuracy of a method, its paired difference to a reference, and the published numbers."""
    return {
        **accuracy(table, method),
        **_difference(table, method, reference),
        **dict(zip((PREFIX + "train", PREFIX + "test"), published or (None, None), strict=True)),
    }


def _difference(table: pd.DataFrame, method: str, reference: str) -> dict[str, float | None]:
    """Paired difference in test ubRMSE to a reference; None for the reference itself."""
    names = ("difference", "difference_low", "difference_high")
    if method == reference:
        return dict.fromkeys(names)
    gap = difference({"": table}, method, reference)
    return dict(zip(names, (gap.value, gap.low, gap.high), strict=True))
