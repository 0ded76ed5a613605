"""Bits of the products' quality and surface flags, and what the files say of them."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Quality = Literal["recommended", "successful"]
"""Quality tier of the retrievals that are kept."""

Bit = TypeVar("Bit", bound=int)

FlagAttributes = tuple[str, str]
"""Texts of the attributes `flag_masks` and `flag_meanings`."""


class RetrievalFlag(IntFlag):
    """Bits of `retrieval_qual_flag`; 0 is a good retrieval."""

    NOT_RECOMMENDED = 1 << 0
    SKIPPED = 1 << 1
    UNSUCCESSFUL = 1 << 2
    FREEZE_THAW_UNSUCCESSFUL = 1 << 3


QUALITY_REJECTS: Mapping[Quality, int] = {
    "recommended": RetrievalFlag.NOT_RECOMMENDED,
    "successful": RetrievalFlag.SKIPPED | RetrievalFlag.UNSUCCESSFUL,
}
"""Bits that must be clear in a quality tier. A number must be present as well, and the flag must not be fill.

`recommended` keeps flags 0 and 8: no quality concern. `successful` keeps 0, 1, 8 and 9: the retrieval was made and
succeeded, though the surface (dense vegetation, mountains, snow, ...) makes it doubtful. Flags 5 and 13 carry a
number, yet mark a failed retrieval; 7 and 15 carry none. The freeze/thaw bit belongs to another retrieval (frozen
ground) and decides nothing here. In real granules every recommended value is a successful one too: the bits of a
skipped or failed retrieval come with the first one.
"""


class SurfaceFlag(IntFlag):
    """Bits of `surface_flag` in SPL2SMP and SPL2SMP_E and of `surface_flag_3km` in SPL2SMAP_S.

    The products agree in all bits but two: frozen ground is observed by the radiometer in the coarse products and by
    Sentinel-1's radar in the fine one; the twelfth bit is the nadir region in the coarse products and the edge of the
    scene in the fine one. `FROZEN` is any of the two frozen bits.
    """

    STATIC_WATER = 1 << 0
    RADAR_WATER = 1 << 1
    COAST = 1 << 2
    URBAN = 1 << 3
    PRECIPITATION = 1 << 4
    SNOW = 1 << 5
    PERMANENT_ICE = 1 << 6
    FROZEN_OBSERVED = 1 << 7
    FROZEN_MODEL = 1 << 8
    MOUNTAINS = 1 << 9
    DENSE_VEGETATION = 1 << 10
    NADIR_OR_SCENE_EDGE = 1 << 11
    ANOMALOUS_SIGMA0 = 1 << 12
    FROZEN = FROZEN_OBSERVED | FROZEN_MODEL


_SURFACE_WORDS = {
    SurfaceFlag.STATIC_WATER: "static_water_body",
    SurfaceFlag.RADAR_WATER: "radar_water_body_detection",
    SurfaceFlag.COAST: "coastal_proximity",
    SurfaceFlag.URBAN: "urban_area",
    SurfaceFlag.PRECIPITATION: "precipitation",
    SurfaceFlag.SNOW: "snow_or_ice",
    SurfaceFlag.PERMANENT_ICE: "permanent_snow_or_ice",
    SurfaceFlag.FROZEN_MODEL: "model_frozen_ground",
    SurfaceFlag.MOUNTAINS: "mountainous_terrain",
    SurfaceFlag.DENSE_VEGETATION: "dense_vegetation",
}
_COARSE_WORDS = {
    SurfaceFlag.FROZEN_OBSERVED: "radiometer_frozen_ground",
    SurfaceFlag.NADIR_OR_SCENE_EDGE: "nadir_region",
}
_FINE_WORDS = {
    SurfaceFlag.FROZEN_OBSERVED: "radar_frozen_ground",
    SurfaceFlag.NADIR_OR_SCENE_EDGE: "scene_edge",
    SurfaceFlag.ANOMALOUS_SIGMA0: "anomalous_sigma0",
}
_RETRIEVAL_WORDS = {
    RetrievalFlag.NOT_RECOMMENDED: "Soil_moisture_retrieval_recommended",
    RetrievalFlag.SKIPPED: "Soil_moisture_retrieval_attempted",
    RetrievalFlag.UNSUCCESSFUL: "Soil_moisture_retrieval_success",
    RetrievalFlag.FREEZE_THAW_UNSUCCESSFUL: "FT_retrieval_success",
}
_BRIGHTNESS_WORDS = (
    "quality", "range", "RFI_detection", "RFI_correction", "NEDT", "direct_sun_correction",
    "reflected_sun_correction", "reflected_moon_correction", "direct_galaxy_correction",
    "reflected_galaxy_correction", "atmosphere_correction", "Faraday_rotation_correction", "null_value_bit",
    "water_correction", "RFI_check", "RFI_clean",
)  # fmt: skip
_NOT_OF_STOKES = ("Faraday_rotation_correction", "water_correction")
"""Bits that the flags of the third and fourth Stokes parameter lack."""


def _attributes(words: Mapping[Bit, str], pattern: str = "{}") -> FlagAttributes:
    """Return masks and meanings in rising order of the bits; `pattern` is what the product puts around a word."""
    bits = sorted(words)
    return ", ".join(f"{int(bit)}s" for bit in bits), " ".join(pattern.format(words[bit]) for bit in bits)


RETRIEVAL_FLAGS = _attributes(_RETRIEVAL_WORDS)
"""Attributes of `retrieval_qual_flag`."""

COARSE_SURFACE_FLAGS = _attributes(_SURFACE_WORDS | _COARSE_WORDS, "36_km_{}")
"""Attributes of `surface_flag` in SPL2SMP."""

FINE_SURFACE_FLAGS = _attributes(_SURFACE_WORDS | _FINE_WORDS, "3_km_{}_flag")
"""Attributes of `surface_flag_3km` in SPL2SMAP_S."""


def brightness_flags(channel: str) -> FlagAttributes:
    """Return the attributes of the quality flag of one brightness temperature.

    Args:
        channel: as the product spells it, e.g. ``3rd_Stokes`` or ``Horizontal_polarization``.
    """
    lacking = _NOT_OF_STOKES if "Stokes" in channel else ()
    words = {1 << bit: word for bit, word in enumerate(_BRIGHTNESS_WORDS) if word not in lacking}
    return _attributes(words, f"{channel}_{{}}")
