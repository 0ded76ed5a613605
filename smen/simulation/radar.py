"""The SMAP/Sentinel-1 product over a simulated world: soil moisture at 3 km along the strips of Sentinel-1.

The product takes the level from SMAP's radiometer and the detail from Sentinel-1's radar (Das et al. 2019, Remote Sens.
Environ. 233, 111380). Accordingly, what is smooth comes from the truth at SMAP's time, with part of the radiometer's
error; what is finer than the footprint comes from the truth at Sentinel-1's time; and the radar adds its own noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.special import ndtri

from smen.grid import M03, M36
from smen.products.conventions import FLOAT_FILL
from smen.products.flags import RetrievalFlag
from smen.simulation.antenna import FOOTPRINT_KM, HALF_POWER_SIGMAS, LEAST_LAND, RING_CELLS
from smen.simulation.random_fields import PeriodicLattice, Stream, random_stream
from smen.simulation.retrieval_values import OPACITY_PER_VEGETATION
from smen.simulation.scene_cutting import SceneObservation, cut_scene
from smen.simulation.surface_flags import fine_flags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.coarse_error import CoarseError
    from smen.simulation.sentinel1_overpasses import Sentinel1Pass
    from smen.simulation.smap_overpasses import SimulatedHalfOrbit
    from smen.simulation.world import World, WorldState

SHARED_ERROR = 0.8
"""Share of the radiometer's error that is in the disaggregated product as well (judgement)."""

WHITE_SHARE = 0.6
NOISE_KM = 5.0
"""The radar's noise: this share of its variance is white, the rest has this correlation length."""

MOISTURE_RANGE = (0.01, 0.75)
"""Least and greatest soil moisture of the product, m3/m3 (attribute `valid_max`)."""

ANOMALOUS_SHARE = 0.005
"""Share of cells whose backscatter is anomalous."""

PARTIAL_SHARE = 0.15
"""Share of overpasses of which a frame is missing."""

LEAST_CELLS = 50
"""Frames with fewer cells in the area do not become a scene."""


