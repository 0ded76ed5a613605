"""A region's maps as files: what there is, and each as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window as Part

from smen.errors import DataError
from smen.outputs.naming import Direction, check_direction

COLUMNS = ("time", "direction", "map", "quality")
"""Columns of a list of maps that are needed here."""


@dataclass(frozen=True)
class MapFile:
    """One overpass's rasters.

    Attributes:
        time: start of the half-orbit, datetime64[s], UTC.
        direction: ``A`` or ``D``.
        path: soil moisture, its standard deviation and its age.
        quality: the codes.
    """

    time: np.datetime64
    direction: Direction
    path: Path
    quality: Path


def read_lists(lists: Sequence[tuple[Path, Path]]) -> list[MapFile]:
    """Read lists of maps.

    Args:
        lists: a CSV of the stage downscale and the folder that its maps are in, for each year.

    Returns:
        The maps by rising time.

    Raises:
        DataError: a list is missing or is none.
    """
    found = []
    for csv, folder in lists:
        try:
            table = pd.read_csv(csv, usecols=list(COLUMNS))
        except (OSError, ValueError) as error:
            raise DataError(f"{csv} is no list of maps: {error}. Run the stage downscale") from error
        for row in table.itertuples(index=False):
            direction = str(row.direction)
            check_direction(direction)
            time = np.datetime64(str(row.time).removesuffix("Z"), "s")
            paths = folder / str(row.map), folder / str(row.quality)
            found.append(MapFile(time, cast("Direction", direction), *paths))
    return sorted(found, key=lambda file: file.time)


def read_bands(
    file: MapFile, *, part: tuple[slice, slice] | None = None, every: int = 1
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Read one overpass.

    Args:
        file: which.
        part: rows and columns, None for all.
        every: read averages (and most frequent codes) of blocks of so many cells, for display.

    Returns:
        The bands, float32 (3, height, width), NaN where there is nothing; and the codes, uint8 (height, width).

    Raises:
        DataError: a raster is missing or cannot be read.
    """
    bands = _read(file.path, part, every, Resampling.average)
    codes = _read(file.quality, part, every, Resampling.mode)[0]
    return bands.filled(np.nan).astype(np.float32), codes.data.astype(np.uint8)


def _read(
    path: Path, part: tuple[slice, slice] | None, every: int, resampling: Resampling
) -> np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float32]]:
    try:
        with rasterio.open(path) as raster:
            window = None if part is None else Part.from_slices(*part)
            shape = None
            if every > 1:
                shape = (raster.count, -(-raster.height // every), -(-raster.width // every))
            values: np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float32]] = raster.read(
                masked=True, window=window, out_shape=shape, resampling=resampling
            )
            return values
    except RasterioError as error:
        raise DataError(f"{path} cannot be read: {error}. Run the stage downscale again") from error
