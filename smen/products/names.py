"""Names of granules: what they say, how they are built, and which of several versions is the one to read.

Examples, one of each kind::

    SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5
    SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5
    SMAP_L2_SM_P_E_47223_A_20231204T105336_R19240_001.h5
    SMAP_L2_SM_SP_1AIWDV_20150331T170640_20150401T054620_003E34N_R18290_001.h5

The first time of a scene is SMAP's, the second Sentinel-1's. All times are UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import GranuleError
from smen.products.product_tables import PRODUCTS, product

if TYPE_CHECKING:
    from collections.abc import Iterable

Direction = Literal["A", "D"]
"""Ascending (about 6 pm local solar time) or descending (about 6 am)."""

_TIME = r"\d{8}T\d{6}"
_VERSION = r"(?P<crid>[A-Z]\d{4,5})_(?P<number>\d{3})\.h5"
_COARSE = rf"(?P<nrt>NRT_)?(?P<orbit>\d{{5}})_(?P<direction>[AD])_(?P<time>{_TIME})_{_VERSION}"
_PLACE = r"(?P<place>\d{3}[EW]\d{2}[NS])"
_FINE = rf"(?P<platform>1[A-D]IWD[VH])_(?P<time>{_TIME})_(?P<sentinel1>{_TIME})_{_PLACE}_{_VERSION}"
_PATTERNS = {
    name: re.compile(rf"{p.prefix}_{_COARSE if p.role == 'coarse' else _FINE}") for name, p in PRODUCTS.items()
}


@dataclass(frozen=True)
class GranuleName:
    """What the name of a granule says.

    Attributes:
        product: short name, e.g. ``SPL2SMP``.
        time: SMAP's time, datetime64[s]: of a half-orbit its beginning, rounded to a second.
        crid: composite release, e.g. ``R19240``.
        number: the counter NNN of reprocessings within a release.
        orbit: number of the orbit; None for a scene.
        direction: of the half-orbit; None for a scene.
        sentinel1_time: Sentinel-1's time, datetime64[s]; None for a half-orbit.
        place: integer degrees of a scene, as written, e.g. ``003E34N``; None for a half-orbit.
        platform: satellite and mode of a scene, e.g. ``1AIWDV``; None for a half-orbit.
        near_real_time: whether it is of the near-real-time stream.
    """

    product: str
    time: np.datetime64
    crid: str
    number: int = 1
    orbit: int | None = None
    direction: Direction | None = None
    sentinel1_time: np.datetime64 | None = None
    place: str | None = None
    platform: str | None = None
    near_real_time: bool = False

    @property
    def filename(self) -> str:
        """The file name, built from the parts."""
        parts = [product(self.product).prefix]
        if self.product == "SPL2SMAP_S":
            parts += [str(self.platform), stamp(self.time), _stamp(self.sentinel1_time), str(self.place)]
        else:
            parts += ["NRT"] * self.near_real_time + [f"{self.orbit:05d}", str(self.direction), stamp(self.time)]
        return "_".join([*parts, self.crid, f"{self.number:03d}"]) + ".h5"

    @property
    def version(self) -> str:
        """Release and counter, e.g. ``R19240_001``."""
        return f"{self.crid}_{self.number:03d}"

    @property
    def identity(self) -> tuple[str, ...]:
        """What several versions of one half-orbit or scene have in common.

        A half-orbit is known by the numbers of its orbit and its direction, because a reprocessing or the
        near-real-time stream may begin it at another second; a scene by its satellite, both times and its place.
        """
        if self.orbit is not None:
            return self.product, str(self.orbit), str(self.direction)
        return self.product, str(self.platform), stamp(self.time), _stamp(self.sentinel1_time), str(self.place)

    @property
    def rank(self) -> tuple[bool, bool, int, str, int]:
        """Key that sorts versions, the best last: standard, released (R), release number, prefix, counter."""
        return not self.near_real_time, self.crid[0] == "R", int(self.crid[1:]), self.crid[0], self.number

    @property
    def longitude_latitude(self) -> tuple[int, int] | None:
        """The place of a scene in integer degrees, east and north positive; None for a half-orbit."""
        if self.place is None:
            return None
        longitude, latitude = int(self.place[:3]), int(self.place[4:6])
        return longitude * (1 if self.place[3] == "E" else -1), latitude * (1 if self.place[6] == "N" else -1)

    def folder(self, version: str | None = None) -> str:
        """NSIDC's folder for this granule, e.g. ``SPL2SMP.009/2016.01.01``; the version defaults to the product's."""
        day = str(self.time.astype("datetime64[D]")).replace("-", ".")
        return f"{self.product}.{version or product(self.product).version}/{day}"


def half_orbit_name(
    short_name: str, orbit: int, direction: Direction, time: np.datetime64, crid: str | None = None, number: int = 1
) -> GranuleName:
    """The name of an SPL2SMP or SPL2SMP_E granule from its parts; the release defaults to the product's."""
    return GranuleName(
        short_name,
        time.astype("datetime64[s]"),
        crid or product(short_name).crid,
        number,
        orbit=orbit,
        direction=direction,
    )


