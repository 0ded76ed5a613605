"""The paper's tables and figure, and the comparison that it lacks, from what was compared in each region."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smen.errors import DataError
from smen.grid import Window
from smen.outputs.paper.panels import Panel, figure2
from smen.outputs.paper.published import PUBLISHED
from smen.outputs.paper.skills import Skill, comparison_figure
from smen.outputs.paper.table import write_paper_table
from smen.outputs.tables import write_table
from smen.scores.intervals import mean_interval, paired_difference

if TYPE_CHECKING:
    from smen.jobs import ReproduceJob

log = logging.getLogger(__name__)

PRODUCT = "3 km product"
OURS = "smen"
"""The paper's network, which every other method is compared with."""

ELSEWHERE = "The paper's figures were measured on other data: compare their order, not their size."

MOISTURE = "m3/m3"

AVERAGED = (
    "bias",
    "RMSE",
    "R",
    "R_inside",
    "uRMSE_inside",
    "deviation_ratio",
    "spectrum_ratio",
    "blockiness",
    "g_down",
)
"""Columns of the comparison that are means over dates, as they stand in the scores by date."""

IN_SENSES = ("uRMSE_median", "uRMSE_pooled", "uRMSE_per_cell", "uRMSE_zeros")


def run(job: ReproduceJob) -> None:
    """Write the tables and figures of `snakemake paper`.

    Raises:
        DataError: what a region's comparison should have written is missing.
        OutputError: a file cannot be written.
    """
    dates = {region: _read(Path(job.layout.compared(region, "dates.csv"))) for region in job.regions}
    senses = {region: _read(Path(job.layout.compared(region, "senses.csv"))) for region in job.regions}
    panels = [_panel(job, region) for region in job.regions]
    simulated = any(panel.simulated for panel in panels)
    _table1(job, dates, simulated)
    _table2(job, dates[job.inputs_region], simulated)
    _table3(job, dates[job.sizes_region], simulated)
    figure2(Path(job.layout.paper("figure2.png")), panels, simulated=simulated)
    rows = _comparison(dates, senses)
    write_paper_table(
        Path(job.layout.paper("comparison")),
        rows,
        title="All methods on the test dates",
        note="Sorted by uRMSE: of each image, then the mean over dates; its other senses, SMAP's requirement being "
        "meant per cell over time, stand beside it. difference: to the paper's network, paired by date, with its 95 % "
        "interval (blocks of dates resampled); below 0 is better.",
        units=dict.fromkeys(
            ("uRMSE", "low", "high", "difference", "difference_low", "difference_high", *IN_SENSES, "bias", "RMSE",
             "uRMSE_inside"), MOISTURE,
        ),
        simulated=simulated,
    )  # fmt: skip
    _figure(job, rows, simulated)
    write_table(
        Path(job.layout.paper("differences")),
        _pairs(dates),
        units=dict.fromkeys(("difference", "low", "high"), MOISTURE),
        simulated=simulated,
        title="Differences in uRMSE between two methods, test dates, paired by date",
        digits=4,
    )


def _table1(job: ReproduceJob, dates: dict[str, pd.DataFrame], simulated: bool) -> None:
    """Estimation accuracy by region."""
    rows = []
    for region, table in dates.items():
        published = PUBLISHED.table1.get(region)
        rows.append(
            {"region": region, **_train_and_test(table, OURS)}
            | {"paper: " + key: None if published is None else getattr(published, key)
               for key in ("train_dates", "test_dates", "train", "test")}
        )  # fmt: skip
    _paper_table(job, "table1", "Table 1: estimation accuracy (uRMSE) by region", rows, simulated)


def _table2(job: ReproduceJob, table: pd.DataFrame, simulated: bool) -> None:
    """Impact of the inputs."""
    rows = []
    for name, method in (("spatial", "smen_spatial"), ("temporal", "smen_temporal"), ("spatiotemporal", OURS)):
        published = PUBLISHED.table2[name]
        rows.append(
            {
                "inputs": name,
                **_train_and_test(table, method),
                "paper: train": published[0],
                "paper: test": published[1],
            }
        )
    title = f"Table 2: impact of the inputs, {job.inputs_region}"
    _paper_table(job, "table2", title, rows, simulated)


def _table3(job: ReproduceJob, table: pd.DataFrame, simulated: bool) -> None:
    """Impact of the number of training dates."""
    rows = []
    for size in sorted(set(job.recipe.sizes)):
        published = PUBLISHED.table3.get(size, (None, None))
        rows.append(
            {"asked for": size, **_train_and_test(table, f"size_{size}"),
             "paper: train": published[0], "paper: test": published[1]}
        )  # fmt: skip
    title = f"Table 3: impact of the number of training dates, {job.sizes_region}"
    how = "drawn at random from" if job.recipe.sizes_drawn == "random" else "the latest of"
    note = (
        f"Test: the last {job.recipe.sizes_test} dates of the test period. Training: {how} all earlier dates, those of "
        "the test period included; where there are fewer than asked for, all of them. The paper does not name its "
        "region, and its 100 + 10 dates fit none of its three."
    )
    _paper_table(job, "table3", title, rows, simulated, note)


def _paper_table(
    job: ReproduceJob, name: str, title: str, rows: list[dict[str, Any]], simulated: bool, note: str = ""
) -> None:
    units = {key: MOISTURE for key in rows[0] if key.split(": ")[-1] in ("train", "test", "test_low", "test_high")}
    write_paper_table(
        Path(job.layout.paper(name)),
        rows,
        title=title,
        note=f"{note} {ELSEWHERE} {job.recipe.epochs} epochs, seeds {', '.join(map(str, job.recipe.seeds))}.".strip(),
        units=units,
        simulated=simulated,
    )


