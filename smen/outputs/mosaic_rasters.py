"""The mosaic of one day and direction as GeoTIFFs: the maps of all tiles blended, and their quality codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smen.grid import Window
from smen.outputs.blending import RowBlend, edge_weights
from smen.outputs.cog import overpass_tags, write_raster
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.geotiff import BANDS, NODATA
from smen.outputs.large_raster import BLOCK_ROWS, BlockRaster, RunningStatistics, described, filled
from smen.outputs.map_files import read_bands
from smen.outputs.qgis_styles import code_style, ramp_style
from smen.outputs.quality_raster import QUALITY_NODATA, category_sidecar, rgb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from rasterio.io import DatasetWriter

    from smen.outputs.blending import BlendedRows
    from smen.outputs.map_files import MapFile
    from smen.outputs.map_names import Direction

DAY_NAME = "mosaic_{day}_{direction}.tif"
"""Name of a mosaic: local solar day, yyyymmdd, and direction."""


@dataclass(frozen=True)
class TileMap:
    """A map of a tile, and where the tile lies."""

    window: Window
    file: MapFile


@dataclass(frozen=True)
class QualityLegend:
    """Names and colours of quality codes."""

    names: Mapping[int, str]
    colours: Mapping[int, str]


@dataclass(frozen=True)
class MosaicSummary:
    """What a mosaic holds: share of cells with a value, and their mean in m3/m3 (NaN without any)."""

    valid_share: float
    mean: float


def write_mosaic(
    path: Path,
    quality: Path,
    area: Window,
    maps: Sequence[TileMap],
    overlap: int,
    legend: QualityLegend,
    *,
    time: np.datetime64,
    direction: Direction,
    tags: Mapping[str, str],
) -> MosaicSummary:
    """Blend maps and write the two rasters; only `BLOCK_ROWS` rows are in memory at a time.

    Args:
        path: the GeoTIFF of soil moisture, deviation and age.
        quality: the GeoTIFF of quality codes.
        area: where the mosaic lies; it holds all maps.
        maps: in the order in which equal weights count.
        overlap: cells that neighbouring tiles share.
        legend: of the quality codes.
        time: of the mosaic, UTC.
        direction: ``A`` or ``D``.
        tags: dataset tags, as of `smen.outputs.geotiff.write_map`.

    Raises:
        DataError: a map is missing or cannot be read.
        OutputError: a raster cannot be written.
    """
    raster = BlockRaster(area, len(BANDS), "AVERAGE", dtype="float32", nodata=NODATA, predictor="FLOATING_POINT")
    colours = {code: (*rgb(colour), 255) for code, colour in sorted(legend.colours.items())}
    codes = BlockRaster(area, 1, "MODE", colours, dtype="uint8", nodata=QUALITY_NODATA, photometric="palette")
    statistics = [RunningStatistics() for _ in BANDS]
    for row, blended in _blocks(area, maps, overlap):
        raster.write(row, filled(blended.bands))
        codes.write(row, blended.codes[None])
        for running, band in zip(statistics, blended.bands, strict=True):
            running.add(band)
    every = overpass_tags(tags, time, direction)
    describe = described({b.name: b.units for b in BANDS}, every, [running.tags() for running in statistics])
    write_raster(path, raster.content(describe), ramp_style(SOIL_MOISTURE, 1, time))
    content = codes.content(lambda made: _describe_codes(made, legend, every))
    write_raster(quality, content, code_style(legend.names, legend.colours, time), category_sidecar(legend.names))
    return MosaicSummary(statistics[0].valid_share, statistics[0].mean)


def _blocks(area: Window, maps: Sequence[TileMap], overlap: int) -> Iterator[tuple[int, BlendedRows]]:
    """Yield the blended rows of the mosaic from north to south, each block with its first row."""
    for top in range(0, area.height, BLOCK_ROWS):
        height = min(BLOCK_ROWS, area.height - top)
        rows = RowBlend(Window(area.row + top, area.column, height, area.width))
        for each in maps:
            if each.window.row < rows.area.row + height and each.window.row + each.window.height > rows.area.row:
                rows.add(each.window, edge_weights(each.window.shape, overlap), *read_bands(each.file))
        yield top, rows.result()


def _describe_codes(raster: DatasetWriter, legend: QualityLegend, tags: Mapping[str, str]) -> None:
    """Set names and tags of the raster of codes, as those of a single map."""
    raster.descriptions = ("quality",)
    raster.update_tags(**tags)
    raster.update_tags(1, **{f"CODE_{code}": name for code, name in sorted(legend.names.items())})
