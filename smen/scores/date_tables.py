"""Tables of scores by date: the course of a metric over dates, and differences between methods paired by date.

Such a table has the columns `method`, `seed`, `split`, `against`, `time` and one for each metric of
`smen.scores.per_date`. A method with several seeds counts on each date with the mean of its seeds' scores. The
intervals tell what other dates of the same season would change, not what other initial weights would.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from smen.scores.comparison import PRODUCT
from smen.scores.intervals import Interval, paired_difference

Tables = Mapping[str, pd.DataFrame]
"""Tables by region."""


def by_date(
    tables: Tables, method: str, split: str = "test", against: str = PRODUCT, metric: str = "ubRMSE"
) -> pd.Series[float]:
    """Select a metric of a method on each date, the mean over its seeds.

    Args:
        tables: scores by date.
        method: its name.
        split: ``train`` or ``test``.
        against: the reference.
        metric: its column.

    Returns:
        Values indexed by region and rising time, without the dates that have none.
    """
    series = {}
    for region, table in tables.items():
        rows = table[(table["method"] == method) & (table["split"] == split) & (table["against"] == against)]
        series[region] = rows.groupby("time")[metric].mean().sort_index().dropna()
    joined: pd.Series[float] = pd.concat(series, names=["region"])
    return joined


def difference(
    tables: Tables, first: str, second: str, against: str = PRODUCT, metric: str = "ubRMSE", split: str = "test"
) -> Interval:
    """Compute the mean difference of a metric between two methods, over the dates that both have, with its interval.

    Args:
        tables: scores by date.
        first: a method.
        second: the method whose metric is subtracted.
        against: the reference.
        metric: its column.
        split: ``train`` or ``test``.
    """
    of_first, of_second = (by_date(tables, method, split, against, metric) for method in (first, second))
    return paired_difference(*of_first.align(of_second, join="inner"))