def scene_name(
    time: np.datetime64,
    sentinel1_time: np.datetime64,
    longitude: float,
    latitude: float,
    *,
    platform: str = "1AIWDV",
    crid: str | None = None,
    number: int = 1,
) -> GranuleName:
    """The name of an SPL2SMAP_S granule from its parts; degrees are cut to integers."""
    place = f"{int(abs(longitude)):03d}{'E' if longitude >= 0 else 'W'}{int(abs(latitude)):02d}"
    return GranuleName(
        "SPL2SMAP_S",
        time.astype("datetime64[s]"),
        crid or product("SPL2SMAP_S").crid,
        number,
        sentinel1_time=sentinel1_time.astype("datetime64[s]"),
        place=place + ("N" if latitude >= 0 else "S"),
        platform=platform,
    )


def parse_name(filename: str) -> GranuleName | None:
    """Read a file name (without folders); None where it is not the name of a granule that SMEN reads."""
    for short_name, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(filename):
            parts = match.groupdict()
            time, sentinel1 = _parse_time(parts["time"]), _parse_time(parts.get("sentinel1"))
            if time is None or (short_name == "SPL2SMAP_S" and sentinel1 is None):
                return None
            return GranuleName(
                product=short_name,
                time=time,
                crid=parts["crid"],
                number=int(parts["number"]),
                orbit=int(parts["orbit"]) if "orbit" in parts else None,
                direction=_direction(parts.get("direction")),
                sentinel1_time=sentinel1,
                place=parts.get("place"),
                platform=parts.get("platform"),
                near_real_time=parts.get("nrt") is not None,
            )
    return None


def granule_name(filename: str, short_name: str | None = None) -> GranuleName:
    """As `parse_name`, for a file that must be a granule (of a product, where one is named).

    Raises:
        GranuleError: the name is not that of such a granule.
    """
    name = parse_name(filename)
    wanted = short_name or " or ".join(PRODUCTS)
    if name is None:
        raise GranuleError(f"{filename}: not the name of a granule of {wanted}. Give it its name from NSIDC again")
    if short_name is not None and name.product != short_name:
        raise GranuleError(f"{filename}: a granule of {name.product} where one of {wanted} is needed")
    return name


def highest_versions(names: Iterable[GranuleName]) -> list[GranuleName]:
    """Of every half-orbit or scene its highest version, in order of time (and name)."""
    best: dict[tuple[str, ...], GranuleName] = {}
    for name in names:
        held = best.get(name.identity)
        if held is None or name.rank > held.rank:
            best[name.identity] = name
    return sorted(best.values(), key=lambda n: (n.time, n.filename))


def stamp(time: np.datetime64) -> str:
    """A time as file names write it: ``20150401T044811``."""
    return str(time.astype("datetime64[s]")).replace("-", "").replace(":", "")


def _stamp(time: np.datetime64 | None) -> str:
    return "" if time is None else stamp(time)


def _direction(letter: str | None) -> Direction | None:
    return "A" if letter == "A" else "D" if letter == "D" else None


def _parse_time(text: str | None) -> np.datetime64 | None:
    """Read a time of a file name; None where there is none or it is no date (month 13, ...)."""
    if text is None:
        return None
    date, clock = text.split("T")
    try:
        return np.datetime64(f"{date[:4]}-{date[4:6]}-{date[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}", "s")
    except ValueError:
        return None
