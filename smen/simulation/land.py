"""What does not change in a simulated world: relief, texture of the soil, water, cities, vegetation.

The pattern of soil moisture is nested, as it is found in the field (2-12 km within watersheds, 20-120 km regionally,
the climate's own gradient beyond): valleys are wetter than ridges, soils differ from one parent material to another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.special import ndtri

from smen.simulation.random_fields import Torus, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.simulation.climate import Climate

STATIC_STREAM = 1
"""First number in the key of all streams here; days and sensors have others."""

SMALL_SCALES = ((0.35, 4.0), (0.65, 12.0))
"""Shares and correlation lengths (km) of the pattern within watersheds."""

REGIONAL_KM, GRADIENT_KM = 60.0, 300.0
"""Correlation lengths of parent material and of climate."""

VALLEY_SHARE = 0.35
"""Share of the small-scale variance that follows the relief."""

DENSE_VEGETATION = 5.0
"""Vegetation water content in kg/m2 from which SMAP calls vegetation dense (`VWCLowerThreshold` in real metadata)."""


@dataclass(frozen=True)
class Land:
    """The unchanging part of a world; fields are (height, width).

    Attributes:
        elevation: metres above the mean of the region, float32.
        small: standardised small-scale pattern, float32, mean 0 and sd 1.
        moving: a second such pattern, which takes part as wetness changes.
        regional: standardised pattern of 20-120 km.
        gradient: standardised pattern beyond that, with mean 0 here: the climate says the region's mean.
        drying: factor on the drying time, mean about 1.
        water: open water.
        urban: cities.
        mountains: mountainous terrain.
        vegetation: mean vegetation water content, kg/m2.
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
    def good(self) -> NDArray[np.bool_]:
        """Where the ground itself does not speak against a retrieval at 3 km."""
        return ~(self.water | self.urban | self.mountains | (self.vegetation > DENSE_VEGETATION))


def _standard(field: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def _upper(field: NDArray[np.float32], share: float) -> NDArray[np.bool_]:
    """The cells whose values are the greatest `share` of all."""
    if share <= 0:
        return np.zeros(field.shape, bool)
    return np.asarray(field > np.quantile(field, 1 - share))


def make_land(area: Window, name: str, climate: Climate, seed: int) -> Land:
    """The land of a world, from its seed and its region's name alone."""
    torus = Torus.over(area)
    rng = stream(seed, name, STATIC_STREAM)
    small = torus.amplitudes(SMALL_SCALES)
    texture, moving = torus.pair(rng, small)
    regional, gradient = (
        torus.pair(rng, torus.amplitudes([(1.0, length)]))[0] for length in (REGIONAL_KM, GRADIENT_KM)
    )
    relief, roughness = torus.pair(rng, torus.amplitudes([(0.8, 90.0), (0.2, 15.0)]))
    towns, greenness = torus.pair(rng, torus.amplitudes([(0.6, 10.0), (0.4, 60.0)]))
    drying, _ = torus.pair(rng, torus.amplitudes([(0.5, 8.0), (0.5, 80.0)]))

    height = _standard(relief)
    smoothed = ndimage.gaussian_filter(height, 1.0)
    valley = _standard(ndimage.laplace(smoothed))
    gradient_y, gradient_x = np.gradient(smoothed)
    ruggedness = _standard(ndimage.gaussian_filter(np.hypot(gradient_y, gradient_x), 2.0)) + 0.8 * height
    mountains = _upper(ruggedness + 0.1 * roughness, climate.mountains)
    lowland = _standard(ndimage.gaussian_filter(valley, 1.0)) - 0.7 * height
    water = _upper(lowland, climate.water)
    urban = _upper(towns - 0.3 * height, climate.urban) & ~water & ~mountains
    spread = np.log(DENSE_VEGETATION / climate.vegetation) / ndtri(1 - climate.dense)
    vegetation = climate.vegetation * np.exp(spread * _standard(greenness + 0.5 * height))
    return Land(
        elevation=(climate.relief_m * height).astype(np.float32),
        small=_standard(np.sqrt(1 - VALLEY_SHARE) * _standard(texture) + np.sqrt(VALLEY_SHARE) * valley),
        moving=_standard(moving),
        regional=regional - regional.mean(),
        gradient=gradient - gradient.mean(),
        drying=np.exp(climate.drying_spread * _standard(drying)).astype(np.float32),
        water=water,
        urban=urban,
        mountains=mountains,
        vegetation=np.minimum(vegetation, 15.0).astype(np.float32),
    )
