"""What makes a retrieval of uncertain quality err, and by how much: mean, spread between cells, noise.

Retrievals are of uncertain quality (not recommended) where a condition of the surface lies between two thresholds of
SMAP's processing (O'Neill et al. 2019, SMAP L2 & L3 passive ATBD, JPL D-66480). Numbers marked *half-orbit* are fitted
to one real half-orbit (24342, August 2019): the difference of such retrievals, where successful, from the recommended
ones among their eight neighbours, less the variance of the same difference of recommended ones. They hold what truly
differs there as well, so they are upper bounds. A half-orbit cannot tell spread from noise: that a quarter of the
variance is noise is chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from smen.products.flags import SurfaceFlag
from smen.simulation.land import DENSE_VEGETATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATIC_SD, NOISE_SD = np.sqrt(0.75), np.sqrt(0.25)
"""Shares of a standard deviation that are static and of one overpass (chosen; forests in Chan et al. 2018, Remote Sens.
Environ. 204, 931-941, table 7, have a noise up to .03 m3/m3 above that of all classes: here .025 at 9 kg/m2)."""

WATER_BIAS, WATER_SD = (0.3, 1.3), 0.35
"""By the share of water: bias, linear and quadratic, and standard deviation, linear (half-orbit: +.027 at 6 % of water,
+.057 at 12 %, +.166 at 24 %). What a mask of open water lacks is taken for wet soil: 2 m3/m3 a unit of its share (Du et
al., Assessment of Surface Fractional Water Impacts on SMAP Soil Moisture Retrieval: .012 m3/m3 for .006)."""

VEGETATION_BIAS, VEGETATION_SD = (0.020, 0.0085), (0.028, 0.0055)
"""At the threshold of dense vegetation, and a kg/m2 more (half-orbit: +.017 at 5.5 kg/m2, +.050 at 9, +.074 at 11.6).
Stations in woody savanna show +.05 to +.07 against all classes (Chan et al. 2018, table 7)."""

MOUNTAIN_BIAS, MOUNTAIN_SD = -0.03, 0.09
"""Relative to the soil moisture (half-orbit: at .12 m3/m3 -.007 with an excess sd of .011; at .07 none)."""

URBAN_BIAS, URBAN_SD = -0.03, 0.045
"""A unit of the urban share. Buildings and roads emit as dry ground does, so the bias is dry (Ye et al. 2019, Impact of
Urban Cover Fraction on SMOS and SMAP Surface Soil Moisture Retrieval Accuracy); its size is chosen: the half-orbit
shows none (+.006, with an excess sd of .014)."""

RAIN_BIAS, RAIN_SD, RAIN_MM = 0.04, 0.02, 10.0
"""Of a soaked surface, and the rain in 12 hours that brings 63 % of it. Wet leaves and puddles make retrievals too wet
(Neelam et al., Evaluation of GEOS Precipitation Flagging for SMAP Soil Moisture Retrieval Accuracy); sizes are chosen:
the half-orbit has 13 such cells, of one storm."""

FROST_BIAS, FROST_SD = -0.6, 0.15
"""Relative to the soil moisture, a unit of the frozen share: at L band frozen soil looks like dry soil (Rautiainen et
al. 2016, Remote Sens. Environ. 180, 346-360); sizes are chosen."""

SNOW_SD = 0.04
"""A unit of the share of snow: dry snow is transparent at L band, wet snow is not (chosen)."""


class ErrorTerms(NamedTuple):
    """Error that one cause adds to n retrievals, m3/m3, (n,) each.

    Attributes:
        bias: the mean.
        spread: standard deviation between cells, the same on all overpasses.
        noise: standard deviation between overpasses.
    """

    bias: NDArray[np.float32]
    spread: NDArray[np.float32]
    noise: NDArray[np.float32]


def terms_by_cause(
    shares: dict[str, NDArray[np.float32]], surface: NDArray[np.uint16], moisture: NDArray[np.float32]
) -> dict[SurfaceFlag, ErrorTerms]:
    """Compute the error that each cause adds, 0 where its flag is not set.

    Args:
        shares: as in `surface_flags.coarse_flags`, (n,) each.
        surface: `surface_flag`, (n,).
        moisture: soil moisture that an undisturbed retrieval would give, m3/m3, (n,).

    Returns:
        Flag of the cause to its error; rain, frost and snow have no static part.
    """
    water, kilograms = shares["water"], shares["vegetation"] - DENSE_VEGETATION
    soaked = 1 - np.exp(-shares["rain"] / RAIN_MM)
    frozen = shares["frozen"] * moisture
    split, fleeting = (STATIC_SD, NOISE_SD), (0.0, 1.0)
    sizes = {
        SurfaceFlag.STATIC_WATER: (WATER_BIAS[0] * water + WATER_BIAS[1] * water**2, WATER_SD * water, split),
        SurfaceFlag.DENSE_VEGETATION: (
            VEGETATION_BIAS[0] + VEGETATION_BIAS[1] * kilograms,
            VEGETATION_SD[0] + VEGETATION_SD[1] * kilograms,
            split,
        ),
        SurfaceFlag.MOUNTAINS: (MOUNTAIN_BIAS * moisture, MOUNTAIN_SD * moisture, split),
        SurfaceFlag.URBAN: (URBAN_BIAS * shares["urban"], URBAN_SD * shares["urban"], split),
        SurfaceFlag.PRECIPITATION: (RAIN_BIAS * soaked, RAIN_SD * soaked, fleeting),
        SurfaceFlag.FROZEN_MODEL: (FROST_BIAS * frozen, FROST_SD * frozen, fleeting),
        SurfaceFlag.SNOW: (0 * moisture, SNOW_SD * shares["snow"], fleeting),
    }
    return {
        flag: ErrorTerms(*(np.where(surface & int(flag), x, 0).astype(np.float32) for x in (bias, sd * a, sd * b)))
        for flag, (bias, sd, (a, b)) in sizes.items()
    }
