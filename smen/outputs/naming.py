"""Where a map lies and how it is called; the only place that knows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from smen.errors import OutputError

Direction = Literal["A", "D"]
"""Ascending (about 6 pm local solar time) or descending (about 6 am)."""

DIRECTIONS: dict[str, str] = {"A": "ascending", "D": "descending"}
"""The letters of SMAP's file names in words."""

_SIDECARS = (".aux.xml", ".ovr", ".msk", ".vat.dbf", ".vat.cpg")
"""What GIS tools leave beside a raster about its *contents*; a style (.qml) is not among them."""


def map_path(folder: Path, region: str, time: np.datetime64, direction: Direction) -> Path:
    """The GeoTIFF of one overpass: ``{folder}/{year}/{region}_{yyyymmddThhmmss}_{A|D}.tif``.

    Args:
        folder: the region's folder of maps.
        region: name of the region.
        time: time of the half-orbit as its file's name gives it, UTC.
        direction: ``A`` or ``D``.
    """
    check_direction(direction)
    return Path(folder) / f"{time.astype('datetime64[Y]')}" / f"{region}_{stamp(time)}_{direction}.tif"


def quality_path(map_file: Path) -> Path:
    """The quality raster that belongs to a map: the same name with ``_quality``."""
    map_file = Path(map_file)
    return map_file.with_name(f"{map_file.stem}_quality{map_file.suffix}")


def stamp(time: np.datetime64) -> str:
    """A time as SMAP's file names write it: ``20180704T115959``, UTC, fractions of a second cut off."""
    return iso(time).replace("-", "").replace(":", "").removesuffix("Z")


def iso(time: np.datetime64) -> str:
    """A time in ISO 8601: ``2018-07-04T11:59:59Z``."""
    if np.isnat(time):
        raise ValueError("an overpass without a time (NaT) has no name")
    return f"{time.astype('datetime64[s]')}Z"


def check_direction(direction: str) -> None:
    """Refuse what is not a direction of flight."""
    if direction not in DIRECTIONS:
        raise ValueError(f"direction {direction!r} is neither 'A' (ascending) nor 'D' (descending)")


def remove_sidecars(path: Path) -> None:
    """Remove what GIS tools have left beside an earlier raster of this name: its statistics, overviews and masks.

    They would be taken for those of the new one.

    Raises:
        OutputError: one of them cannot be removed.
    """
    for suffix in _SIDECARS:
        sidecar = path.with_name(path.name + suffix)
        try:
            sidecar.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"{sidecar} belongs to an earlier raster and cannot be removed: {error.strerror}. Remove it by hand"
            ) from error
