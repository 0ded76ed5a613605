"""The jobs of the paper's experiments."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from smen.plan.jobs import Cells, Job, RegionJob, WindowJob
from smen.settings.choices import Sampling, Span
from smen.settings.paper_section import PaperDates, PaperSizes, PaperTraining
from smen.settings.section import Section


class ExperimentJob(RegionJob):
    """Train one network of the paper's experiments (called with --job)."""

    module: ClassVar[str] = "paper.experiment"

    years: tuple[int, ...]
    training: Span
    test: Span
    case: str = Field(description="both, spatial or temporal inputs, or size_N: both, trained on N dates")
    seed: int
    threads: int
    dates: PaperDates
    sizes: PaperSizes | None = Field(description="for a case size_N")
    recipe: PaperTraining


class DonorRegion(Section):
    """Another region's dates, to learn from."""

    years: tuple[int, ...]
    training: Span
    test: Span


class CompareJob(WindowJob):
    """Score the paper's trainings and all baselines of a region."""

    module: ClassVar[str] = "paper.compare"

    years: tuple[int, ...]
    training: Span
    test: Span
    cases: tuple[str, ...] = Field(description="the trainings of this region, each with all seeds")
    seeds: tuple[int, ...]
    donor_regions: dict[str, DonorRegion] = Field(
        description="regions that a method for this one may learn from in its place"
    )
    threads: int
    dates: PaperDates
    sizes: PaperSizes | None = Field(description="for cases size_N")
    coarse_history: int = Field(description="earlier coarse fields, for the baselines that use them")
    learned_baselines: bool
    truth: str | None = Field(description="folder or file of the truth, None where there is none")


class ReproduceJob(Job):
    """Make the paper's tables and figure from what was compared."""

    module: ClassVar[str] = "paper.reproduce"

    regions: tuple[str, ...]
    cells: tuple[Cells, ...]
    inputs_region: str = Field(description="region of Table 2")
    sizes_region: str = Field(description="region of Table 3")
    sizes: tuple[int, ...] = Field(description="numbers of training dates in Table 3")
    sizes_test: int
    sampling: Sampling
    seeds: tuple[int, ...]
    epochs: int
    learning_rate: float
    batch_size: int
