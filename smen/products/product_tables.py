"""The three products that SMEN reads, as a table: groups, spellings, grids, flags, quality tiers.

Everything that differs between products and their versions stands here as data; the readers know none of it, and
the simulation writes from the same table. Sources: a real SPL2SMP half-orbit (schema of v6) and the header of a real
SPL2SMAP_S v003 granule; the product pages at NSIDC and public readers for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import ArchiveError
from smen.grid import M03, M09, M36, Grid

if TYPE_CHECKING:
    from collections.abc import Mapping

Role = Literal["coarse", "fine"]
Quality = Literal["recommended", "successful"]

EPOCH = np.datetime64("2000-01-01T12:00:00", "ms")
"""What the products' seconds count from, in UTC and without leap seconds (they reproduce `tb_time_utc`)."""

FLOAT_FILL = -9999.0
FLAG_FILL = 65534
"""Fill of uint16 datasets. All its bits but the first are set, so it must be tested before any bit."""

NOT_RECOMMENDED, SKIPPED, UNSUCCESSFUL, FREEZE_THAW_UNSUCCESSFUL = 1, 2, 4, 8
"""Bits of `retrieval_qual_flag`; 0 is a good retrieval."""

QUALITY_REJECTS: Mapping[Quality, int] = {"recommended": NOT_RECOMMENDED, "successful": SKIPPED | UNSUCCESSFUL}
"""Bits that must be clear in a quality tier. A number must be present as well, and the flag must not be fill.

`recommended` keeps flags 0 and 8: no quality concern. `successful` keeps 0, 1, 8 and 9: the retrieval was made and
succeeded, though the surface (dense vegetation, mountains, snow, ...) may speak against it. Flags 5 and 13 carry a
number, yet the retrieval says of itself that it failed; 7 and 15 carry none. The freeze/thaw bit is about another
retrieval (frozen ground) and decides nothing here. In real granules every recommended value is a successful one too:
the bits of a skipped or failed retrieval come with the first one.
"""


class CoarseSurface(IntFlag):
    """Bits of `surface_flag` in SPL2SMP and SPL2SMP_E. `FROZEN` is any of the two frozen bits."""

    STATIC_WATER = 1 << 0
    RADAR_WATER = 1 << 1
    COAST = 1 << 2
    URBAN = 1 << 3
    PRECIPITATION = 1 << 4
    SNOW = 1 << 5
    PERMANENT_ICE = 1 << 6
    FROZEN_RADIOMETER = 1 << 7
    FROZEN_MODEL = 1 << 8
    MOUNTAINS = 1 << 9
    DENSE_VEGETATION = 1 << 10
    NADIR = 1 << 11
    FROZEN = FROZEN_RADIOMETER | FROZEN_MODEL


class FineSurface(IntFlag):
    """Bits of `surface_flag_3km` in SPL2SMAP_S. `FROZEN` is any of the two frozen bits."""

    STATIC_WATER = 1 << 0
    RADAR_WATER = 1 << 1
    COAST = 1 << 2
    URBAN = 1 << 3
    PRECIPITATION = 1 << 4
    SNOW = 1 << 5
    PERMANENT_ICE = 1 << 6
    FROZEN_RADAR = 1 << 7
    FROZEN_MODEL = 1 << 8
    MOUNTAINS = 1 << 9
    DENSE_VEGETATION = 1 << 10
    SCENE_EDGE = 1 << 11
    ANOMALOUS_SIGMA0 = 1 << 12
    FROZEN = FROZEN_RADAR | FROZEN_MODEL


@dataclass(frozen=True)
class Variable:
    """One dataset of a product.

    Attributes:
        spellings: the names it goes by in the files, the one to try (and to write) first in front.
        dtype: numpy type in the newest version.
        fill: value of the attribute `_FillValue`; taken for fill also where a file lacks the attribute. None: no fill.
        units: attribute `units`, or None where the product gives none.
        required: whether a granule without it cannot be read.
    """

    spellings: tuple[str, ...]
    dtype: str
    fill: float | int | None
    units: str | None = None
    required: bool = True


@dataclass(frozen=True)
class Retrieval:
    """One soil moisture of a product and the datasets that qualify it, by their keys in `Product.variables`."""

    soil_moisture: str
    quality_flag: str
    surface_flag: str
    standard_deviation: str | None = None


@dataclass(frozen=True)
class Product:
    """One product.

    Attributes:
        short_name: NSIDC's name; also the attribute `shortName` in `/Metadata/DatasetIdentification`.
        role: whether it is the coarse or the fine side of a pair.
        group: HDF5 group of the datasets.
        grid: grid of the row and column indices.
        prefix: beginning of the file names.
        version: NSIDC's version in the names of folders, e.g. ``009``.
        crid: composite release of that version, for building names.
        dimensions: rank of the datasets: 1 for a list of cells, 2 for rectangles.
        surface: meaning of the surface flag's bits.
        variables: our name of a dataset to its description.
        retrievals: the soil moistures that can be asked for by name, the default one first.
    """

    short_name: str
    role: Role
    group: str
    grid: Grid
    prefix: str
    version: str
    crid: str
    dimensions: int
    surface: type[CoarseSurface] | type[FineSurface]
    variables: Mapping[str, Variable]
    retrievals: Mapping[str, Retrieval]

    @property
    def default_variable(self) -> str:
        """The soil moisture that is read where none is named."""
        return next(iter(self.retrievals))


