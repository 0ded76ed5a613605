"""How good is each method on one region, date by date? The paper's trainings, the default method and every baseline."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smen.atomic import write_text
from smen.data.load import read_fields
from smen.data.truth import read_truth
from smen.paper.cases import PAPER_NETWORK
from smen.paper.estimate_groups import estimate_groups
from smen.paper.example import write_example
from smen.paper.group_scores import group_scores
from smen.scores.comparison import PRODUCT

if TYPE_CHECKING:
    from smen.plan.paper_jobs import CompareJob

log = logging.getLogger(__name__)


def run(job: CompareJob) -> None:
    """Score the paper's trainings and every other method on the training and test dates of a region.

    Raises:
        DataError: weights or a series are missing, or there are not enough dates.
        ArchiveError: the settings name a truth that cannot be read.
        OutputError: a table cannot be written.
    """
    fields = read_fields(job.layout, job.region, job.years)
    tables: list[pd.DataFrame] = []
    aggregations: list[dict[str, Any]] = []
    for group in estimate_groups(job, fields):
        truth = None if job.truth is None else read_truth(job.truth, job.window, group.samples.time)
        by_date, rows = group_scores(fields, group, truth)
        tables.extend(by_date)
        aggregations.extend(rows)
        estimate = group.estimates.get((PAPER_NETWORK, job.seeds[0]))
        if estimate is not None:
            write_example(_path(job, "example.nc"), fields, group.samples, estimate)
    dates = pd.concat(tables)
    _write(_path(job, "dates.csv"), dates)
    _write(_path(job, "aggregation.csv"), pd.DataFrame(aggregations))
    test = dates[(dates["split"] == "test") & (dates["against"] == PRODUCT)]
    for method, error in test.groupby("method")["ubRMSE"].mean().sort_values().items():
        log.info("test, %s: ubRMSE %.4f m3/m3", method, error)


def _path(job: CompareJob, name: str) -> Path:
    return Path(job.layout.comparison(job.region, name))


def _write(path: Path, table: pd.DataFrame) -> None:
    write_text(path, table.to_csv(index=False, float_format="%.7g", lineterminator="\n"))
