"""What a job works on, in cells and days, and what a job of a size uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from smen.plan.jobs import SimulateJob
from smen.plan.plan import INDEX

if TYPE_CHECKING:
    from smen.plan.plan import Plan

MEASURED_EPOCHS = 8
"""Epochs of the measured trainings of networks."""

COSTLIEST = "train_smen"
"""The kind of job that a training of a user's method is taken for."""


class Cost(NamedTuple):
    """What a job uses, as measured: MB of memory, or seconds of a core.

    Attributes:
        fixed: interpreter and imports.
        cells: for each thousand 3 km cells of the region.
        cell_days: for each million cells times days of the job's years.
    """

    fixed: float
    cells: float = 0.0
    cell_days: float = 0.0

    def of(self, size: JobSize) -> float:
        """Return what a job of a size uses."""
        return self.fixed + self.cells * size.cells / 1e3 + self.cell_days * size.cells * size.days / 1e6


class JobSize(NamedTuple):
    """What a job works on.

    Attributes:
        kind: its stage, with the method of a training: the key of `MEMORY` and `SECONDS`.
        cells: of the region, or of all that it learns from or gathers.
        days: of the years that it reads or writes.
        times: how often it does what was measured, as for more epochs.
    """

    kind: str
    cells: int
    days: int
    times: float = 1.0


def size_of(
    plan: Plan, stage: str, region: str | None = None, year: int | None = None, method: str | None = None
) -> JobSize:
    """Return what a job works on.

    Args:
        plan: of the settings.
        stage: its name.
        region: its name; None, or `INDEX`, for a stage of all regions: their cells, and the mean of the days mapped.
        year: None for a stage that is not of a year.
        method: of a training, as in names of files.
    """
    kind = f"{stage}_{method}" if method else stage
    region = None if region == INDEX else region
    if isinstance(job := plan.job(stage, region, year) if stage == "simulate" else None, SimulateJob):
        # Of the world that it makes, which is no region where tiles share it.
        height, width = job.cells[2:]
        return JobSize(kind, height * width, (job.span[1] - job.span[0]).days + 1)
    if region is None:
        parts = [(_cells(plan, name), _days(plan, name, plan.map_years(name))) for name in plan.regions]
        cells = sum(part[0] for part in parts)
        return JobSize(kind, cells, round(sum(c * d for c, d in parts) / cells))
    donors = plan.donor_regions(region) if method == "fusion" else {}
    cells = _cells(plan, region) + sum(_cells(plan, name) for name in donors)
    epochs = {"train_smen": plan.regions[region].settings.smen.epochs, "experiment": plan.settings.paper.epochs}
    times = max(epochs.get(kind, 0) / MEASURED_EPOCHS, 1)
    return JobSize(kind, cells, _days(plan, region, _years(plan, stage, region, year)), times)


def _cells(plan: Plan, region: str) -> int:
    height, width = plan.cells(region)[2:]
    return height * width


def _years(plan: Plan, stage: str, region: str, year: int | None) -> Iterable[int]:
    """Years of the series that a stage reads or writes."""
    of_year: dict[str, Callable[[str, int], Iterable[int]]] = {
        "pair": plan.pair_years,
        "downscale": plan.years_around,
        "indicators": plan.index_years,
    }
    of_region: dict[str, Callable[[str], Iterable[int]]] = {
        "train": plan.training_years,
        "publish": plan.years_behind_maps,
        "experiment": plan.paper_years,
        "compare": plan.paper_years,
        "normals": lambda name: {*plan.training_years(name), *plan.record_years(name)},
    }
    if year is not None:
        return of_year[stage](region, year) if stage in of_year else (year,)
    return of_region.get(stage, plan.years)(region)


def _days(plan: Plan, region: str, years: Iterable[int]) -> int:
    """Days of some years, those beyond the region's granules left out."""
    first, last = plan.granule_period(region)
    spans = ((max(first, dt.date(year, 1, 1)), min(last, dt.date(year, 12, 31))) for year in years)
    return sum(max((end - begin).days + 1, 0) for begin, end in spans)
