"""What SPL2SMAP_S says of a simulated world: one rectangle at 3 km for each frame of a Sentinel-1 strip.

The product takes the level from SMAP's radiometer and the detail from Sentinel-1's radar (Das et al. 2019, Remote Sens.
Environ. 233, 111380). So here: what is smooth comes from the truth at SMAP's time, with part of the radiometer's error;
what is finer than the footprint comes from the truth at Sentinel-1's time; and the radar adds noise of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.special import ndtri

from smen.grid import M03, M36
from smen.products.flags import SurfaceFlag
from smen.simulation.land import DENSE_VEGETATION
from smen.simulation.random_fields import Torus, stream
from smen.simulation.sensors import FOOTPRINT_KM, RAIN_MM, RING_CELLS, Radiometer, seconds_since_epoch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.overpasses import HalfOrbit, Pass
    from smen.simulation.soil import State, World

SHARED = 0.8
"""Share of the radiometer's error that is in the disaggregated product as well (judgement)."""

WHITE_SHARE = 0.6
NOISE_KM = 5.0
"""The radar's noise: this share of its variance is white, the rest has this length."""

ANOMALOUS_SHARE = 0.005
"""Share of cells whose backscatter is anomalous."""

PARTIAL_SHARE = 0.15
"""Share of passes of which a frame is missing."""

SCENE_STREAM, SUPPORT_STREAM = 7, 8


