"""The jobs of indices: which years of the coarse record they are held against, and which are made."""

from __future__ import annotations

from smen.errors import SettingsError
from smen.plan.jobs import AcquireJob, AlignJob, IndicatorsJob, NormalsJob, SimulateJob
from smen.plan.method_plan import MethodPlan

OF_THE_RECORD = frozenset(job.module.rpartition(".")[2] for job in (SimulateJob, AcquireJob, AlignJob))
"""Stages that also have years of the coarse record alone, which indices are held against."""


class IndexPlan(MethodPlan):
    """The jobs of indices; arguments and errors as of `RegionPeriods`."""

    def record_years(self, region: str) -> tuple[int, ...]:
        """Return the years of the coarse record; none where no index is wanted."""
        record = self.record(region)
        return tuple(range(record[0].year, record[1].year + 1)) if record else ()

    def stage_years(self, stage: str, region: str) -> tuple[int, ...]:
        """Return the years of which a stage may have jobs.

        Args:
            stage: its name.
            region: name of the region.
        """
        record = self.record_years(region) if stage in OF_THE_RECORD else ()
        return tuple(sorted({*self.years(region), *record}))

    def normals(self, region: str) -> NormalsJob:
        """Return the job that learns what is usual in a region.

        Args:
            region: its name.

        Raises:
            SettingsError: no index is wanted there.
        """
        record = self.record(region)
        if record is None:
            raise SettingsError(f"no index is wanted of {region}: name some in indices.which")
        return NormalsJob(
            **self._region(region),
            cells=self.cells(region),
            record=record,
            record_years=self.record_years(region),
            years=self.training_years(region),
            model=self.model(region),
            mode=self.regions[region].settings.maps.mode,
        )

    def indicators(self, region: str, year: int) -> IndicatorsJob:
        """Return the job that makes the indices of one year's maps.

        Args:
            region: its name.
            year: of the maps.

        Raises:
            SettingsError: no index is wanted there, or the year is not mapped.
        """
        settings = self.regions[region].settings.indices
        if not settings.which or year not in self.map_years(region):
            raise SettingsError(f"{region} has no indices of {year}: see indices.which and maps.period")
        return IndicatorsJob(
            **self._region(region),
            cells=self.cells(region),
            year=year,
            years=self.index_years(region, year),
            which=settings.which,
            every=settings.every,
            time_constants=tuple(sorted(settings.time_constants)) if "water_index" in settings.which else (),
        )

    def index_years(self, region: str, year: int) -> tuple[int, ...]:
        """Return the years of coarse fields behind the indices of a year: its own and, if there is one, that before.

        Args:
            region: its name.
            year: of the maps.
        """
        known = {*self.years(region), *self.record_years(region)}
        return tuple(y for y in (year - 1, year) if y in known)
