"""Read the names of granules, also of files that bear one with something added by a tool or a browser."""

from __future__ import annotations

import re
from pathlib import PurePath

import numpy as np

from smen.errors import GranuleError
from smen.products.names import Direction, GranuleName
from smen.products.product_tables import PRODUCTS

_TIME = r"\d{8}T\d{6}"
_VERSION = r"(?P<crid>[A-Z]\d{4,5})_(?P<number>\d{3})"
_COARSE = rf"(?P<nrt>NRT_)?(?P<orbit>\d{{5}})_(?P<direction>[AD])_(?P<time>{_TIME})_{_VERSION}"
_PLACE = r"(?P<place>\d{3}[EW]\d{2}[NS])"
_FINE = rf"(?P<platform>1[A-D]IWD[VH])_(?P<time>{_TIME})_(?P<sentinel1>{_TIME})_{_PLACE}_{_VERSION}"
_STEMS = {name: rf"{p.prefix}_{_COARSE if p.role == 'coarse' else _FINE}" for name, p in PRODUCTS.items()}
_PATTERNS = {name: re.compile(rf"{stem}\.h5") for name, stem in _STEMS.items()}
_CONTAINED = [re.compile(rf"{stem}(?!\d)", re.IGNORECASE) for stem in _STEMS.values()]

HDF5_SUFFIXES = (".h5", ".hdf5", ".hdf", ".he5", ".nc", ".nc4", ".nc3", ".cdf", ".netcdf")
"""Endings, in lower case, of files that may hold a granule."""

COMPANION_SUFFIXES = re.compile(
    r"\.(xml|met|qa|md5|sha\d+|asc|sig|dmrpp|dmr|dds|das|json|ya?ml|txt|log|csv|html?|jpe?g|png|gif|pdf|kml|kmz|idx|url)"
)
"""Endings, in lower case, of what archives and tools put beside a granule: metadata, checksums, pictures."""

_UNFINISHED = re.compile(r"\.(part|partial|filepart|crdownload|download|aria2|tmp)\b", re.IGNORECASE)


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
    """As `parse_name`, for a file that must be a granule, whose name may have something added (`contained_name`).

    Args:
        filename: name without folders.
        short_name: the product that it must be of; None for any.

    Raises:
        GranuleError: the name is not that of such a granule.
    """
    name = parse_name(filename)
    if name is None and not is_unfinished(filename) and resembled_product(filename) is not None:
        name = contained_name(filename)
    wanted = short_name or " or ".join(PRODUCTS)
    if name is None:
        raise GranuleError(f"{filename}: not the name of a granule of {wanted}. Give it its name from NSIDC again")
    if short_name is not None and name.product != short_name:
        raise GranuleError(f"{filename}: a granule of {name.product} where one of {wanted} is needed")
    return name


def contained_name(filename: str) -> GranuleName | None:
    """Return the one granule whose name, in any case and without its ending, a file name contains.

    Subsetters append to names, browsers add a number, some systems write them in capitals: `..._001_subsetted.nc4`,
    `..._001 (1).h5`, `17_SMAP_..._001.H5`. None where there is no such name, or more than one.
    """
    texts = {match.group().upper() for pattern in _CONTAINED for match in pattern.finditer(filename)}
    return parse_name(f"{texts.pop()}.h5") if len(texts) == 1 else None


def resembled_product(filename: str) -> str | None:
    """Return the product whose granule a file seems to be, by a name that is not (quite) a granule's.

    The name contains that of a granule, or the beginning of one and an ending of HDF5 or NetCDF. None for others, for
    what lies beside granules (`COMPANION_SUFFIXES`) and for hidden files (macOS keeps a `._NAME` beside every NAME on
    foreign disks).
    """
    lower = filename.lower()
    if "smap_l2_" not in lower or lower.startswith(".") or COMPANION_SUFFIXES.fullmatch(PurePath(lower).suffix):
        return None
    if (name := contained_name(filename)) is not None:
        return name.product
    if not lower.endswith(HDF5_SUFFIXES):
        return None
    begun = [p for p in PRODUCTS.values() if re.search(rf"{p.prefix}(?![a-z0-9])", lower, re.IGNORECASE)]
    return max(begun, key=lambda p: len(p.prefix)).short_name if begun else None


def is_unfinished(filename: str) -> bool:
    """Return whether a name is that of a download or of a file in writing that did not end."""
    return _UNFINISHED.search(filename) is not None


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
