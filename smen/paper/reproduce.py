"""The paper's tables and figure, and the comparison that it lacks, from what was compared in each region."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smen.errors import DataError
from smen.grid import Window
from smen.outputs.tables import write_table
from smen.paper.panels import Panel, figure2
from smen.paper.paper_table import write_paper_table
from smen.paper.published import PUBLISHED
from smen.paper.sampling import SIZE
from smen.paper.skill_chart import Skill, comparison_figure
from smen.scores.accuracy import accuracy, dates_without_score
from smen.scores.comparison import PRODUCT
from smen.scores.date_tables import by_date, difference
from smen.scores.ranking import ranking, verdicts

if TYPE_CHECKING:
    from smen.plan.paper_jobs import ReproduceJob

log = logging.getLogger(__name__)

OURS = "smen"
"""The paper's network, which every other method is compared with."""

THEIRS = "paper (other data): "
"""What the columns of published numbers begin with."""

MOISTURE = "m3/m3"

_OF_TABLES = ("train", "test", "test_low", "test_high", "seed_deviation", "test_truth")
_OF_METHODS = (
    "ubRMSE",
    "ubRMSE_median",
    "ubRMSE_pooled",
    "ubRMSE_per_cell",
    "ubRMSE_zeros",
    "ubRMSE_inside",
    "bias",
    "RMSE",
)
_OF_BOTH = ("low", "high", "difference", "difference_low", "difference_high")
IN_MOISTURE = frozenset((*_OF_TABLES, *_OF_METHODS, *_OF_BOTH))
"""Columns in units of soil moisture."""

COMPARISON = (
    "Sorted by ubRMSE: of each image over its valid cells, then the mean over dates; low, high: its 95 % interval, "
    "blocks of dates resampled. dates: those that have one. difference: to the paper's network, paired by date; a "
    "method is better only where all of its interval is below 0. The other senses of ubRMSE: median over dates; "
    "pooled over all cells of all dates; per cell over time, in which SMAP's requirement of 0.04 is meant; and "
    "zeros, with all cells outside the mask counted as 0, which flatters. inside: within each coarse cell, its mean "
    "taken off. deviation and spectrum ratio: of the detail to that of the reference, 1 is right. blockiness: about "
    "1 where coarse cells do not show through. g_down: gain over the coarse field, at most 1. The paper's loss does "
    "not see the level of an image, so bias and RMSE of its network are arbitrary."
)
"""What stands below a comparison."""

DECISIVE = [
    *((OURS, other) for other in ("smen_spatial", "smen_temporal", "mean_residual", "shrunk_residual")),
    *((OURS, other) for other in ("filtered_residual", "bilinear", "random_forest", "srcnn", "lstm")),
    *(("fusion", other) for other in (OURS, "shrunk_residual", "filtered_residual", "random_forest")),
]
"""Pairs of methods whose differences say what the paper claims, and what it leaves out."""


def run(job: ReproduceJob) -> None:
    """Write the tables and figures of `snakemake paper`.

    Raises:
        DataError: what a region's comparison should have written is missing.
        OutputError: a file cannot be written.
    """
    dates = {region: _read(Path(job.layout.comparison(region, "dates.csv"))) for region in job.regions}
    senses = {region: _read(Path(job.layout.comparison(region, "senses.csv"))) for region in job.regions}
    panels = [_panel(job, region) for region in job.regions]
    simulated = any(panel.simulated for panel in panels)
    _table1(job, dates, simulated)
    _table2(job, dates[job.inputs_region], simulated)
    _table3(job, dates[job.sizes_region], simulated)
    figure2(Path(job.layout.paper("figure2.png")), panels, simulated=simulated)
    for region in job.regions:
        _comparison(job, region, {region: dates[region]}, {region: senses[region]}, simulated)
    _comparison(job, None, dates, senses, simulated)
    groups = {region: {region: table} for region, table in dates.items()} | ({"all": dates} if len(dates) > 1 else {})
    rows = [{"region": name, **row} for name, tables in groups.items() for row in verdicts(tables, DECISIVE)]
    write_table(
        Path(job.layout.paper("differences")),
        rows,
        units=dict.fromkeys(("difference", "low", "high"), MOISTURE),
        simulated=simulated,
        title="Differences in ubRMSE between two methods on the test dates, paired by date, with 95 % intervals",
        digits=4,
    )


def _table1(job: ReproduceJob, dates: dict[str, pd.DataFrame], simulated: bool) -> None:
    """Estimation accuracy by region."""
    rows = []
    for region, table in dates.items():
        published = PUBLISHED.table1.get(region)
        theirs = {
            THEIRS + key: None if published is None else getattr(published, key)
            for key in ("train_dates", "test_dates", "train", "test")
        }
        rows.append({"region": region, **accuracy(table, OURS), **theirs})
    note = _without(dates, OURS)
    _paper_table(job, "table1", "Table 1: estimation accuracy (ubRMSE) by region", rows, simulated, note)


def _table2(job: ReproduceJob, table: pd.DataFrame, simulated: bool) -> None:
    """Impact of the inputs."""
    rows = []
    for name, method in (("spatial", "smen_spatial"), ("temporal", "smen_temporal"), ("spatiotemporal", OURS)):
        theirs = dict(zip((THEIRS + "train", THEIRS + "test"), PUBLISHED.table2[name], strict=True))
        rows.append({"inputs": name, **accuracy(table, method), **_gap(table, method, OURS), **theirs})
    title = f"Table 2: impact of the inputs, {job.inputs_region}"
    note = "difference: of the test ubRMSE to that with both inputs, paired by date; below 0 is better. "
    note += _without({job.inputs_region: table}, OURS)
    _paper_table(job, "table2", title, rows, simulated, note)


