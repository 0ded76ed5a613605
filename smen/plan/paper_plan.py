"""The jobs of the paper's experiments: which trainings there are, in which regions, on which dates."""

from __future__ import annotations

from typing import Literal, TypedDict

from smen.plan.paper_jobs import CompareJob, DonorRegion, ExperimentJob, ReproduceJob
from smen.plan.periods import RegionPeriods
from smen.settings.choices import Span
from smen.settings.paper_section import PaperDates, PaperSizes, PaperTraining
from smen.settings.section import narrow

MAX_DONOR_REGIONS = 4
"""Other regions that a comparison learns from, to show how a region without dates of its own would do."""

PAPER_THREADS = 1
"""Processors of one of the paper's trainings: there are many of them, and together they use one each best."""

SIZE = "size_"
"""Beginning of the name of a training with a limited number of dates."""


class _PaperRegion(TypedDict):
    results: str
    region: str
    years: tuple[int, ...]
    training: Span
    test: Span


class PaperPlan(RegionPeriods):
    """The jobs of the paper's experiments; arguments and errors as of `RegionPeriods`."""

    def paper_years(self, region: str) -> tuple[int, ...]:
        """Return the years that the paper's experiments read: those of training and test, and the years between."""
        training, test = self.regions[region].settings.periods.training, self._test(region)
        return tuple(range(training[0].year, test[1].year + 1))

    def paper_region(self, table: Literal["inputs", "sizes"]) -> str:
        """Return the region of the paper's Table 2 (`inputs`) or Table 3 (`sizes`).

        Raises:
            SettingsError: the settings name one that does not exist.
        """
        paper = self.settings.paper
        named = paper.inputs_region if table == "inputs" else paper.sizes_region
        if named != "auto":
            return self.regions[named].name
        published = "tucson" if table == "inputs" else "oklahoma_city"
        return published if published in self.regions else next(iter(self.regions))

    def cases(self, region: str) -> tuple[str, ...]:
        """Return the paper's trainings for a region: on both inputs, and those that Tables 2 and 3 need beside it."""
        cases = ["both"]
        if region == self.paper_region("inputs"):
            cases += ["spatial", "temporal"]
        if region == self.paper_region("sizes"):
            cases += [f"{SIZE}{n}" for n in sorted(set(self.settings.paper.sizes))]
        return tuple(cases)

    def comparison_donors(self, region: str) -> tuple[str, ...]:
        """Return the first few other regions with the same coarse product.

        From them a region without dates of its own could learn.
        """
        coarse = self.regions[region].settings.products.coarse
        same = [n for n, r in self.regions.items() if n != region and r.settings.products.coarse == coarse]
        return tuple(same[:MAX_DONOR_REGIONS])

    def experiment(self, region: str, case: str, seed: int) -> ExperimentJob:
        """Return the job of one of the paper's trainings.

        Args:
            region: its name.
            case: one of its `cases`.
            seed: of the training.
        """
        paper = self.settings.paper
        return ExperimentJob(
            **self._paper_region(region),
            case=case,
            seed=seed,
            threads=PAPER_THREADS,
            dates=narrow(PaperDates, paper),
            sizes=narrow(PaperSizes, paper) if case.startswith(SIZE) else None,
            recipe=narrow(PaperTraining, paper),
        )

    def compare(self, region: str) -> CompareJob:
        """Return the job that scores all methods on a region."""
        paper, cases = self.settings.paper, self.cases(region)
        return CompareJob(
            **self._paper_region(region),
            cells=self.cells(region),
            cases=cases,
            seeds=paper.seeds,
            donor_regions={name: self._donor(name) for name in self.comparison_donors(region)},
            threads=PAPER_THREADS,
            dates=narrow(PaperDates, paper),
            sizes=narrow(PaperSizes, paper) if any(case.startswith(SIZE) for case in cases) else None,
            coarse_history=self.regions[region].settings.samples.coarse_history,
            learned_baselines=paper.learned_baselines,
            truth=self.truth(region),
        )

    def reproduce(self) -> ReproduceJob:
        """Return the job that makes the paper's tables and figure."""
        paper = self.settings.paper
        return ReproduceJob(
            results=self.settings.folders.results,
            regions=tuple(self.regions),
            cells=tuple(self.cells(name) for name in self.regions),
            inputs_region=self.paper_region("inputs"),
            sizes_region=self.paper_region("sizes"),
            sizes=paper.sizes,
            sizes_test=paper.sizes_test,
            sampling=paper.sampling,
            seeds=paper.seeds,
            epochs=paper.epochs,
            learning_rate=paper.learning_rate,
            batch_size=paper.batch_size,
        )

    def _paper_region(self, region: str) -> _PaperRegion:
        return {
            "results": self.settings.folders.results,
            "region": region,
            "years": self.paper_years(region),
            "training": self.regions[region].settings.periods.training,
            "test": self._test(region),
        }

    def _donor(self, region: str) -> DonorRegion:
        training = self.regions[region].settings.periods.training
        return DonorRegion(years=self.paper_years(region), training=training, test=self._test(region))
