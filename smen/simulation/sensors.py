"""What SMAP's radiometer says of a simulated world: soil moisture and flags on the 36 km (or 9 km) grid.

A retrieval is the truth seen through the antenna's footprint (a Gaussian of about 40 km between its half-power
points), averaged over the cell, plus a static bias of each cell, plus noise that varies smoothly over cells: the real
36 km semivariances leave no room for noise that is independent from cell to cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M36, Window
from smen.products.conventions import EPOCH
from smen.products.flags import SurfaceFlag
from smen.products.product_tables import product
from smen.simulation.land import DENSE_VEGETATION
from smen.simulation.random_fields import Torus, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.overpasses import HalfOrbit
    from smen.simulation.soil import State, World

FOOTPRINT_KM = {"SPL2SMP": 42.0, "SPL2SMP_E": 38.0}
"""Between half-power points: the antenna's 38 x 47 km, and what interpolation to the 9 km grid makes of it."""

RING_CELLS = 12
"""M03 cells at the edge of the area that are only there for the footprints of the cells further in."""

NOISE_KM = ((0.5, 120.0), (0.5, 400.0))
"""Shares and lengths of the noise's Gaussian covariance."""
EVENING_NOISE = 1.2
"""Factor on the noise at 6 pm, when soil and canopy differ in temperature."""
BIAS_KM = ((1.0, 80.0),)

BIAS_STREAM, NOISE_STREAM = 5, 6
WATER, URBAN, MOUNTAINS, FROZEN, SKIP = 0.05, 0.25, 0.3, 0.05, 0.5
"""Shares of a cell from which its retrieval is not recommended, and from which it is skipped; from the thresholds in
`/Metadata/ProcessStep` of the real half-orbit (for mountains SMAP uses the slope: the share is judgement)."""
RAIN_MM = 3.0
"""Mean rain in the 12 hours before from which it may still rain at the overpass."""
LEAST = 0.02
"""Retrievals end here (valid minimum)."""