def _table3(job: ReproduceJob, table: pd.DataFrame, simulated: bool) -> None:
    """Impact of the number of training dates."""
    rows = []
    sizes = sorted(set(job.sizes))
    for size in sizes:
        method = f"{SIZE}{size}"
        published = PUBLISHED.table3.get(size, (None, None))
        theirs = dict(zip((THEIRS + "train", THEIRS + "test"), published, strict=True))
        largest = f"{SIZE}{sizes[-1]}"
        rows.append({"asked for": size, **accuracy(table, method), **_gap(table, method, largest), **theirs})
    title = f"Table 3: impact of the number of training dates, {job.sizes_region}"
    how = "drawn at random from" if job.sampling == "random" else "the latest of"
    days = by_date({"": table}, f"{SIZE}{sizes[0]}").index.get_level_values("time").str[:10]
    note = (
        f"Test: the last {job.sizes_test} dates of the test period, {days.min()} to {days.max()}. Training: "
        f"{how} all earlier dates, those of the test period included; where there are fewer than asked for, all of "
        "them. The paper does not name its region, and its 100 + 10 dates fit none of its three: region and dates are "
        "settings. difference: of the test ubRMSE to that of the largest set, paired by date; below 0 is better."
    )
    _paper_table(job, "table3", title, rows, simulated, note)


def _without(dates: dict[str, pd.DataFrame], method: str) -> str:
    """Which of the dates that a table counts have no ubRMSE, in words; nothing where all have one."""
    found = {region: dates_without_score(table, method) for region, table in dates.items()}
    said = [f"{region} {train} and {test}" for region, (train, test) in found.items() if train or test]
    if not said:
        return ""
    return (
        f"Training and test dates that have no ubRMSE, for the coarse field has no value where the product has: "
        f"{', '.join(said)}."
    )


def _gap(table: pd.DataFrame, method: str, reference: str) -> dict[str, float | None]:
    """The paired difference in test ubRMSE to a reference; nothing for the reference itself."""
    names = ("difference", "difference_low", "difference_high")
    if method == reference:
        return dict.fromkeys(names)
    found = difference({"": table}, method, reference)
    return dict(zip(names, (found.value, found.low, found.high), strict=True))


def _paper_table(
    job: ReproduceJob, name: str, title: str, rows: list[dict[str, Any]], simulated: bool, note: str = ""
) -> None:
    """Write one of the three tables, with what holds for all of them below it."""
    epochs = f"{job.epochs} epochs" + ("" if job.epochs == 1000 else " instead of the published 1000")
    rate = f"at {job.learning_rate:g}" + ("" if job.learning_rate == 1e-4 else " instead of 0.0001")
    seeds = f"seed{'s' * (len(job.seeds) > 1)} {', '.join(map(str, job.seeds))}"
    words = [
        *([note.strip()] if note else []),
        "low, high: 95 % interval, blocks of dates resampled.",
        *(["test_truth: against the truth on the test dates."] if "test_truth" in rows[0] else []),
        *(["seed_deviation: standard deviation of test over the seeds."] if "seed_deviation" in rows[0] else []),
        "The paper's numbers were measured on other data: compare their order, not their size.",
        f"Trained for {epochs}, Adam {rate}, {job.batch_size} dates a step, {seeds}.",
    ]
    write_paper_table(
        Path(job.layout.paper(name)),
        rows,
        title=title,
        note=" ".join(words),
        units=_units(rows),
        simulated=simulated,
    )


def _comparison(
    job: ReproduceJob, region: str | None, dates: dict[str, pd.DataFrame], senses: dict[str, pd.DataFrame],
    simulated: bool,
) -> None:  # fmt: skip
    """All methods of a region, or of all regions together, as a table and a figure."""
    methods = [m for m in dict.fromkeys(m for t in dates.values() for m in t["method"]) if not m.startswith(SIZE)]
    rows = ranking(dates, senses, methods, OURS)
    where = region or ("all regions together" if len(dates) > 1 else next(iter(dates)))
    place = Path(job.layout.comparison(region, "") if region else job.layout.paper(""))
    write_paper_table(
        place / "comparison",
        rows,
        title=f"All methods on the test dates, {where}",
        note=COMPARISON,
        units=_units(rows),
        simulated=simulated,
    )
    skills = [
        Skill(row["method"], row["ubRMSE"], row["low"], row["high"], row["difference"], row["difference_low"],
              row["difference_high"], row["dates"])
        for row in rows
        if row["against"] == PRODUCT
    ]  # fmt: skip
    comparison_figure(
        place / "comparison_figure.png",
        skills,
        title=f"All methods, {where}",
        label="ubRMSE (m³/m³)",
        subtitle=f"test dates, against the {PRODUCT}; mean over dates and 95 % interval",
        simulated=simulated,
        reference=OURS,
    )


def _units(rows: list[dict[str, Any]]) -> dict[str, str]:
    """The units of those columns that have any."""
    return {key: MOISTURE for row in rows for key in row if key.removeprefix(THEIRS) in IN_MOISTURE}


def _panel(job: ReproduceJob, region: str) -> Panel:
    """The test date that `smen compare` chose for a region."""
    import xarray as xr

    path = Path(job.layout.comparison(region, "example.nc"))
    if not path.is_file():
        raise DataError(f"{path} is missing: run `smen compare {region}`")
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        fields = {name: dataset[name].to_numpy() for name in ("coarse", "target", "estimate")}
        time, simulated = str(dataset.attrs["time"]), bool(dataset.attrs["simulated"])
    window = Window(*job.cells[job.regions.index(region)])
    return Panel(region=region, time=time, window=window, simulated=simulated, **fields)


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"{path} is missing: run `smen compare` for its region")
    return pd.read_csv(path)