@dataclass(frozen=True)
class RadarProduct:
    """The 3 km product over a world.

    Attributes:
        world: what is observed.
        errors: errors of the radiometer's retrievals, part of which the product shares.
    """

    world: World
    errors: CoarseError

    @cached_property
    def _sigmas(self) -> tuple[float, float]:
        """Standard deviations of the footprint along rows and columns, in cells of M03."""
        dy, dx = (float(lengths.mean()) for lengths in self.world.area.cell_lengths_km())
        return FOOTPRINT_KM["SPL2SMP"] / HALF_POWER_SIGMAS / dy, FOOTPRINT_KM["SPL2SMP"] / HALF_POWER_SIGMAS / dx

    @cached_property
    def _land(self) -> NDArray[np.float32]:
        return (~self.world.land.water).astype(np.float32)

    @cached_property
    def _land_weight(self) -> NDArray[np.float32]:
        return np.maximum(self._blur(self._land), LEAST_LAND)

    def _blur(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(ndimage.gaussian_filter(field, self._sigmas, mode="nearest", truncate=3.0), np.float32)

    def smooth(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average a field, (height, width) of the area, over the radiometer's footprint, over land alone."""
        return self._blur(field * self._land) / self._land_weight

    @cached_property
    def noise_sd(self) -> NDArray[np.float32]:
        """Standard deviation of the radar's noise, m3/m3, (height, width): greater under vegetation."""
        vegetation = self.world.land.vegetation
        factor = 0.75 + 0.25 * np.minimum(vegetation / max(self.world.climate.vegetation, 0.1), 3.0)
        return np.asarray(self.world.climate.fine_noise * factor / factor.mean(), np.float32)

    @cached_property
    def _lattice(self) -> PeriodicLattice:
        return PeriodicLattice.over(self.world.area, margin=16)

    @cached_property
    def _noise_amplitudes(self) -> NDArray[np.float32]:
        return self._lattice.amplitudes([(1.0, NOISE_KM)])

    def scenes(
        self, overpass: Sentinel1Pass, orbit: SimulatedHalfOrbit, at_smap: WorldState, at_sentinel1: WorldState
    ) -> list[SceneObservation]:
        """Return the scenes of a Sentinel-1 overpass in and around the window, one a frame.

        Args:
            overpass: the Sentinel-1 overpass.
            orbit: the SMAP half-orbit that it is combined with, on M36.
            at_smap: the world at the half-orbit's time.
            at_sentinel1: the world at the overpass's time.
        """
        covered = np.repeat(np.repeat(orbit.seen, M36.coarse_factor, 0), M36.coarse_factor, 1)
        covered[:RING_CELLS] = covered[-RING_CELLS:] = False
        covered[:, :RING_CELLS] = covered[:, -RING_CELLS:] = False
        strip = (overpass.frames >= 0) & covered
        frames = np.unique(overpass.frames[strip & (ndimage.minimum_filter(strip, 3))])
        if not frames.size:
            return []
        key = int(overpass.time.astype("datetime64[s]").astype(np.int64) % 2**32)
        rng = random_stream(self.world.seed, self.world.name, Stream.SCENE, key)
        partial, missing = rng.random(2)
        if partial < PARTIAL_SHARE and frames.size > 1:
            frames = np.delete(frames, int(missing * frames.size))
        fields = self._fields(orbit, at_smap, at_sentinel1, rng)
        masks = [strip & (overpass.frames == frame) for frame in frames]
        return [
            cut_scene(mask, fields, overpass, orbit, self.world.area) for mask in masks if mask.sum() >= LEAST_CELLS
        ]

    def _fields(
        self,
        orbit: SimulatedHalfOrbit,
        at_smap: WorldState,
        at_sentinel1: WorldState,
        rng: np.random.Generator,
    ) -> dict[str, NDArray[np.generic]]:
        """Compute all datasets on the whole area, whatever the strip covers of it."""
        land = self.world.land
        error = SHARED_ERROR * self.errors.interpolated(orbit.number, orbit.descending, M03.coarse_factor)
        smooth = self.smooth(at_smap.moisture) + error
        detail = at_sentinel1.moisture - self.smooth(at_sentinel1.moisture)
        white = rng.standard_normal(land.water.shape, np.float32)
        correlated, patches = self._lattice.two_fields(rng, self._noise_amplitudes)
        noise = np.float32(np.sqrt(WHITE_SHARE)) * white + np.float32(np.sqrt(1 - WHITE_SHARE)) * correlated
        moisture = np.clip(smooth + detail + self.noise_sd * noise, *MOISTURE_RANGE)
        surface, quality = fine_flags(land, at_sentinel1, patches > ndtri(1 - ANOMALOUS_SHARE))
        kelvin = at_smap.temperature + 273.15
        opacity = OPACITY_PER_VEGETATION * land.vegetation
        transmissivity = np.exp(-2 * opacity)
        skipped = (quality & RetrievalFlag.SKIPPED) > 0
        return {
            "soil_moisture_3km": np.where(skipped, FLOAT_FILL, moisture),
            "soil_moisture_apm_3km": np.where(skipped, FLOAT_FILL, moisture),
            "soil_moisture_std_dev_3km": np.where(skipped, FLOAT_FILL, self.noise_sd),
            "retrieval_qual_flag_3km": quality,
            "retrieval_qual_flag_apm_3km": quality,
            "surface_flag_3km": surface,
            "surface_temperature_3km": kelvin,
            "tb_v_disaggregated_3km": kelvin * (1 - (0.05 + 0.62 * moisture) * transmissivity),
            "sigma0_vv_aggregated_3km": 10 ** (-1.35 + 1.2 * moisture - 0.05 * opacity + 0.01 * white),
            "albedo_3km": np.full(moisture.shape, 0.05),
            "vegetation_water_content_3km": land.vegetation,
        }
