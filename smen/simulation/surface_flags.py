"""Surface and quality flags of the retrievals, coarse and fine, from what covers the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from smen.products.flags import RetrievalFlag, SurfaceFlag
from smen.simulation.land import DENSE_VEGETATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.land import Land
    from smen.simulation.world import WorldState

WATER, URBAN, MOUNTAINS, FROZEN, SKIP = 0.05, 0.25, 0.3, 0.05, 0.5
"""Shares of a cell from which its retrieval is not recommended, and from which it is skipped; from the thresholds in
`/Metadata/ProcessStep` of the real half-orbit (for mountains SMAP uses the slope: the share is judgement)."""

RAIN_MM = 3.0
"""Mean rain in the 12 hours before from which it may still rain at the overpass."""

VERY_DRY, MISTAKEN_CHANCE = 0.06, 0.25
"""Soil moisture below which soil may be taken for frozen, and the chance of it: as in real deserts in summer."""

FAILED_CHANCE = 0.12
"""Chance that a retrieval that is not recommended failed."""

FINE_RAIN_MM = 3 * RAIN_MM
"""The same for a cell of 3 km, whose rain varies more than the mean over a footprint."""

NO_RETRIEVAL = RetrievalFlag.NOT_RECOMMENDED | RetrievalFlag.SKIPPED | RetrievalFlag.UNSUCCESSFUL
"""Quality flag of a retrieval that was not made."""


def coarse_flags(
    shares: dict[str, NDArray[np.float32]], truth: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Draw the surface flag and the quality flag of n retrievals.

    Args:
        shares: by name, each (n,): shares 0..1 of `water`, `urban`, `mountains`, `frozen` and `snow`, `rain` in mm,
            `vegetation` in kg/m2.
        truth: soil moisture without error, m3/m3, (n,).
        rng: random stream.

    Returns:
        `surface_flag` and `retrieval_qual_flag`, (n,) each.
    """
    n = truth.size
    bit, quality_bit = SurfaceFlag, RetrievalFlag
    mistaken = (truth < VERY_DRY) & (rng.random(n) < MISTAKEN_CHANCE)
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
    failed = doubtful & (rng.random(n) < FAILED_CHANCE)
    quality = np.where(doubtful, quality_bit.NOT_RECOMMENDED, 0)
    quality |= np.where(skipped, NO_RETRIEVAL, 0) | np.where(failed, quality_bit.UNSUCCESSFUL, 0)
    quality |= np.where(surface & int(bit.FROZEN_OBSERVED), quality_bit.FREEZE_THAW_UNSUCCESSFUL, 0)
    return surface, quality.astype(np.uint16)


def fine_flags(
    land: Land, state: WorldState, anomalous: NDArray[np.bool_]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return the surface flag and the quality flag at 3 km: no retrieval on water, doubtful ones are not recommended.

    Args:
        land: land cover of the area, (height, width).
        state: the world at Sentinel-1's time.
        anomalous: cells of anomalous backscatter, (height, width).

    Returns:
        `surface_flag_3km` and `retrieval_qual_flag_3km`, (height, width) each.
    """
    bit, quality_bit = SurfaceFlag, RetrievalFlag
    frozen = state.temperature < 0
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
        conditions[bit.PRECIPITATION] = state.rain > FINE_RAIN_MM
    surface = np.zeros(land.water.shape, np.uint16)
    doubtful = np.zeros(land.water.shape, bool)
    for bits, where in conditions.items():
        surface[where] |= int(bits)
        if bits not in (bit.COAST, bit.PRECIPITATION):
            doubtful |= where
    quality = np.where(doubtful, quality_bit.NOT_RECOMMENDED, 0) | np.where(land.water, NO_RETRIEVAL, 0)
    quality |= np.where(frozen, quality_bit.FREEZE_THAW_UNSUCCESSFUL, 0)
    return surface, quality.astype(np.uint16)