def _coarse(short_name: str, grid: Grid, prefix: str, version: str) -> Product:
    """SPL2SMP and SPL2SMP_E differ in nothing but their grid and names."""
    variables = {
        "row": Variable(("EASE_row_index",), "uint16", FLAG_FILL),
        "column": Variable(("EASE_column_index",), "uint16", FLAG_FILL),
        "latitude": Variable(("latitude",), "float32", None, "degrees_north", required=False),
        "longitude": Variable(("longitude",), "float32", None, "degrees_east", required=False),
        "soil_moisture": Variable(("soil_moisture",), "float32", FLOAT_FILL, "cm**3/cm**3"),
        "quality_flag": Variable(("retrieval_qual_flag",), "uint16", FLAG_FILL),
        "surface_flag": Variable(("surface_flag",), "uint16", FLAG_FILL),
        "seconds": Variable(("tb_time_seconds",), "float64", FLOAT_FILL, "seconds"),
    }
    return Product(
        short_name=short_name,
        role="coarse",
        group="Soil_Moisture_Retrieval_Data",
        grid=grid,
        prefix=prefix,
        version=version,
        crid="R19240",
        dimensions=1,
        surface=CoarseSurface,
        variables=variables,
        retrievals={"soil_moisture": Retrieval("soil_moisture", "quality_flag", "surface_flag")},
    )


def _fine() -> Product:
    """SPL2SMAP_S; the `apm` retrieval falls back on the flags of the plain one where a version has none of its own."""
    apm, disagg = "soil_moisture_apm_3km", "disagg_soil_moisture_apm_3km"
    flag, flag_apm = "retrieval_qual_flag_3km", "retrieval_qual_flag_apm_3km"
    surface, surface_apm = "surface_flag_3km", "surface_flag_apm_3km"
    deviation, deviation_apm = "soil_moisture_std_dev_3km", "soil_moisture_std_dev_apm_3km"
    difference = tuple(f"{n}_overpass_timediff_hr_3km" for n in ("SMAP_Sentinel-1", "SMAP_Sentinel"))
    volume = "cm**3/cm**3"
    variables = {
        "row": Variable(("EASE_row_index_3km",), "uint16", FLAG_FILL),
        "column": Variable(("EASE_column_index_3km",), "uint16", FLAG_FILL),
        "latitude": Variable(("latitude_3km",), "float32", None, "degrees_north", required=False),
        "longitude": Variable(("longitude_3km",), "float32", None, "degrees_east", required=False),
        "soil_moisture_3km": Variable(("soil_moisture_3km",), "float32", FLOAT_FILL, volume, required=False),
        "soil_moisture_apm_3km": Variable((apm, disagg), "float32", FLOAT_FILL, volume, required=False),
        "quality_flag": Variable((flag,), "uint16", FLAG_FILL),
        "quality_flag_apm": Variable((flag_apm, flag), "uint16", FLAG_FILL),
        "surface_flag": Variable((surface,), "uint16", FLAG_FILL),
        "surface_flag_apm": Variable((surface_apm, surface), "uint16", FLAG_FILL),
        "deviation": Variable((deviation,), "float32", FLOAT_FILL, volume, required=False),
        "deviation_apm": Variable((deviation_apm, deviation), "float32", FLOAT_FILL, volume, required=False),
        "seconds": Variable(
            ("spacecraft_overpass_time_seconds_3km",), "float64", FLOAT_FILL, "seconds", required=False
        ),
        "time_difference": Variable(difference, "float32", FLOAT_FILL, "hours", required=False),
    }
    return Product(
        short_name="SPL2SMAP_S",
        role="fine",
        group="Soil_Moisture_Retrieval_Data_3km",
        grid=M03,
        prefix="SMAP_L2_SM_SP",
        version="003",
        crid="R18290",
        dimensions=2,
        surface=FineSurface,
        variables=variables,
        retrievals={
            "soil_moisture_3km": Retrieval("soil_moisture_3km", "quality_flag", "surface_flag", "deviation"),
            apm: Retrieval("soil_moisture_apm_3km", "quality_flag_apm", "surface_flag_apm", "deviation_apm"),
        },
    )


PRODUCTS: Mapping[str, Product] = {
    product.short_name: product
    for product in (
        _coarse("SPL2SMP", M36, "SMAP_L2_SM_P", "009"),
        _coarse("SPL2SMP_E", M09, "SMAP_L2_SM_P_E", "006"),
        _fine(),
    )
}


def product(short_name: str) -> Product:
    """The product of a name.

    Raises:
        ArchiveError: SMEN does not read such a product.
    """
    if short_name not in PRODUCTS:
        raise ArchiveError(f"{short_name!r} is not a product that SMEN reads: choose one of {', '.join(PRODUCTS)}")
    return PRODUCTS[short_name]
