"""Names of granules: their parts, how they are built, and which of several versions is the one to read.

Examples, one of each kind::

    SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5
    SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5
    SMAP_L2_SM_P_E_47223_A_20231204T105336_R19240_001.h5
    SMAP_L2_SM_SP_1AIWDV_20150331T170640_20150401T054620_003E34N_R18290_001.h5

The first time of a scene is SMAP's, the second Sentinel-1's. All times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.products.product_tables import product

if TYPE_CHECKING:
    from collections.abc import Iterable

Direction = Literal["A", "D"]
"""Ascending (about 6 pm local solar time) or descending (about 6 am)."""


@dataclass(frozen=True)
class GranuleName:
    """Parts of the name of a granule.

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
        """Key that several versions of one half-orbit or scene have in common.

        Of a half-orbit the number of its orbit and its direction, because a reprocessing or the near-real-time stream
        may begin it at another second; of a scene its satellite, both times and its place.
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
        """Return NSIDC's folder for this granule, e.g. ``SPL2SMP.009/2016.01.01``.

        Args:
            version: NSIDC's version of the collection; None for the product's.
        """
        day = str(self.time.astype("datetime64[D]")).replace("-", ".")
        return f"{self.product}.{version or product(self.product).version}/{day}"


def half_orbit_name(
    short_name: str, orbit: int, direction: Direction, time: np.datetime64, crid: str | None = None, number: int = 1
) -> GranuleName:
    """Return the name of an SPL2SMP or SPL2SMP_E granule.

    Args:
        short_name: the product.
        orbit: number of the orbit.
        direction: of the half-orbit.
        time: its beginning, datetime64, UTC.
        crid: composite release; None for the product's.
        number: counter of reprocessings within the release.
    """
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
    """Return the name of an SPL2SMAP_S granule.

    Args:
        time: SMAP's time, datetime64, UTC.
        sentinel1_time: Sentinel-1's time.
        longitude: of the scene, degrees; cut to an integer.
        latitude: likewise.
        platform: satellite and mode.
        crid: composite release; None for the product's.
        number: counter of reprocessings within the release.
    """
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


def highest_versions(names: Iterable[GranuleName]) -> list[GranuleName]:
    """Return the highest version of every half-orbit or scene, in order of time (and name)."""
    best: dict[tuple[str, ...], GranuleName] = {}
    for name in names:
        held = best.get(name.identity)
        if held is None or name.rank > held.rank:
            best[name.identity] = name
    return sorted(best.values(), key=lambda n: (n.time, n.filename))


def stamp(time: np.datetime64) -> str:
    """Return a time as in file names: ``20150401T044811``."""
    return str(time.astype("datetime64[s]")).replace("-", "").replace(":", "")


def _stamp(time: np.datetime64 | None) -> str:
    return "" if time is None else stamp(time)