@dataclass(frozen=True)
class Observation:
    """One half-orbit's look at a region: a list of n cells, column by column as in the real product.

    Attributes:
        row: on the product's grid, int64.
        column: likewise.
        values: dataset name to values, (n,) or (n, 3); what is not given is fill.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    values: dict[str, NDArray[np.generic]]


def interpolation(size: int, nesting: int) -> NDArray[np.float32]:
    """Matrix (size * nesting, size) that interpolates linearly from centres of coarse cells to those of fine ones."""
    at = np.clip((np.arange(size * nesting) + 0.5) / nesting - 0.5, 0, size - 1)
    low = np.minimum(at.astype(int), max(size - 2, 0))
    matrix = np.zeros((size * nesting, size), np.float32)
    rows = np.arange(size * nesting)
    matrix[rows, low] = 1 - (at - low)
    if size > 1:
        matrix[rows, low + 1] = at - low
    return matrix


def _footprint(size: int, nesting: int, cell_km: float, footprint_km: float) -> NDArray[np.float32]:
    """Matrix (size / nesting, size) of the weights of fine cells in coarse ones, along one axis."""
    sigma = footprint_km / 2.3548 / cell_km
    distance = np.arange(size)[:, None] - np.arange(size)[None, :]
    blur = np.exp(-0.5 * (distance / sigma) ** 2)
    weights = blur.reshape(size // nesting, nesting, size).mean(1)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Radiometer:
    """SMAP over a world, for one of the two radiometer products.

    Attributes:
        world: what it sees.
        short_name: ``SPL2SMP`` or ``SPL2SMP_E``.
    """

    world: World
    short_name: str = "SPL2SMP"

    @cached_property
    def operators(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Footprint and cell mean along rows and along columns."""
        area, nesting = self.world.area, product(self.short_name).grid.nesting
        dy, dx = (float(lengths.mean()) for lengths in area.cell_lengths_km())
        km = FOOTPRINT_KM[self.short_name]
        return _footprint(area.height, nesting, dy, km), _footprint(area.width, nesting, dx, km)

    def seen(self, field: NDArray[np.generic]) -> NDArray[np.float32]:
        """A field as the antenna sees it, on the product's cells of the whole area."""
        rows, columns = self.operators
        return np.asarray(rows @ field.astype(np.float32) @ columns.T, np.float32)

    @cached_property
    def _land(self) -> NDArray[np.float32]:
        return (~self.world.land.water).astype(np.float32)

    @cached_property
    def shares(self) -> dict[str, NDArray[np.float32]]:
        """Shares of water, cities and mountains and the mean vegetation, as the antenna sees them."""
        land = self.world.land
        fields = {"water": land.water, "urban": land.urban, "mountains": land.mountains, "vegetation": land.vegetation}
        return {key: self.seen(field) for key, field in fields.items()}

    def moisture(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        """Soil moisture as the antenna sees it: over land alone, as the product corrects for open water."""
        weight = np.maximum(self.seen(self._land), 1e-3)
        return np.asarray(self.seen(field * self._land) / weight, np.float32)

    @cached_property
    def _lattice(self) -> Torus:
        """A lattice of M36 cells over the area, for errors."""
        dy, dx = (float(lengths.mean()) * M36.nesting for lengths in self.world.area.cell_lengths_km())
        height, width = (size // M36.nesting for size in self.world.area.shape)
        return Torus(height, width, dy, dx, margin=20)

    @cached_property
    def _bias(self) -> NDArray[np.float32]:
        rng = stream(self.world.seed, self.world.name, BIAS_STREAM)
        return self.world.climate.coarse_bias * self._lattice.pair(rng, self._lattice.amplitudes(BIAS_KM, True))[0]

    @cached_property
    def _noise(self) -> NDArray[np.float32]:
        return self.world.climate.coarse_noise * self._lattice.amplitudes(NOISE_KM, smooth=True)

    def error(self, orbit: HalfOrbit) -> NDArray[np.float32]:
        """Error of one half-orbit on the area's M36 cells: the static bias and this overpass's noise, m3/m3."""
        rng = stream(self.world.seed, self.world.name, NOISE_STREAM, orbit.number, int(orbit.descending))
        noise = self._lattice.pair(rng, self._noise)[0]
        return np.asarray(self._bias + noise * (1.0 if orbit.descending else EVENING_NOISE), np.float32)

    def spread(self, error: NDArray[np.float32], nesting: int) -> NDArray[np.float32]:
        """An error on M36 cells, interpolated to a finer grid of the area."""
        factor = M36.nesting // nesting
        down, right = (interpolation(size, factor) for size in error.shape)
        return np.asarray(down @ error @ right.T, np.float32)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """The product's cells in and around the window: those whose footprints lie in the area."""
        nesting = product(self.short_name).grid.nesting
        ring = RING_CELLS // nesting
        mask = np.zeros((self.world.area.height // nesting, self.world.area.width // nesting), bool)
        mask[ring:-ring, ring:-ring] = True
        return mask

    def observe(self, orbit: HalfOrbit, state: State) -> Observation | None:
        """What a half-orbit says; None where it sees no cell in or around the window.

        Args:
            orbit: the half-orbit, on this product's grid.
            state: the world at 6 am or 6 pm of the overpass's local solar day.
        """
        chosen = orbit.seen & self.inside
        if not chosen.any():
            return None
        grid = product(self.short_name).grid
        columns, rows = np.nonzero(chosen.T)
        pick = rows, columns
        area: Window = self.world.area
        rng = stream(self.world.seed, self.world.name, NOISE_STREAM, orbit.number, int(orbit.descending), 1)
        shares = {key: field[pick] for key, field in self.shares.items()}
        shares["frozen"] = self.seen(state.temperature < 0)[pick]
        shares["snow"] = self.seen(state.snow)[pick]
        raining = rng.random() < 0.3
        shares["rain"] = self.seen(state.rain)[pick] * raining if state.rain is not None else 0 * shares["snow"]
        truth = self.moisture(state.moisture)[pick]
        moisture = np.maximum(truth + self.spread(self.error(orbit), grid.nesting)[pick], LEAST)
        kelvin = self.seen(state.temperature)[pick] + 273.15
        surface, quality = _flags(shares, truth, rng)
        values = _datasets(moisture, kelvin, shares, surface, quality, rng)
        values["tb_time_seconds"] = (
            orbit.seconds[pick] + seconds_since_epoch(orbit.crossing) + 0.4 * rng.standard_normal(rows.size)
        )
        row = area.rows(grid)[:: grid.nesting][rows]
        column = area.columns(grid)[:: grid.nesting][columns]
        return Observation(row, column, values)


def seconds_since_epoch(time: np.datetime64) -> float:
    """Seconds as the products count them, of a UTC time."""
    return float((time - EPOCH) / np.timedelta64(1, "ms")) / 1000


def _flags(
    shares: dict[str, NDArray[np.float32]], truth: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Surface and quality flags. Ground that is very dry is at times taken for frozen, as in real deserts in summer."""
    n = truth.size
    bit = SurfaceFlag
    mistaken = (truth < 0.06) & (rng.random(n) < 0.25)
    conditions = {
        bit.STATIC_WATER | bit.RADAR_WATER: shares["water"] > WATER,
        bit.COAST: shares["water"] > 4 * WATER,
        bit.URBAN: shares["urban"] > URBAN,
        bit.PRECIPITATION: shares["rain"] > RAIN_MM,
        bit.SNOW: shares["snow"] > FROZEN,
        bit.FROZEN_OBSERVED: (shares["frozen"] > FROZEN) | mistaken,
        bit.FROZEN_MODEL: shares["frozen"] > FROZEN,
        bit.MOUNTAINS: shares["mountains"] > MOUNTAINS,
        bit.DENSE_VEGETATION: shares["vegetation"] > DENSE_VEGETATION,
    }
    surface = np.zeros(n, np.uint16)
    doubtful = np.zeros(n, bool)
    for bits, where in conditions.items():
        surface[where] |= int(bits)
        if bits != bit.FROZEN_OBSERVED:
            doubtful |= where
    skipped = (shares["water"] > SKIP) | (shares["frozen"] > SKIP) | (shares["snow"] > SKIP)
    failed = doubtful & (rng.random(n) < 0.12)
    quality = np.where(doubtful, 1, 0) | np.where(skipped, 7, 0) | np.where(failed, 4, 0)
    quality |= np.where(surface & int(bit.FROZEN_OBSERVED), 8, 0)
    return surface, quality.astype(np.uint16)


def _datasets(
    moisture: NDArray[np.float32],
    kelvin: NDArray[np.float32],
    shares: dict[str, NDArray[np.float32]],
    surface: NDArray[np.uint16],
    quality: NDArray[np.uint16],
    rng: np.random.Generator,
) -> dict[str, NDArray[np.generic]]:
    """All datasets that follow from the retrieval: a plain tau-omega picture with constant roughness."""
    n = moisture.size
    opacity = 0.11 * shares["vegetation"]
    shade = np.exp(-2 * opacity)
    tb_h = kelvin * (1 - (0.12 + 0.95 * moisture) * shade)
    tb_v = kelvin * (1 - (0.05 + 0.62 * moisture) * shade)
    none = (quality & 2) > 0
    options = {"": 0.0, "_option1": -0.012, "_option2": -0.006, "_option3": 0.0}
    values: dict[str, NDArray[np.generic]] = {}
    for option, shift in options.items():
        values["soil_moisture" + option] = np.where(none, -9999.0, np.maximum(moisture + shift * shade, LEAST))
        values["retrieval_qual_flag" + option] = quality
        if option != "_option2":
            values["vegetation_opacity" + option] = np.where(none, -9999.0, opacity)
    values["vegetation_opacity_option2"] = values["vegetation_opacity"]
    noise = rng.standard_normal((4, n))
    values |= {
        "surface_flag": surface,
        "grid_surface_status": (shares["water"] > SKIP).astype(np.uint16),
        "surface_temperature": kelvin,
        "tb_h_corrected": tb_h + 0.5 * noise[0],
        "tb_v_corrected": tb_v + 0.5 * noise[1],
        "tb_h_uncorrected": tb_h * (1 - 0.4 * shares["water"]) + 0.5 * noise[0],
        "tb_v_uncorrected": tb_v * (1 - 0.3 * shares["water"]) + 0.5 * noise[1],
        "tb_3_corrected": 0.3 * noise[2],
        "tb_4_corrected": 0.3 * noise[3],
        "vegetation_water_content": shares["vegetation"],
        "static_water_body_fraction": shares["water"],
        "radar_water_body_fraction": shares["water"],
        "surface_water_fraction_mb_h": shares["water"],
        "surface_water_fraction_mb_v": shares["water"],
        "freeze_thaw_fraction": shares["frozen"],
        "albedo": np.full(n, 0.05),
        "roughness_coefficient": np.full(n, 0.11),
        "boresight_incidence": np.full(n, 40.0),
        "landcover_class": np.tile(np.array([10, 12, 7], np.uint8), (n, 1)),
        "landcover_class_fraction": np.tile([0.6, 0.3, 0.1], (n, 1)),
    }
    values |= {f"tb_qual_flag_{channel}": np.zeros(n, np.uint16) for channel in "34hv"}
    return values
