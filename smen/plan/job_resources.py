"""Memory and time that each job asks of a scheduler, from the cells and days that it works on.

The figures were fitted by `tests/benchmarks/bench_job_resources.py` to what Snakemake's `benchmark:` measured.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from smen.plan.jobs import SimulateJob

if TYPE_CHECKING:
    from smen.plan.plan import Plan

MEMORY_MARGIN = 1.6
"""What is asked for, as a multiple of what was measured: the measurement looks twice a second and misses short peaks,
and real granules are larger than simulated ones."""

LEAST_MB = 400
"""No job asks for less: the system counts some of the files that a job has read as its memory."""

TIME_MARGIN = 6.0
"""The same for time: disks of clusters are slower, and processors differ."""

START_MINUTES = 10
"""What every job may take on top: a loaded file system takes minutes to import torch."""


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


MEASURED_EPOCHS = 8
"""Epochs of the measured trainings of networks."""

COSTLIEST = "train_smen"
"""The stage that a training of a user's method is taken for."""

TORCH = 245
"""MB that a network takes on top in making maps; which method makes them, a choice may tell only then."""

MEMORY = {
    "simulate": Cost(169, cell_days=27.5),
    "acquire": Cost(210, cells=0.04),
    "align": Cost(186, cell_days=2.1),
    "pair": Cost(150, cells=3.4),
    "train_fusion": Cost(211, cells=38.8),
    "train_smen": Cost(486, cells=16.1),
    "choose": Cost(67),
    "downscale": Cost(235 + TORCH, cells=7.0),
    "normals": Cost(235, cells=7.0),
    "indicators": Cost(186, cells=7.0),
    "evaluate": Cost(500, cell_days=6.1),
    "insitu": Cost(398, cell_days=3.7),
    "publish": Cost(273, cell_days=3.4),
    "index": Cost(198, cells=0.1),
    "mosaic": Cost(198, cells=0.05),
    "upload": Cost(110),
    "experiment": Cost(384, cells=16.1),
    "compare": Cost(588, cells=80.0),
    "reproduce": Cost(377, cells=7.0),
}
"""MB of memory of each stage, by one to three sizes of region (`tests/benchmarks/job_resources.json`).

Of those measured at one size (normals, indicators, index, the paper's), growth is taken from a stage like them."""

SECONDS = {
    "simulate": Cost(11.1, cell_days=3.0),
    "acquire": Cost(4.1, cells=0.08),
    "align": Cost(3.8, cell_days=0.12),
    "pair": Cost(1.5, cells=0.02),
    "train_fusion": Cost(3.8, cells=1.1),
    "train_smen": Cost(1, cell_days=59.6),
    "choose": Cost(0.5),
    "downscale": Cost(3.4, cell_days=1.5),
    "normals": Cost(3.4, cell_days=1.5),
    "indicators": Cost(1.5, cell_days=1.5),
    "evaluate": Cost(7.9, cell_days=0.52),
    "insitu": Cost(8.7, cells=2.6),
    "publish": Cost(3.3, cells=2.3),
    "index": Cost(1.4, cells=0.1),
    "mosaic": Cost(2.0, cell_days=3.0),
    "upload": Cost(3.0, cell_days=0.2),
    "experiment": Cost(5.2, cell_days=59.6),
    "compare": Cost(11.9, cell_days=59.6),
    "reproduce": Cost(6.2, cells=0.1),
}
"""Seconds of a core of each stage, likewise; of networks for `MEASURED_EPOCHS`."""


def memory_mb(size: JobSize, attempt: int = 1) -> int:
    """Return the MB of memory that a job asks for; twice as much on each retry.

    Args:
        size: of the job.
        attempt: 1 for the first try.
    """
    cost = MEMORY.get(size.kind, MEMORY[COSTLIEST])
    return math.ceil(max(MEMORY_MARGIN * cost.of(size), LEAST_MB) * float(2 ** (attempt - 1)))


def runtime_minutes(size: JobSize, attempt: int = 1) -> int:
    """Return the minutes that a job asks for; as many again on each retry.

    Args:
        size: of the job.
        attempt: 1 for the first try.
    """
    seconds = SECONDS.get(size.kind, SECONDS[COSTLIEST]).of(size) * size.times
    return attempt * (START_MINUTES + round(TIME_MARGIN * seconds / 60))


def gpus(plan: Plan, region: str, method: str) -> int:
    """Return how many GPUs a training asks for: one where the settings name it, none where they leave it open.

    Args:
        plan: of the settings.
        region: its name.
        method: as in names of files.
    """
    return int(method == "smen" and plan.regions[region].settings.smen.device == "cuda")


def size_of(
    plan: Plan, stage: str, region: str | None = None, year: int | None = None, method: str | None = None
) -> JobSize:
    """Return what a job works on.

    Args:
        plan: of the settings.
        stage: its name.
        region: its name; None for a stage of all regions: their cells, and the mean of the days that are mapped.
        year: None for a stage that is not of a year.
        method: of a training, as in names of files.
    """
    kind = f"{stage}_{method}" if method else stage
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