def _train_and_test(table: pd.DataFrame, method: str) -> dict[str, float | int]:
    """Numbers of dates and uRMSE in training and test, with the interval of the latter."""
    learnt, judged = (_by_date(table, method, split) for split in ("train", "test"))
    interval = mean_interval(judged)
    return {
        "train_dates": len(learnt),
        "test_dates": len(judged),
        "train": float(learnt.mean()),
        "test": interval.value,
        "test_low": interval.low,
        "test_high": interval.high,
    }


def _by_date(
    table: pd.DataFrame, method: str, split: str = "test", against: str = PRODUCT, metric: str = "uRMSE"
) -> pd.Series:
    """A metric of a method by date, the mean over its seeds, in the order of time."""
    chosen = table[(table["method"] == method) & (table["split"] == split) & (table["against"] == against)]
    found: pd.Series = chosen.groupby("time")[metric].mean().sort_index()
    return found.dropna()


def _comparison(dates: dict[str, pd.DataFrame], senses: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """A row for each region, reference and method, sorted by skill; last, all regions together."""
    rows: list[dict[str, Any]] = []
    groups = {region: [region] for region in dates} | ({"all": list(dates)} if len(dates) > 1 else {})
    for name, regions in groups.items():
        for against in (PRODUCT, "truth"):
            found = [
                row
                for method in _methods(dates[regions[0]])
                if (row := _skill(method, [dates[r] for r in regions], [senses[r] for r in regions], against))
            ]
            found.sort(key=lambda row: row["uRMSE"])
            rows.extend({"region": name, "against": against, **row} for row in found)
    return rows


def _methods(table: pd.DataFrame) -> list[str]:
    """All methods that were judged on the same dates; trainings on some dates only are not among them."""
    return [m for m in table["method"].unique() if not m.startswith("size_")]


def _skill(method: str, dates: list[pd.DataFrame], senses: list[pd.DataFrame], against: str) -> dict[str, Any] | None:
    """One method's row, None where a region does not have it."""
    own = [_by_date(table, method, against=against) for table in dates]
    if any(not len(series) for series in own):
        return None
    reference = [_by_date(table, OURS, against=against) for table in dates]
    value = mean_interval(pd.concat(own))
    pairs = [a.align(b, join="inner") for a, b in zip(own, reference, strict=True)]
    gap = paired_difference(pd.concat([a for a, _ in pairs]), pd.concat([b for _, b in pairs]))
    kept = [t[(t["method"] == method) & (t["split"] == "test") & (t["against"] == against)] for t in senses]
    said = pd.concat(kept)
    means = {
        m: float(pd.concat([_by_date(t, method, against=against, metric=m) for t in dates]).mean()) for m in AVERAGED
    }
    return {
        "method": method,
        "dates": sum(len(series) for series in own),
        "uRMSE": value.value,
        "low": value.low,
        "high": value.high,
        "difference": gap.value,
        "difference_low": gap.low,
        "difference_high": gap.high,
        **{key: float((said[key] * said["dates"]).sum() / said["dates"].sum()) for key in IN_SENSES},
        **means,
    }


def _pairs(dates: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """What the paper claims and what it leaves out: the differences that decide, with intervals."""
    rows = []
    asked = [
        (OURS, other)
        for other in (
            "smen_spatial",
            "smen_temporal",
            "mean_residual",
            "shrunk_residual",
            "filtered_residual",
            "bilinear",
        )
    ] + [("fusion", other) for other in (OURS, "shrunk_residual", "filtered_residual")]
    for region, table in dates.items():
        for first, second in asked:
            for against in (PRODUCT, "truth"):
                a, b = (_by_date(table, method, against=against) for method in (first, second))
                if not len(a) or not len(b):
                    continue
                gap = paired_difference(*a.align(b, join="inner"))
                says = "better" if gap.high < 0 else "worse" if gap.low > 0 else "not told apart"
                rows.append(
                    {"region": region, "against": against, "first": first, "second": second, "dates": len(a),
                     "difference": gap.value, "low": gap.low, "high": gap.high, "the first is": says}
                )  # fmt: skip
    return rows


def _figure(job: ReproduceJob, rows: list[dict[str, Any]], simulated: bool) -> None:
    """All methods over all regions, with intervals, against the product."""
    over = "all" if len(job.regions) > 1 else job.regions[0]
    chosen = [row for row in rows if row["region"] == over and row["against"] == PRODUCT]
    skills = [
        Skill(row["method"], row["uRMSE"], row["low"], row["high"], row["difference"], row["difference_low"],
              row["difference_high"], row["dates"])
        for row in chosen
    ]  # fmt: skip
    if len(job.regions) == 1 or {row["method"] for row in chosen} >= {OURS}:
        comparison_figure(
            Path(job.layout.paper("comparison_figure.png")),
            skills,
            title="All methods" if over == "all" else over,
            label="uRMSE (m³/m³)",
            subtitle=f"test dates, against the {PRODUCT}; mean over dates and 95 % interval",
            simulated=simulated,
        )


def _panel(job: ReproduceJob, region: str) -> Panel:
    """The best covered test date of a region."""
    import xarray as xr

    path = Path(job.layout.compared(region, "example.nc"))
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
