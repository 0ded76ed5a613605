"""Read the names of granules."""

from __future__ import annotations

import re

import numpy as np

from smen.errors import GranuleError
from smen.products.names import Direction, GranuleName
from smen.products.product_tables import PRODUCTS

_TIME = r"\d{8}T\d{6}"
_VERSION = r"(?P<crid>[A-Z]\d{4,5})_(?P<number>\d{3})\.h5"
_COARSE = rf"(?P<nrt>NRT_)?(?P<orbit>\d{{5}})_(?P<direction>[AD])_(?P<time>{_TIME})_{_VERSION}"
_PLACE = r"(?P<place>\d{3}[EW]\d{2}[NS])"
_FINE = rf"(?P<platform>1[A-D]IWD[VH])_(?P<time>{_TIME})_(?P<sentinel1>{_TIME})_{_PLACE}_{_VERSION}"
_PATTERNS = {
    name: re.compile(rf"{p.prefix}_{_COARSE if p.role == 'coarse' else _FINE}") for name, p in PRODUCTS.items()
}


def parse_name(filename: str) -> GranuleName | None:
    """Return the parts of a file name (without folders); None where it is not that of a granule that SMEN reads."""
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
    """As `parse_name`, for a file that must be a granule.

    Args:
        filename: name without folders.
        short_name: the product that it must be of; None for any.

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


def _direction(letter: str | None) -> Direction | None:
    return "A" if letter == "A" else "D" if letter == "D" else None


def _parse_time(text: str | None) -> np.datetime64 | None:
    """Return a time of a file name; None where there is none or it is no date (month 13, ...)."""
    if text is None:
        return None
    date, clock = text.split("T")
    try:
        return np.datetime64(f"{date[:4]}-{date[4:6]}-{date[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}", "s")
    except ValueError:
        return None