@dataclass(frozen=True)
class Scene:
    """One granule's worth: 2-D datasets on a rectangle of M03 cells.

    Attributes:
        platform: satellite and mode as in file names.
        smap_time: when SMAP passes the scene's middle, datetime64[s].
        sentinel1_time: when Sentinel-1 does.
        longitude: of the south-western corner, degrees.
        latitude: likewise.
        values: dataset name to values, (rows, columns) of the rectangle; fill outside the strip.
    """

    platform: str
    smap_time: np.datetime64
    sentinel1_time: np.datetime64
    longitude: float
    latitude: float
    values: dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Disaggregation:
    """The 3 km product over a world."""

    world: World
    radiometer: Radiometer

    @cached_property
    def _sigmas(self) -> tuple[float, float]:
        dy, dx = (float(lengths.mean()) for lengths in self.world.area.cell_lengths_km())
        return FOOTPRINT_KM["SPL2SMP"] / 2.3548 / dy, FOOTPRINT_KM["SPL2SMP"] / 2.3548 / dx

    @cached_property
    def _land(self) -> NDArray[np.float32]:
        return (~self.world.land.water).astype(np.float32)

    @cached_property
    def _weight(self) -> NDArray[np.float32]:
        return np.maximum(self._blur(self._land), 1e-3)

    def _blur(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(ndimage.gaussian_filter(field, self._sigmas, mode="nearest", truncate=3.0), np.float32)

    def _smooth(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        """A field as the radiometer sees it, over land alone."""
        return self._blur(field * self._land) / self._weight

    @cached_property
    def noise_sd(self) -> NDArray[np.float32]:
        """Standard deviation of the product's own noise: greater where vegetation hides the ground. Mean as given."""
        vegetation = self.world.land.vegetation
        factor = 0.75 + 0.25 * np.minimum(vegetation / max(self.world.climate.vegetation, 0.1), 3.0)
        return np.asarray(self.world.climate.fine_noise * factor / factor.mean(), np.float32)

    @cached_property
    def _torus(self) -> Torus:
        return Torus.over(self.world.area, margin=16)

    @cached_property
    def _amplitudes(self) -> NDArray[np.float32]:
        return self._torus.amplitudes([(1.0, NOISE_KM)])

    def scenes(self, one: Pass, orbit: HalfOrbit, at_smap: State, at_sentinel1: State) -> list[Scene]:
        """The scenes of a Sentinel-1 pass in and around the window, one a frame.

        Args:
            one: the pass.
            orbit: the SMAP half-orbit that it is combined with, on M36.
            at_smap: the world at the half-orbit's time.
            at_sentinel1: the world at the pass's time.
        """
        covered = np.repeat(np.repeat(orbit.seen, M36.nesting, 0), M36.nesting, 1)
        covered[:RING_CELLS] = covered[-RING_CELLS:] = False
        covered[:, :RING_CELLS] = covered[:, -RING_CELLS:] = False
        strip = (one.cells >= 0) & covered
        frames = np.unique(one.cells[strip & (ndimage.minimum_filter(strip, 3))])
        if not frames.size:
            return []
        key = int(one.time.astype("datetime64[s]").astype(np.int64) % 2**32)
        rng = stream(self.world.seed, self.world.name, SCENE_STREAM, key)
        partial, which = rng.random(2)
        if partial < PARTIAL_SHARE and frames.size > 1:
            frames = np.delete(frames, int(which * frames.size))
        fields = self._fields(orbit, at_smap, at_sentinel1, rng)
        found = []
        for frame in frames:
            mask = strip & (one.cells == frame)
            if mask.sum() >= 50:
                found.append(self._cut(mask, fields, one, orbit))
        return found

    def _fields(
        self, orbit: HalfOrbit, at_smap: State, at_sentinel1: State, rng: np.random.Generator
    ) -> dict[str, NDArray[np.generic]]:
        """All datasets on the whole area, without regard to the strip."""
        land = self.world.land
        error = SHARED * self.radiometer.spread(self.radiometer.error(orbit), M03.nesting)
        smooth = self._smooth(at_smap.moisture) + error
        detail = at_sentinel1.moisture - self._smooth(at_sentinel1.moisture)
        white = rng.standard_normal(land.water.shape, np.float32)
        coloured, patches = self._torus.pair(rng, self._amplitudes)
        noise = np.float32(np.sqrt(WHITE_SHARE)) * white + np.float32(np.sqrt(1 - WHITE_SHARE)) * coloured
        moisture = np.clip(smooth + detail + self.noise_sd * noise, 0.01, 0.75)
        surface, quality = self._flags(at_sentinel1, patches)
        kelvin = at_smap.temperature + 273.15
        opacity = 0.11 * land.vegetation
        shade = np.exp(-2 * opacity)
        lost = (quality & 2) > 0
        return {
            "soil_moisture_3km": np.where(lost, -9999.0, moisture),
            "soil_moisture_apm_3km": np.where(lost, -9999.0, moisture),
            "soil_moisture_std_dev_3km": np.where(lost, -9999.0, self.noise_sd),
            "retrieval_qual_flag_3km": quality,
            "retrieval_qual_flag_apm_3km": quality,
            "surface_flag_3km": surface,
            "surface_temperature_3km": kelvin,
            "tb_v_disaggregated_3km": kelvin * (1 - (0.05 + 0.62 * moisture) * shade),
            "sigma0_vv_aggregated_3km": 10 ** (-1.35 + 1.2 * moisture - 0.05 * opacity + 0.01 * white),
            "albedo_3km": np.full(moisture.shape, 0.05),
            "vegetation_water_content_3km": land.vegetation,
        }

    def _flags(self, state: State, patches: NDArray[np.float32]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Surface and quality flags at 3 km. Cells of water carry no retrieval, doubtful ones are not recommended."""
        land, bit = self.world.land, SurfaceFlag
        frozen = state.temperature < 0
        anomalous = patches > ndtri(1 - ANOMALOUS_SHARE)
        conditions = {
            bit.STATIC_WATER | bit.RADAR_WATER: land.water,
            bit.COAST: ndimage.binary_dilation(land.water) & ~land.water,
            bit.URBAN: land.urban,
            bit.SNOW: state.snow,
            bit.FROZEN_OBSERVED | bit.FROZEN_MODEL: frozen,
            bit.MOUNTAINS: land.mountains,
            bit.DENSE_VEGETATION: land.vegetation > DENSE_VEGETATION,
            bit.ANOMALOUS_SIGMA0: anomalous,
        }
        if state.rain is not None:
            conditions[bit.PRECIPITATION] = state.rain > 3 * RAIN_MM
        surface = np.zeros(land.water.shape, np.uint16)
        doubtful = np.zeros(land.water.shape, bool)
        for bits, where in conditions.items():
            surface[where] |= int(bits)
            if bits not in (bit.COAST, bit.PRECIPITATION):
                doubtful |= where
        quality = np.where(doubtful, 1, 0) | np.where(land.water, 7, 0) | np.where(frozen, 8, 0)
        return surface, quality.astype(np.uint16)

    def _cut(
        self, mask: NDArray[np.bool_], fields: dict[str, NDArray[np.generic]], one: Pass, orbit: HalfOrbit
    ) -> Scene:
        """One frame: the smallest rectangle around its cells, fill outside of them."""
        area = self.world.area
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        inside = mask[box]
        values = {}
        for name, field in fields.items():
            fill = 65534 if field.dtype == np.uint16 else -9999.0
            values[name] = np.where(inside, field[box], np.asarray(fill, field.dtype))
        edge = inside & ~ndimage.binary_erosion(inside)
        values["surface_flag_3km"] = np.where(
            edge, values["surface_flag_3km"] | int(SurfaceFlag.NADIR_OR_SCENE_EDGE), values["surface_flag_3km"]
        )
        row, column = np.meshgrid(area.rows()[box[0]], area.columns()[box[1]], indexing="ij")
        longitude, latitude = np.meshgrid(area.longitudes[box[1]], area.latitudes[box[0]])
        seconds = np.repeat(np.repeat(orbit.seconds, M36.nesting, 0), M36.nesting, 1)[box]
        smap = orbit.crossing + np.timedelta64(round(float(np.median(seconds[inside])) * 1000), "ms")
        sentinel1 = one.time + np.timedelta64(round(float(np.median(one.times[box][inside])) * 1000), "ms")
        hours = float((smap - sentinel1) / np.timedelta64(1, "h"))
        values |= {
            "EASE_row_index_3km": np.where(inside, row, 65534),
            "EASE_column_index_3km": np.where(inside, column, 65534),
            "latitude_3km": latitude,
            "longitude_3km": longitude,
            "spacecraft_overpass_time_seconds_3km": np.where(
                inside, seconds + seconds_since_epoch(orbit.crossing), -9999.0
            ),
            "SMAP_Sentinel-1_overpass_timediff_hr_3km": np.where(inside, hours, -9999.0),
        }
        return Scene(
            platform=one.platform,
            smap_time=smap.astype("datetime64[s]"),
            sentinel1_time=sentinel1.astype("datetime64[s]"),
            longitude=float(longitude.min()),
            latitude=float(latitude.min()),
            values=values,
        )
