"""What does not change in a simulated world: relief, texture of the soil, water, cities, vegetation.

The pattern of soil moisture is nested as field studies find it: 2-12 km within watersheds, 20-120 km regionally, and
gradients of the climate beyond. Valleys are wetter than ridges, and soils differ between parent materials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.special import ndtri

from smen.simulation.random_fields import PeriodicLattice, Stream, random_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.simulation.climate import Climate

SMALL_SCALES = ((0.35, 4.0), (0.65, 12.0))
"""Shares of variance and correlation lengths (km) of the pattern within watersheds."""

REGIONAL_KM, GRADIENT_KM = 60.0, 300.0
"""Correlation lengths of parent material and of climate."""

VALLEY_SHARE = 0.35
"""Share of the small-scale variance that follows the relief."""

DENSE_VEGETATION = 5.0
"""Vegetation water content in kg/m2 from which SMAP calls vegetation dense (`VWCLowerThreshold` in real metadata)."""

MOST_VEGETATION = 15.0
"""Greatest vegetation water content, kg/m2."""


@dataclass(frozen=True)
class Land:
    """The unchanging part of a world; fields are (height, width).

    Attributes:
        elevation: metres above the mean of the region, float32.
        small: standardised small-scale pattern, float32, mean 0 and sd 1.
        moving: a second such pattern, whose weight changes with wetness.
        regional: pattern of 20-120 km, mean 0 and expected sd 1.
        gradient: pattern beyond that, likewise; the climate gives the region's mean.
        drying: factor on the drying time, median about 1.
        water: open water.
        urban: cities.
        mountains: mountainous terrain.
        vegetation: vegetation water content, kg/m2, the same all year.
    """

    elevation: NDArray[np.float32]
    small: NDArray[np.float32]
    moving: NDArray[np.float32]
    regional: NDArray[np.float32]
    gradient: NDArray[np.float32]
    drying: NDArray[np.float32]
    water: NDArray[np.bool_]
    urban: NDArray[np.bool_]
    mountains: NDArray[np.bool_]
    vegetation: NDArray[np.float32]

    @property
    def recommended(self) -> NDArray[np.bool_]:
        """Cells whose land cover allows a recommended retrieval at 3 km, (height, width)."""
        return ~(self.water | self.urban | self.mountains | (self.vegetation > DENSE_VEGETATION))


def _standardise(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a field shifted and scaled to mean 0 and standard deviation 1."""
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def _greatest(field: NDArray[np.float32], share: float) -> NDArray[np.bool_]:
    """Return the cells whose values are the greatest `share` of all."""
    if share <= 0:
        return np.zeros(field.shape, bool)
    return np.asarray(field > np.quantile(field, 1 - share))


def make_land(area: Window, name: str, climate: Climate, seed: int) -> Land:
    """Make the land of a world; it depends on these arguments alone.

    Args:
        area: cells of M03 on which it is given.
        name: name of the region, part of the seed.
        climate: shares of land cover, relief and standard deviations of the patterns.
        seed: seed of the world.
    """
    lattice = PeriodicLattice.over(area)
    rng = random_stream(seed, name, Stream.LAND)
    texture, moving = lattice.two_fields(rng, lattice.amplitudes(SMALL_SCALES))
    regional, gradient = (
        lattice.two_fields(rng, lattice.amplitudes([(1.0, length)]))[0] for length in (REGIONAL_KM, GRADIENT_KM)
    )
    relief, roughness = lattice.two_fields(rng, lattice.amplitudes([(0.8, 90.0), (0.2, 15.0)]))
    towns, greenness = lattice.two_fields(rng, lattice.amplitudes([(0.6, 10.0), (0.4, 60.0)]))
    drying, _ = lattice.two_fields(rng, lattice.amplitudes([(0.5, 8.0), (0.5, 80.0)]))

    height = _standardise(relief)
    smoothed = ndimage.gaussian_filter(height, 1.0)
    valley = _standardise(ndimage.laplace(smoothed))
    gradient_y, gradient_x = np.gradient(smoothed)
    ruggedness = _standardise(ndimage.gaussian_filter(np.hypot(gradient_y, gradient_x), 2.0)) + 0.8 * height
    mountains = _greatest(ruggedness + 0.1 * roughness, climate.mountains)
    lowland = _standardise(ndimage.gaussian_filter(valley, 1.0)) - 0.7 * height
    water = _greatest(lowland, climate.water)
    urban = _greatest(towns - 0.3 * height, climate.urban) & ~water & ~mountains
    # log-normal, with the sd for which the share `dense` exceeds the threshold
    log_sd = np.log(DENSE_VEGETATION / climate.vegetation) / ndtri(1 - climate.dense)
    vegetation = climate.vegetation * np.exp(log_sd * _standardise(greenness + 0.5 * height))
    return Land(
        elevation=(climate.relief_m * height).astype(np.float32),
        small=_standardise(np.sqrt(1 - VALLEY_SHARE) * _standardise(texture) + np.sqrt(VALLEY_SHARE) * valley),
        moving=_standardise(moving),
        regional=regional - regional.mean(),
        gradient=gradient - gradient.mean(),
        drying=np.exp(climate.drying_log_sd * _standardise(drying)).astype(np.float32),
        water=water,
        urban=urban,
        mountains=mountains,
        vegetation=np.minimum(vegetation, MOST_VEGETATION).astype(np.float32),
    )
