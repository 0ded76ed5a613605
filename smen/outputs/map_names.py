"""Names of the files of a map: the GeoTIFF of an overpass, its quality raster and what GIS tools leave beside them."""

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
"""Suffixes of the files that GIS tools write about the *contents* of a raster; a style (.qml) is not among them."""


def map_path(folder: Path, region: str, time: np.datetime64, direction: Direction) -> Path:
    """Return the GeoTIFF of one overpass: ``{folder}/{year}/{region}_{yyyymmddThhmmss}_{A|D}.tif``.

    Args:
        folder: the region's folder of maps.
        region: name of the region.
        time: time of the half-orbit as its file's name gives it, UTC.
        direction: ``A`` or ``D``.

    Raises:
        ValueError: the direction is neither, or the time is NaT.
    """
    check_direction(direction)
    return Path(folder) / f"{time.astype('datetime64[Y]')}" / f"{region}_{stamp(time)}_{direction}.tif"


def quality_path(map_file: Path) -> Path:
    """Return the quality raster that belongs to a map: the same name with ``_quality``."""
    map_file = Path(map_file)
    return map_file.with_name(f"{map_file.stem}_quality{map_file.suffix}")


def members_path(map_file: Path) -> Path:
    """Return the raster of the members of a map: the same name with ``_members``."""
    map_file = Path(map_file)
    return map_file.with_name(f"{map_file.stem}_members{map_file.suffix}")


def errors_path(folder: Path, region: str) -> Path:
    """Return the file that says how the errors of a year's maps go together: ``{region}_errors.nc`` beside them.

    Args:
        folder: the year's folder of maps.
        region: name of the region.
    """
    return Path(folder) / f"{region}_errors.nc"


def basis_path(folder: Path, region: str) -> Path:
    """Return the list of what each of a year's maps rests on, ``{region}_basis.csv`` beside them.

    Args:
        folder: the year's folder of maps.
        region: name of the region.
    """
    return Path(folder) / f"{region}_basis.csv"


def stamp(time: np.datetime64) -> str:
    """Format a time as SMAP's file names do: ``20180704T115959``, UTC, fractions of a second cut off."""
    return iso(time).replace("-", "").replace(":", "").removesuffix("Z")


def iso(time: np.datetime64) -> str:
    """Format a time in ISO 8601: ``2018-07-04T11:59:59Z``."""
    if np.isnat(time):
        raise ValueError("an overpass without a time (NaT) has no name")
    return f"{time.astype('datetime64[s]')}Z"


def minute(time: np.datetime64) -> str:
    """Format a time for a person: ``2018-07-04 11:59 UTC``, seconds cut off."""
    return f"{iso(time)[:16].replace('T', ' ')} UTC"


def check_direction(direction: str) -> None:
    """Raise ValueError for anything but ``A`` and ``D``."""
    if direction not in DIRECTIONS:
        raise ValueError(f"direction {direction!r} is neither 'A' (ascending) nor 'D' (descending)")


def remove_sidecars(path: Path, but: Path | None = None) -> None:
    """Remove statistics, overviews and masks that GIS tools have left beside an earlier raster of this name.

    GIS tools would take them for those of the new raster.

    Args:
        path: the raster.
        but: one of them that stays.

    Raises:
        OutputError: one of them cannot be removed.
    """
    for suffix in _SIDECARS:
        sidecar = path.with_name(path.name + suffix)
        if sidecar == but:
            continue
        try:
            sidecar.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"{sidecar} belongs to an earlier raster and cannot be removed: {error.strerror}. Remove it by hand"
            ) from error
