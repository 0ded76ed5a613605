"""The rasters of indices on disk: their names, the list of a year, and their bands as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window as Part

from smen.data.drought_classes import DroughtClass
from smen.errors import DataError
from smen.outputs.index_rasters import DROUGHT, KINDS
from smen.outputs.map_names import iso, stamp

ALL_KINDS = (DROUGHT, *KINDS)
"""Kinds of rasters, each a column of a list."""

SHARES = tuple(f"share_{name.name.lower()}" for name in DroughtClass)
"""Columns of a list: share of the mapped area in each class."""

ABOUT = ("start", "end", "every", "maps", "record_years")
"""Columns of a list about the period: its ends, its length in words, how many maps are in it, years of the record."""


@dataclass(frozen=True)
class IndexFile:
    """The rasters of one period.

    Attributes:
        start: its beginning, datetime64[s], UTC.
        end: its end, not included.
        every: ``overpass``, ``day`` or ``week``.
        record_years: years of the record that it is held against.
        paths: its rasters by kind.
        shares: share of the mapped area in each class, by column of the list; NaN without drought classes.
    """

    start: np.datetime64
    end: np.datetime64
    every: str
    record_years: int
    paths: dict[str, Path] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """Beginning of the names of its rasters."""
        kind, path = next(iter(self.paths.items()))
        return path.stem.removesuffix(f"_{kind}")


def index_path(folder: Path, region: str, start: np.datetime64, every: str, kind: str) -> Path:
    """Return the raster of an index: ``{region}_{yyyymmddThhmmss}_{kind}.tif``, of a day or week without the time.

    Args:
        folder: of the year's indices.
        region: its name.
        start: of the period, UTC.
        every: ``overpass``, ``day`` or ``week``.
        kind: of the raster.
    """
    when = stamp(start) if every == "overpass" else f"{stamp(start)[:8]}_{every}"
    return Path(folder) / f"{region}_{when}_{kind}.tif"


def list_table(files: Sequence[IndexFile], maps: Sequence[int]) -> pd.DataFrame:
    """Return the list of a year's indices.

    Args:
        files: the rasters of each period.
        maps: number of maps in each.
    """
    rows = [
        {
            "start": iso(file.start), "end": iso(file.end), "every": file.every, "maps": number,
            "record_years": file.record_years, **{kind: path.name for kind, path in file.paths.items()},
            **{name: f"{share:.4f}" for name, share in file.shares.items() if np.isfinite(share)},
        }
        for file, number in zip(files, maps, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*ABOUT, *ALL_KINDS, *SHARES])


def read_index_lists(lists: Sequence[tuple[Path, Path]]) -> list[IndexFile]:
    """Read lists of indices.

    Args:
        lists: a CSV of the stage indicators and the folder of its rasters, for each year.

    Returns:
        The periods by rising time.

    Raises:
        DataError: a list is missing or lacks a column.
    """
    files = []
    for csv, folder in lists:
        try:
            table = pd.read_csv(csv, usecols=[*ABOUT, *ALL_KINDS, *SHARES], dtype=str, keep_default_na=False)
        except (OSError, ValueError) as error:
            raise DataError(f"{csv} is no list of indices: {error}. Run the stage indicators") from error
        for row in table.to_dict("records"):
            start, end = (np.datetime64(str(row[name]).removesuffix("Z"), "s") for name in ("start", "end"))
            paths = {kind: folder / str(row[kind]) for kind in ALL_KINDS if row[kind]}
            shares = {name: float(row[name]) if row[name] else float("nan") for name in SHARES}
            files.append(IndexFile(start, end, str(row["every"]), int(row["record_years"]), paths, shares))
    return sorted(files, key=lambda file: file.start)


def read_index(path: Path, *, part: tuple[slice, slice] | None = None, every: int = 1) -> NDArray[np.float32]:
    """Read the bands of a raster of an index.

    Args:
        path: the raster.
        part: rows and columns to read, None for all.
        every: side of the squares of cells that are read as one, for display.

    Returns:
        float32 (bands, height, width), NaN where missing; classes as numbers.

    Raises:
        DataError: it is missing or cannot be read.
    """
    try:
        with rasterio.open(path) as raster:
            shape = None
            if every > 1:
                shape = (raster.count, -(-raster.height // every), -(-raster.width // every))
            codes = raster.dtypes[0] == "uint8"
            values = raster.read(
                masked=True,
                window=None if part is None else Part.from_slices(*part),
                out_shape=shape,
                resampling=Resampling.mode if codes else Resampling.average,
            )
            return np.asarray(values.astype(np.float32).filled(np.nan), np.float32)
    except RasterioError as error:
        raise DataError(f"{path} cannot be read: {error}. Run the stage indicators again") from error
