"""What are the paper's tables and figure here? From the scores by date that `compare` wrote of each region."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smen.errors import DataError
from smen.grid import Window
from smen.paper.accuracy_tables import table1_rows, table2_rows, table3_rows
from smen.paper.all_methods import write_comparison, write_differences
from smen.paper.example import read_example
from smen.paper.panels import figure2
from smen.paper.paper_table import write_paper_table
from smen.paper.table_notes import common_note, table1_note, table2_note, table3_note

if TYPE_CHECKING:
    from smen.plan.paper_jobs import ReproduceJob

log = logging.getLogger(__name__)


def run(job: ReproduceJob) -> None:
    """Write the tables and figures of `snakemake paper`.

    Raises:
        DataError: a file that `compare` writes is missing.
        OutputError: a file cannot be written.
    """
    dates = {region: _read(job, region, "dates.csv") for region in job.regions}
    aggregations = {region: _read(job, region, "aggregation.csv") for region in job.regions}
    windows = {region: Window(*cells) for region, cells in zip(job.regions, job.cells, strict=True)}
    panels = [read_example(_path(job, region, "example.nc"), region, windows[region]) for region in job.regions]
    simulated = any(panel.simulated for panel in panels)
    _write_tables(job, dates, simulated)
    figure2(Path(job.layout.paper("figure2.png")), panels, simulated=simulated)
    for region in job.regions:
        own = {region: dates[region]}, {region: aggregations[region]}
        write_comparison(_path(job, region, ""), region, *own, simulated=simulated)
    together = "all regions together" if len(dates) > 1 else job.regions[0]
    write_comparison(Path(job.layout.paper("")), together, dates, aggregations, simulated=simulated)
    write_differences(Path(job.layout.paper("differences")), dates, simulated=simulated)
    log.info("tables and figures of %d regions in %s", len(dates), job.layout.paper(""))


def _write_tables(job: ReproduceJob, dates: dict[str, pd.DataFrame], simulated: bool) -> None:
    """Write Tables 1 to 3."""
    of_inputs, of_sizes = dates[job.inputs_region], dates[job.sizes_region]
    tables: dict[str, tuple[str, list[dict[str, Any]], str]] = {
        "table1": ("Table 1: estimation accuracy (ubRMSE) by region", table1_rows(dates), table1_note(dates)),
        "table2": (
            f"Table 2: impact of the inputs, {job.inputs_region}",
            table2_rows(of_inputs),
            table2_note({job.inputs_region: of_inputs}),
        ),
        "table3": (
            f"Table 3: impact of the number of training dates, {job.sizes_region}",
            table3_rows(of_sizes, job.sizes),
            table3_note(job, of_sizes),
        ),
    }
    for name, (title, rows, note) in tables.items():
        text = f"{note.strip()} {common_note(job, rows)}".strip()
        write_paper_table(Path(job.layout.paper(name)), rows, title=title, note=text, simulated=simulated)


def _path(job: ReproduceJob, region: str, name: str) -> Path:
    return Path(job.layout.comparison(region, name))


def _read(job: ReproduceJob, region: str, name: str) -> pd.DataFrame:
    path = _path(job, region, name)
    if not path.is_file():
        raise DataError(f"{path} is missing: run `smen compare {region}`")
    return pd.read_csv(path)
