"""The maps of a region on disk: which there are, and their bands as arrays."""

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
from smen.outputs.labels import yes_or_no
from smen.outputs.map_names import Direction, check_direction

SCENES = ("scenes_before", "scenes_at", "scenes_after")
"""Columns of a list of maps that hold the half-orbits of 3 km scenes."""

COLUMNS = ("time", "direction", "map", "quality", "mode", "provisional", *SCENES, "digest")
"""Columns of a list of maps that are read here."""


@dataclass(frozen=True)
class MapFile:
    """The rasters of one overpass.

    Attributes:
        time: start of the half-orbit, datetime64[s], UTC.
        direction: ``A`` or ``D``.
        path: GeoTIFF of soil moisture, its standard deviation and its age.
        quality: GeoTIFF of the quality codes.
        mode: ``retrospective`` or ``causal``.
        provisional: whether it is made again once more is known.
        scenes: half-orbits of the 3 km scenes that it rests on beside the training: before, at and after it.
        digest: of its rasters, as the list of maps has it.
    """

    time: np.datetime64
    direction: Direction
    path: Path
    quality: Path
    mode: str = "causal"
    provisional: bool = False
    scenes: tuple[tuple[np.datetime64, ...], ...] = ((), (), ())
    digest: str = ""


def read_lists(lists: Sequence[tuple[Path, Path]]) -> list[MapFile]:
    """Read lists of maps.

    Args:
        lists: a CSV of the stage downscale and the folder of its maps, for each year.

    Returns:
        The maps by rising time.

    Raises:
        DataError: a list is missing or lacks a column.
    """
    maps = []
    for csv, folder in lists:
        try:
            table = pd.read_csv(csv, usecols=list(COLUMNS), dtype=str, keep_default_na=False)
        except (OSError, ValueError) as error:
            raise DataError(f"{csv} is no list of maps: {error}. Run the stage downscale") from error
        for row in table.itertuples(index=False):
            direction = str(row.direction)
            check_direction(direction)
            paths = folder / str(row.map), folder / str(row.quality)
            scenes = tuple(tuple(_time(text) for text in str(getattr(row, name)).split()) for name in SCENES)
            map_of = MapFile(
                _time(str(row.time)),
                cast("Direction", direction),
                *paths,
                mode=str(row.mode),
                provisional=str(row.provisional) == yes_or_no(True),
                scenes=scenes,
                digest=str(row.digest),
            )
            maps.append(map_of)
    return sorted(maps, key=lambda file: file.time)


def _time(text: str) -> np.datetime64:
    return np.datetime64(text.removesuffix("Z"), "s")


def read_bands(
    file: MapFile, *, part: tuple[slice, slice] | None = None, every: int = 1
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Read the bands and quality codes of one overpass.

    Args:
        file: the rasters of the overpass.
        part: rows and columns to read, None for all.
        every: side of the squares of cells that are read as one, for display: the average of their values and their
            most frequent code, which GDAL takes from the overviews where there are any.

    Returns:
        The bands, float32 (3, height, width), NaN where missing; and the codes, uint8 (height, width).

    Raises:
        DataError: a raster is missing or cannot be read.
    """
    codes = _read(file.quality, part, every, Resampling.mode)[0]
    return read_map(file, part=part, every=every), codes.data.astype(np.uint8)


def read_map(file: MapFile, *, part: tuple[slice, slice] | None = None, every: int = 1) -> NDArray[np.float32]:
    """Read the bands of one overpass, without its quality codes.

    Args:
        file: the rasters of the overpass.
        part: rows and columns to read, None for all.
        every: side of the squares of cells that are read as one, as for `read_bands`.

    Returns:
        Soil moisture, its standard deviation and age, float32 (3, height, width), NaN where missing.

    Raises:
        DataError: the raster is missing or cannot be read.
    """
    return _read(file.path, part, every, Resampling.average).filled(np.nan).astype(np.float32)


def read_moisture(file: MapFile) -> NDArray[np.float32]:
    """Read the soil moisture of one overpass alone, float32 (height, width), NaN where missing.

    Args:
        file: the rasters of the overpass.

    Raises:
        DataError: the raster is missing or cannot be read.
    """
    return np.asarray(_read(file.path, None, 1, Resampling.average, [1]).filled(np.nan)[0], np.float32)


def _read(
    path: Path, part: tuple[slice, slice] | None, every: int, resampling: Resampling, bands: list[int] | None = None
) -> np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float32]]:
    try:
        with rasterio.open(path) as raster:
            window = None if part is None else Part.from_slices(*part)
            shape = None
            if every > 1:
                shape = (raster.count, -(-raster.height // every), -(-raster.width // every))
            values: np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float32]] = raster.read(
                bands, masked=True, window=window, out_shape=shape, resampling=resampling
            )
            return values
    except RasterioError as error:
        raise DataError(f"{path} cannot be read: {error}. Run the stage downscale again") from error
