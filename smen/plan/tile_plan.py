"""The jobs that concern all tiles together, the world that is simulated for them among these."""

from __future__ import annotations

import datetime as dt

from smen.errors import SettingsError
from smen.grid import Window
from smen.plan.jobs import Cells, MosaicJob, SimulateJob
from smen.plan.tile_grid import around, cells_of
from smen.plan.validation_plan import ValidationPlan

FIRST_SIMULATED_DAY = dt.date(2015, 4, 1)
"""First whole day of SMAP's products."""

MOST_SIMULATED = 1000 * 1000
"""Cells of the greatest world that is simulated, a hundred times those of a region: about 30 minutes for a year."""


class TilePlan(ValidationPlan):
    """The jobs of simulated worlds and of mosaics; arguments and errors as of `RegionPeriods`."""

    def simulate(self, region: str, year: int) -> SimulateJob:
        """Return the job that simulates one year.

        Args:
            region: its name.
            year: to simulate.
        """
        settings, place = self.settings, self.regions[region]
        alone: tuple[Window, tuple[float, float], tuple[Cells, ...]] = (place.window, place.centre, ())
        window, centre, parts = self._world_of_tiles() if place.tile else alone
        return SimulateJob(
            results=settings.folders.results,
            region=self.world(region),
            cells=cells_of(window),
            parts=parts,
            resources=settings.folders.resources,
            year=year,
            centre=centre,
            climate=place.climate,
            seed=settings.source.seed,
            coarse=place.settings.products.coarse,
            span=(max(dt.date(year, 1, 1), FIRST_SIMULATED_DAY), self._last_day(region, year)),
            coarse_only=year not in self.years(region),
        )

    def mosaic(self) -> MosaicJob:
        """Return the job that puts the maps of all tiles together, one raster a day.

        Raises:
            SettingsError: there are no tiles.
        """
        if not self.tiles:
            raise SettingsError("there are no tiles to make mosaics of: set tiles.area")
        return MosaicJob(
            results=self.settings.folders.results,
            tiles={name: cells_of(window) for name, window in self.tiles.items()},
            map_years=self.mosaic_years(),
            overlap=self.settings.tiles.overlap,
            source=self.settings.source.kind,
        )

    def _world_of_tiles(self) -> tuple[Window, tuple[float, float], tuple[Cells, ...]]:
        """Return the window of the simulated world that all tiles share, its centre, and the tiles."""
        world = around(self.tiles.values())
        if world.height * world.width > MOST_SIMULATED:
            raise SettingsError(
                f"the tiles span {world.height} x {world.width} cells, too many for one simulated world (at most "
                f"{MOST_SIMULATED} cells): choose a smaller tiles.area, or another source.kind"
            )
        centre = float(world.longitudes[world.width // 2]), float(world.latitudes[world.height // 2])
        return world, centre, tuple(cells_of(window) for window in self.tiles.values())
