"""What each job is given: just those settings that it uses, resolved for its region and cut to its year.

Snakemake compares jobs as text, so one runs again when, and only when, something that it uses has changed.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Literal

from pydantic import Field

from smen.grid import Window
from smen.plan.layout import Layout
from smen.settings.schema import Folders, Network, Paper, Section, Training

Span = tuple[dt.date, dt.date]
"""First and last day."""

AUTO_THREADS = 4
"""What `threads: auto` uses at most: small networks on small windows gain nothing from more."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_of(threads: int | Literal["auto"], network: str) -> int:
    """Threads of a training; `auto`: one for fusion, whose closed form gains nothing from more, else what there is."""
    if threads != "auto":
        return threads
    return 1 if network == "fusion" else min(processors(), AUTO_THREADS)


class Job(Section):
    """What every job is given."""

    region: str
    folders: Folders

    @property
    def layout(self) -> Layout:
        """Where this job's files lie."""
        return Layout(self.folders.results, self.folders.resources)


class WindowJob(Job):
    """A job on one region's cells and one year."""

    cells: tuple[int, int, int, int] = Field(description="row, column, height, width")
    year: int

    @property
    def window(self) -> Window:
        """The region's cells."""
        return Window(*self.cells)


class SimulateJob(WindowJob):
    """One year of a simulated world, written as granules."""

    centre: tuple[float, float]
    climate: str
    seed: int
    coarse: str
    span: Span


class AcquireJob(WindowJob):
    """Granules of one year."""

    kind: Literal["simulated", "directory", "earthdata"]
    directory: str | None
    bad_granules: Literal["stop", "skip"]
    coarse: str
    coarse_version: str
    fine: str
    fine_version: str
    overpasses: tuple[str, ...]
    span: tuple[dt.date, dt.date | Literal["today"]]
    connections: int
    search: str | None
    login: str | None


class AlignJob(WindowJob):
    """Both products of one year on the window."""

    coarse: str
    fine: str
    fine_variable: str
    quality: str


class PairJob(Job):
    """Samples of one year."""

    year: int
    years: tuple[int, ...] = Field(description="years of the aligned series that it reads")
    history: int
    coarse_history: int
    minimum_coverage: float
    training: Span | None
    validation: Literal["auto"] | Span | None
    test: Span | None


class TrainJob(Job):
    """One network."""

    cells: tuple[int, int, int, int]
    years: tuple[int, ...]
    others: dict[str, tuple[int, ...]] = Field(description="other regions to learn from, and their training years")
    network: Network
    training: Training


class DownscaleJob(WindowJob):
    """Maps of one year."""

    source: str
    years: tuple[int, ...]
    span: Span
    model: str
    masked: tuple[str, ...]


class EvaluateJob(Job):
    """Scores and figures of one region."""

    cells: tuple[int, int, int, int]
    years: tuple[int, ...]
    model: str
    truth: str | None = Field(description="folder or file of the truth, where it is known")

    @property
    def window(self) -> Window:
        """The region's cells."""
        return Window(*self.cells)


class ExperimentJob(Job):
    """One training of the paper's experiments."""

    cells: tuple[int, int, int, int]
    years: tuple[int, ...]
    training: Span
    test: Span
    case: str = Field(description="both, spatial or temporal inputs, or size_N: both, trained on N dates")
    seed: int
    threads: int
    recipe: Paper

    @property
    def window(self) -> Window:
        """The region's cells."""
        return Window(*self.cells)


class Elsewhere(Section):
    """Another region's dates, to learn from."""

    years: tuple[int, ...]
    training: Span
    test: Span


class CompareJob(Job):
    """All methods on one region, date by date."""

    cells: tuple[int, int, int, int]
    years: tuple[int, ...]
    training: Span
    test: Span
    cases: tuple[str, ...] = Field(description="the trainings of this region, each with all seeds")
    others: dict[str, Elsewhere] = Field(description="regions that a network for this one may learn from instead")
    threads: int
    recipe: Paper
    truth: str | None = Field(description="folder or file of the truth, where it is known")

    @property
    def window(self) -> Window:
        """The region's cells."""
        return Window(*self.cells)


class ReproduceJob(Section):
    """The paper's tables and figure."""

    regions: tuple[str, ...]
    cells: tuple[tuple[int, int, int, int], ...]
    cases: dict[str, tuple[str, ...]] = Field(description="the trainings of each region")
    inputs_region: str
    sizes_region: str
    recipe: Paper
    folders: Folders

    @property
    def layout(self) -> Layout:
        """Where this job's files lie."""
        return Layout(self.folders.results, self.folders.resources)


class PublishJob(Job):
    """One region's cube, QGIS project, STAC collection and report."""

    cells: tuple[int, int, int, int]
    map_years: tuple[int, ...]
    years: tuple[int, ...] = Field(description="of the aligned series and samples behind the maps")
    model: str
    digest: str = Field(description="of the region's settings")
    source: str

    @property
    def window(self) -> Window:
        """The region's cells."""
        return Window(*self.cells)


class IndexJob(Section):
    """What is about all regions together."""

    regions: tuple[str, ...]
    cells: tuple[tuple[int, int, int, int], ...]
    map_years: dict[str, tuple[int, ...]]
    folders: Folders

    @property
    def layout(self) -> Layout:
        """Where this job's files lie."""
        return Layout(self.folders.results, self.folders.resources)

    @property
    def windows(self) -> dict[str, Window]:
        """The regions' cells, by name."""
        return {name: Window(*cells) for name, cells in zip(self.regions, self.cells, strict=True)}
