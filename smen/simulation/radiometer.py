"""SMAP's radiometer over a simulated world: soil moisture and flags on the 36 km (or 9 km) grid.

A retrieval is the truth averaged over the antenna's footprint (a Gaussian of about 40 km between its half-power
points) and the cell, with the error of `coarse_error`, and that of `uncertain_error` where it is not recommended.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from smen.products.product_tables import product
from smen.simulation.antenna import FOOTPRINT_KM, LEAST_LAND, RING_CELLS, footprint_means
from smen.simulation.coarse_error import CoarseError
from smen.simulation.product_seconds import seconds_since_epoch
from smen.simulation.random_fields import Stream, random_stream
from smen.simulation.retrieval_values import LEAST_MOISTURE, retrieval_values
from smen.simulation.surface_flags import coarse_flags
from smen.simulation.uncertain_error import Overpass, UncertainError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.smap_overpasses import SimulatedHalfOrbit
    from smen.simulation.world import World, WorldState

RAIN_CHANCE = 0.3
"""Chance that it still rains at the overpass where it rained in the 12 hours before."""

TIME_SD_S = 0.4
"""Standard deviation of a cell's time about that of the overpass, seconds."""


@dataclass(frozen=True)
class HalfOrbitObservation:
    """What one half-orbit observes of a region: a list of n cells, column by column as in the real product.

    Attributes:
        row: on the product's grid, int64, (n,).
        column: likewise.
        values: dataset name to values, (n,) or (n, 3); datasets that are missing here are all fill.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    values: dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Radiometer:
    """SMAP over a world, for one of the two radiometer products.

    Attributes:
        world: what it observes.
        short_name: ``SPL2SMP`` or ``SPL2SMP_E``.
    """

    world: World
    short_name: str = "SPL2SMP"

    @cached_property
    def errors(self) -> CoarseError:
        """Errors of the retrievals."""
        return CoarseError(self.world)

    @cached_property
    def uncertain_errors(self) -> UncertainError:
        """What retrievals that are not recommended err beyond `errors`."""
        return UncertainError(self.world)

    @cached_property
    def _operators(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Footprint and cell mean along rows and along columns."""
        area, coarse_factor = self.world.area, product(self.short_name).grid.coarse_factor
        dy, dx = (float(lengths.mean()) for lengths in area.cell_lengths_km())
        km = FOOTPRINT_KM[self.short_name]
        return footprint_means(area.height, coarse_factor, dy, km), footprint_means(area.width, coarse_factor, dx, km)

    def through_antenna(self, field: NDArray[np.generic]) -> NDArray[np.float32]:
        """Average a field of the area, (height, width), over footprint and cell: (rows, columns) of the product."""
        rows, columns = self._operators
        return np.asarray(rows @ field.astype(np.float32) @ columns.T, np.float32)

    @cached_property
    def _land(self) -> NDArray[np.float32]:
        return (~self.world.land.water).astype(np.float32)

    @cached_property
    def _shares(self) -> dict[str, NDArray[np.float32]]:
        """Shares of water, cities and mountains and the mean vegetation, averaged by the antenna."""
        land = self.world.land
        fields = {"water": land.water, "urban": land.urban, "mountains": land.mountains, "vegetation": land.vegetation}
        return {key: self.through_antenna(field) for key, field in fields.items()}

    def moisture(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average soil moisture over footprint and cell: over land alone, as the product corrects for open water.

        Args:
            field: of the area, m3/m3, (height, width).

        Returns:
            m3/m3, (rows, columns) of the product.
        """
        weight = np.maximum(self.through_antenna(self._land), LEAST_LAND)
        return np.asarray(self.through_antenna(field * self._land) / weight, np.float32)

    @cached_property
    def _inside(self) -> NDArray[np.bool_]:
        """The product's cells in and around the window: those whose footprints lie in the area."""
        coarse_factor = product(self.short_name).grid.coarse_factor
        ring = RING_CELLS // coarse_factor
        mask = np.zeros((self.world.area.height // coarse_factor, self.world.area.width // coarse_factor), bool)
        mask[ring:-ring, ring:-ring] = True
        return mask

    def _shares_at(
        self, pick: tuple[NDArray[np.intp], NDArray[np.intp]], state: WorldState, rng: np.random.Generator
    ) -> dict[str, NDArray[np.float32]]:
        """Return what covers the ground of the picked cells at a time; whether it still rains is drawn."""
        shares = {key: field[pick] for key, field in self._shares.items()}
        shares["frozen"] = self.through_antenna(state.temperature < 0)[pick]
        shares["snow"] = self.through_antenna(state.snow)[pick]
        raining = rng.random() < RAIN_CHANCE
        no_rain = 0 * shares["snow"]
        shares["rain"] = self.through_antenna(state.rain)[pick] * raining if state.rain is not None else no_rain
        return shares

    def observe(self, orbit: SimulatedHalfOrbit, state: WorldState) -> HalfOrbitObservation | None:
        """Return what a half-orbit observes; None where it sees no cell in or around the window.

        Args:
            orbit: the half-orbit, on this product's grid.
            state: the world at 6 am or 6 pm of the overpass's local solar day.
        """
        chosen = orbit.seen & self._inside
        if not chosen.any():
            return None
        grid = product(self.short_name).grid
        columns, rows = np.nonzero(chosen.T)
        pick = rows, columns
        area = self.world.area
        rng = random_stream(
            self.world.seed, self.world.name, Stream.COARSE_NOISE, orbit.number, int(orbit.descending), 1
        )
        shares = self._shares_at(pick, state, rng)
        truth = self.moisture(state.moisture)[pick]
        error = self.errors.interpolated(orbit.number, orbit.descending, grid.coarse_factor)[pick]
        moisture = np.maximum(truth + error, LEAST_MOISTURE)
        kelvin = self.through_antenna(state.temperature)[pick] + 273.15
        surface, quality = coarse_flags(shares, truth, rng)
        overpass = Overpass(orbit.number, orbit.descending, grid.coarse_factor, pick)
        misfit = self.uncertain_errors.misfit(overpass, moisture, shares, surface, quality)
        values = retrieval_values(moisture, kelvin, shares, surface, quality, rng, misfit)
        values["tb_time_seconds"] = (
            orbit.seconds[pick] + seconds_since_epoch(orbit.crossing) + TIME_SD_S * rng.standard_normal(rows.size)
        )
        row = area.rows(grid)[:: grid.coarse_factor][rows]
        column = area.columns(grid)[:: grid.coarse_factor][columns]
        return HalfOrbitObservation(row, column, values)
