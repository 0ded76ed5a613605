"""Cloud-optimised GeoTIFFs of any size: written block by block, never whole in memory but in their compressed form.

GDAL's COG driver takes a whole raster. It is given an ordinary tiled GeoTIFF in memory, compressed, in which blocks
without any value take no place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from rasterio.windows import Window as Part

from smen.outputs.cog import TILE, creation_options
from smen.outputs.geotiff import NODATA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from rasterio.io import DatasetWriter

    from smen.grid import Window

BLOCK_ROWS = TILE
"""Rows that are handled at a time."""


class RunningStatistics:
    """GDAL's statistics tags of a band whose values come in parts."""

    def __init__(self) -> None:
        self._count, self._cells = 0, 0
        self._least, self._greatest = math.inf, -math.inf
        self._sum, self._squares, self._shift = 0.0, 0.0, 0.0

    def add(self, values: NDArray[np.float32]) -> None:
        """Add a part of the band.

        Args:
            values: of any shape, NaN where missing.
        """
        self._cells += values.size
        valid = values[np.isfinite(values)].astype(np.float64)
        if not valid.size:
            return
        if not self._count:
            self._shift = float(valid[0])  # squares of what is left are small, and their sum exact enough
        self._count += valid.size
        self._least, self._greatest = min(self._least, valid.min()), max(self._greatest, valid.max())
        self._sum += float((valid - self._shift).sum())
        self._squares += float(((valid - self._shift) ** 2).sum())

    @property
    def valid_share(self) -> float:
        """Share of cells with a value."""
        return self._count / self._cells if self._cells else 0.0

    @property
    def mean(self) -> float:
        """Mean of the values; NaN without any."""
        return self._shift + self._sum / self._count if self._count else math.nan

    def tags(self) -> dict[str, str]:
        """Return the tags; where no value is valid, the percentage alone."""
        tags = {"STATISTICS_VALID_PERCENT": f"{100 * self.valid_share:.4g}"}
        if self._count:
            variance = self._squares / self._count - (self._sum / self._count) ** 2
            numbers = {"MINIMUM": self._least, "MAXIMUM": self._greatest, "MEAN": self.mean}
            numbers["STDDEV"] = math.sqrt(max(variance, 0.0))
            tags |= {f"STATISTICS_{name}": f"{number:.14g}" for name, number in numbers.items()}
        return tags


class BlockRaster:
    """A raster in memory that is filled block by block, and then made into a cloud-optimised GeoTIFF.

    Args:
        window: where it lies.
        bands: number of bands.
        resampling: GDAL's name of how overviews are made.
        colours: of the values of a raster of codes, red, green, blue and opacity, 0..255; None: it is none.
        **options: dtype, nodata and further options, as of `smen.outputs.cog.creation_options`.
    """

    def __init__(
        self,
        window: Window,
        bands: int,
        resampling: str,
        colours: Mapping[int, tuple[int, ...]] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        self._options = creation_options(window, bands, **options)
        self._resampling = resampling
        self._bands, self._nodata = bands, options["nodata"]
        self._memory = MemoryFile(ext=".tif")
        plain = {name: value for name, value in self._options.items() if name not in _OF_COG}
        tiled = {"driver": "GTiff", "tiled": True, "blockxsize": TILE, "blockysize": TILE, "sparse_ok": True}
        if "predictor" in plain:
            plain["predictor"] = 3  # GDAL's number of the floating-point predictor, which its GTiff driver wants
        self._raster: DatasetWriter = self._memory.open(**{**plain, **tiled, "bigtiff": "IF_SAFER"})
        if colours is not None:  # before any value, because a TIFF's palette stands in its header
            self._raster.write_colormap(1, dict(colours))

    def write(self, row: int, values: NDArray[Any]) -> None:
        """Write some rows.

        Args:
            row: the first of them, a multiple of `BLOCK_ROWS`.
            values: (bands, rows, width), nodata where missing.
        """
        for left in range(0, values.shape[2], TILE):
            block = values[:, :, left : left + TILE]
            if (block != self._nodata).any():
                self._raster.write(block, window=Part(left, row, block.shape[2], block.shape[1]))

    def content(self, describe: Callable[[DatasetWriter], None]) -> bytes:
        """Return the bytes of the cloud-optimised GeoTIFF; nothing can be written any more.

        Args:
            describe: sets names, units and tags.
        """
        describe(self._raster)
        self._raster.close()
        names = ("compress", "blocksize", "overview_count", "predictor")
        options = {name.upper(): self._options[name] for name in names if name in self._options}
        with self._memory, MemoryFile(ext=".tif") as made:
            copy(self._memory.name, made.name, driver="COG", OVERVIEW_RESAMPLING=self._resampling, **options)
            content: bytes = made.read()
        return content


_OF_COG = frozenset(("driver", "blocksize", "overview_count"))
"""Creation options that only the COG driver knows."""


def filled(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return bands with `NODATA` where they are NaN."""
    return np.where(np.isnan(bands), np.float32(NODATA), bands)


def described(
    names: Mapping[str, str], tags: Mapping[str, str], band_tags: list[dict[str, str]]
) -> Callable[[DatasetWriter], None]:
    """Return what sets names, units and tags of a raster of maps.

    Args:
        names: units of each band by its name, in order.
        tags: of the dataset.
        band_tags: of each band.
    """

    def describe(raster: DatasetWriter) -> None:
        raster.descriptions, raster.units = tuple(names), tuple(names.values())
        raster.scales, raster.offsets = (1.0,) * len(names), (0.0,) * len(names)
        raster.update_tags(**tags)
        for number, each in enumerate(band_tags, start=1):
            raster.update_tags(number, **each)

    return describe
