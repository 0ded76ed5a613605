"""From settings to jobs: the job of each stage for each region and year."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any, Literal

from smen.errors import SettingsError
from smen.plan.jobs import (
    AcquireJob,
    AlignJob,
    CompareJob,
    DownscaleJob,
    Elsewhere,
    EvaluateJob,
    ExperimentJob,
    IndexJob,
    PairJob,
    PublishJob,
    ReproduceJob,
    SimulateJob,
    Span,
    TrainJob,
    threads_of,
)
from smen.plan.periods import Calendar
from smen.settings.schema import Section, default_version

MOST_ELSEWHERE = 4
"""Other regions that a comparison learns from, to show how a region without dates of its own would do."""


class Plan(Calendar):
    """The job of each stage for all regions and their years; arguments and errors as of `Calendar`."""

    def training_threads(self, region: str) -> int:
        """Processors that a region's training uses."""
        settings = self.regions[region].settings
        return threads_of(settings.training.threads, settings.network.name)

    def simulate(self, region: str, year: int) -> SimulateJob:
        """Return the job that simulates one year."""
        r = self.regions[region]
        return SimulateJob(
            **self._window(region, year),
            centre=r.centre,
            climate=r.climate,
            seed=self.settings.source.seed,
            coarse=r.settings.products.coarse,
            span=(max(dt.date(year, 1, 1), dt.date(2015, 4, 1)), self._last_day(region, year)),
        )

    def acquire(self, region: str, year: int) -> AcquireJob:
        """Return the job that lists, and fetches, one year's granules."""
        source, products = self.settings.source, self.regions[region].settings.products
        version = products.coarse_version
        ends_today = self._ends_today(region) and year == self.years(region)[-1]
        first = max(dt.date(year, 1, 1), self._full_period(region)[0])
        return AcquireJob(
            **self._window(region, year),
            kind=source.kind,
            directory=source.directory,
            bad_granules=source.bad_granules,
            coarse=products.coarse,
            coarse_version=default_version(products.coarse) if version == "auto" else version,
            fine=products.fine,
            fine_version=products.fine_version,
            overpasses=products.overpasses,
            span=(first, "today" if ends_today else self._last_day(region, year)),
            connections=source.connections,
            search=source.search,
            login=source.login,
        )

    def align(self, region: str, year: int) -> AlignJob:
        """Return the job that puts one year's granules on the window."""
        products = self.regions[region].settings.products
        return AlignJob(
            **self._window(region, year),
            coarse=products.coarse,
            fine=products.fine,
            fine_variable=products.fine_variable,
            quality=products.quality,
        )

    def pair(self, region: str, year: int) -> PairJob:
        """Return the job that makes one year's samples; periods that do not touch what it reads are left out."""
        settings = self.regions[region].settings
        periods, samples = settings.periods, settings.samples
        trains = year in self.training_years(region)
        return PairJob(
            region=region,
            folders=self.settings.folders,
            year=year,
            years=self.pair_years(region, year),
            history=samples.history,
            coarse_history=samples.coarse_history,
            minimum_coverage=samples.minimum_coverage,
            training=periods.training if trains else None,
            validation=periods.validation if trains else None,
            test=_cut((periods.test[0], self._date(periods.test[1])), year),
        )

    def train(self, region: str) -> TrainJob:
        """Return the job that trains a region's network."""
        settings = self.regions[region].settings
        return TrainJob(
            region=region,
            folders=self.settings.folders,
            cells=self._window(region, 0)["cells"],
            years=self.training_years(region),
            others=self.learns_from(region),
            network=settings.network,
            training=settings.training,
        )

    def downscale(self, region: str, year: int) -> DownscaleJob:
        """Return the job that maps one year."""
        span = _cut(self._mapped(region), year)
        if span is None:
            raise SettingsError(f"{year} is not a year to be mapped for {region}: see maps.period")
        return DownscaleJob(
            **self._window(region, year),
            source=self.settings.source.kind,
            years=self.years_until(region, year),
            span=span,
            model=self.model(region),
            masked=self.regions[region].settings.maps.masked,
        )

    def evaluate(self, region: str) -> EvaluateJob:
        """Return the job that scores a region."""
        source = self.settings.source
        truth = str(Path(self.layout.simulated_truth(region, 0)).parent) if source.kind == "simulated" else source.truth
        return EvaluateJob(
            region=region,
            folders=self.settings.folders,
            cells=self._window(region, 0)["cells"],
            years=self.years(region),
            model=self.model(region),
            truth=truth,
        )

    def publish(self, region: str) -> PublishJob:
        """Return the job that makes what a person opens of one region."""
        return PublishJob(
            region=region,
            folders=self.settings.folders,
            cells=self._window(region, 0)["cells"],
            map_years=self.map_years(region),
            years=self.years_behind_maps(region),
            model=self.model(region),
            digest=self._digest(region),
            source=self.settings.source.kind,
        )

    def index(self) -> IndexJob:
        """Return the job that gathers all regions."""
        return IndexJob(
            regions=tuple(self.regions),
            cells=tuple(self._window(name, 0)["cells"] for name in self.regions),
            map_years={name: self.map_years(name) for name in self.regions},
            folders=self.settings.folders,
        )

    def paper_region(self, table: Literal["inputs", "sizes"]) -> str:
        """The region of the paper's Table 2 (`inputs`) or Table 3 (`sizes`).

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
        """The paper's trainings for a region: on both inputs, and what Tables 2 and 3 ask for beside it."""
        cases = ["both"]
        if region == self.paper_region("inputs"):
            cases += ["spatial", "temporal"]
        if region == self.paper_region("sizes"):
            cases += [f"size_{n}" for n in sorted(set(self.settings.paper.sizes))]
        return tuple(cases)

    def experiment(self, region: str, case: str, seed: int) -> ExperimentJob:
        """Return the job of one of the paper's trainings; of its settings, those that this training uses."""
        return ExperimentJob(
            **self._paper(region),
            case=case,
            seed=seed,
            threads=self.paper_threads(),
            recipe=self.settings.paper.model_copy(
                update={"seeds": (seed,), "comparables": True, "inputs_region": "", "sizes_region": "", "sizes": (1,)}
                | ({} if case.startswith("size") else {"sizes_test": 2, "sizes_drawn": "random"})
            ),
        )

    def paper_threads(self) -> int:
        """Processors of one of the paper's trainings: one, for there are many, and each does most with one."""
        return 1

    def compare(self, region: str) -> CompareJob:
        """Return the job that scores all methods on a region."""
        return CompareJob(
            **self._paper(region),
            cases=self.cases(region),
            others={
                name: Elsewhere(
                    **{key: value for key, value in self._paper(name).items() if key in Elsewhere.model_fields}
                )
                for name in self.elsewhere(region)
            },
            threads=self.paper_threads(),
            recipe=self.settings.paper,
            truth=self.evaluate(region).truth,
        )

    def elsewhere(self, region: str) -> tuple[str, ...]:
        """The first few other regions with the same coarse product: what a region without dates could learn from."""
        coarse = self.regions[region].settings.products.coarse
        same = [n for n, r in self.regions.items() if n != region and r.settings.products.coarse == coarse]
        return tuple(same[:MOST_ELSEWHERE])

    def reproduce(self) -> ReproduceJob:
        """Return the job that makes the paper's tables and figure."""
        return ReproduceJob(
            regions=tuple(self.regions),
            cells=tuple(self._window(name, 0)["cells"] for name in self.regions),
            cases={name: self.cases(name) for name in self.regions},
            inputs_region=self.paper_region("inputs"),
            sizes_region=self.paper_region("sizes"),
            recipe=self.settings.paper,
            folders=self.settings.folders,
        )

    def _paper(self, region: str) -> dict[str, Any]:
        periods = self.regions[region].settings.periods
        return {
            "region": region,
            "folders": self.settings.folders,
            "cells": self._window(region, 0)["cells"],
            "years": self.paper_years(region),
            "training": periods.training,
            "test": (periods.test[0], self._date(periods.test[1])),
        }

    def _digest(self, region: str) -> str:
        """A short digest of all that the settings say about a region; where files lie is left aside."""
        left_aside = {"folders", "regions", "regions_file", "source", "paper"}
        text = self.regions[region].settings.model_dump_json(exclude=left_aside)
        source = self.settings.source
        text += f" {source.kind} {source.seed} {self._window(region, 0)['cells']}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def job(self, stage: str, region: str | None = None, year: int | None = None) -> Section:
        """Return the job of a stage by name."""
        if region is not None and year is not None and year not in self.years(region):
            first, last = self.years(region)[0], self.years(region)[-1]
            raise SettingsError(f"{year} is not a year of {region}: its periods reach from {first} to {last}")
        make = getattr(self, stage)
        job: Section = make(*(part for part in (region, year) if part is not None))
        return job

    def model(self, region: str) -> str:
        """The weights that a region is mapped with: its own, or those that the settings name."""
        return self.regions[region].settings.network.weights or self.layout.model(region)

    def trains(self, region: str) -> bool:
        """Whether a region's network is trained here."""
        return self.regions[region].settings.network.weights is None

    def _window(self, region: str, year: int) -> dict[str, Any]:
        window = self.regions[region].window
        cells = (window.row, window.column, window.height, window.width)
        return {"region": region, "folders": self.settings.folders, "cells": cells, "year": year}


def _cut(span: Span, year: int) -> Span | None:
    """Return the part of a span that lies in a year."""
    first, last = max(span[0], dt.date(year, 1, 1)), min(span[1], dt.date(year, 12, 31))
    return (first, last) if first <= last else None
