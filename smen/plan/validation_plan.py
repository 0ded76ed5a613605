"""The jobs that hold maps against stations in the ground, and which stations those are."""

from __future__ import annotations

from smen.errors import SettingsError
from smen.plan.index_plan import IndexPlan
from smen.plan.jobs import InsituJob


class ValidationPlan(IndexPlan):
    """The jobs of the validation; arguments and errors as of `RegionPeriods`."""

    def station_archives(self, region: str) -> tuple[str, ...]:
        """Return the files and folders of a region's stations; none where its maps are not held against any.

        Args:
            region: its name.
        """
        wanted = self.regions[region].settings.validation.stations
        if wanted != "auto":
            return wanted
        if self.settings.source.kind != "simulated" or self.regions[region].tile:
            return ()  # the stations of a world of many tiles are too few for each of them to have some
        return tuple(self.resource_layout.simulated_stations(region, year) for year in self.map_years(region))

    def validated(self, region: str) -> bool:
        """Return whether a region's maps are held against stations.

        Args:
            region: its name.
        """
        return bool(self.station_archives(region))

    def probes(self, region: str) -> tuple[str, ...]:
        """Return the files and folders of the probes that a region's maps are conditioned on.

        Args:
            region: its name.
        """
        return self.regions[region].settings.maps.condition_on_stations

    def insitu(self, region: str) -> InsituJob:
        """Return the job that holds a region's maps against stations.

        Args:
            region: its name.

        Raises:
            SettingsError: no stations are named.
        """
        archives = self.station_archives(region)
        if not archives:
            raise SettingsError(f"there are no stations to hold {region} against: name some in validation.stations")
        return InsituJob(
            **self._region(region),
            cells=self.cells(region),
            map_years=self.map_years(region),
            years=self.years(region),
            model=self.model(region),
            source=self.settings.source.kind,
            archives=archives,
            protocol=self.regions[region].settings.validation,
            probes=self.probes(region),
        )
