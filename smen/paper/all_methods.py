"""Comparison of all methods as tables and a figure: of each region and of all regions together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smen.outputs.tables import write_table
from smen.paper.cases import PAPER_NETWORK, SIZE
from smen.paper.paper_table import MOISTURE, write_paper_table
from smen.paper.skill_chart import Skill, comparison_figure
from smen.paper.table_notes import COMPARISON
from smen.scores.comparison import PRODUCT
from smen.scores.intervals import Interval
from smen.scores.ranking import ranking, verdicts

if TYPE_CHECKING:
    from smen.scores.date_tables import Tables

PAIRS = [
    *((PAPER_NETWORK, other) for other in ("smen_spatial", "smen_temporal", "mean_residual", "shrunk_residual")),
    *((PAPER_NETWORK, other) for other in ("filtered_residual", "bilinear", "random_forest", "srcnn", "lstm")),
    *(("fusion", other) for other in (PAPER_NETWORK, "shrunk_residual", "filtered_residual", "random_forest")),
]
"""Pairs of methods whose differences test what the paper claims, and what it leaves out."""


def write_comparison(folder: Path, where: str, dates: Tables, aggregations: Tables, *, simulated: bool) -> None:
    """Write ``comparison.csv``, ``.md`` and ``comparison_figure.png``: all methods on the test dates.

    Args:
        folder: where to write.
        where: the region or regions in words.
        dates: scores by date of each region.
        aggregations: aggregations over dates of each region.
        simulated: whether any of the data are simulated.

    Raises:
        OutputError: a file cannot be written.
    """
    methods = [m for m in dict.fromkeys(m for t in dates.values() for m in t["method"]) if not m.startswith(SIZE)]
    rows = ranking(dates, aggregations, methods, PAPER_NETWORK)
    title = f"All methods on the test dates, {where}"
    write_paper_table(folder / "comparison", rows, title=title, note=COMPARISON, simulated=simulated)
    skills = [
        Skill(
            row["method"],
            Interval(row["ubRMSE"], row["low"], row["high"], row["dates"]),
            Interval(row["difference"], row["difference_low"], row["difference_high"], row["dates"]),
        )
        for row in rows
        if row["against"] == PRODUCT
    ]
    comparison_figure(
        folder / "comparison_figure.png",
        skills,
        title=f"All methods, {where}",
        label="ubRMSE (m³/m³)",
        subtitle=f"test dates, against the {PRODUCT}; mean over dates and 95 % interval",
        simulated=simulated,
        reference=PAPER_NETWORK,
    )


def write_differences(path: Path, dates: Tables, *, simulated: bool) -> None:
    """Write the differences of `PAIRS` with their intervals, in each region and in all together.

    Args:
        path: where to write, without a suffix.
        dates: scores by date of each region.
        simulated: whether any of the data are simulated.

    Raises:
        OutputError: a file cannot be written.
    """
    groups = {region: {region: table} for region, table in dates.items()} | ({"all": dates} if len(dates) > 1 else {})
    write_table(
        path,
        [{"region": name, **row} for name, tables in groups.items() for row in verdicts(tables, PAIRS)],
        units=dict.fromkeys(("difference", "low", "high"), MOISTURE),
        simulated=simulated,
        title="Differences in ubRMSE between two methods on the test dates, paired by date, with 95 % intervals",
        digits=4,
    )
