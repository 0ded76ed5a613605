"""Maps cut out along polygons: the cells that share area with them, as GeoTIFFs like the maps themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader, MemoryFile

from smen.errors import DataError
from smen.grid import Window
from smen.outputs.cog import creation_options, write_raster
from smen.outputs.feature_cells import Cells
from smen.outputs.geotiff import statistics
from smen.outputs.qgis_styles import style_path


def clipped_area(window: Window, features: Sequence[Cells]) -> tuple[Window, NDArray[np.bool_]]:
    """Return the smallest window that holds all cells of features, and which of its cells they are.

    Args:
        window: the region, which the cells are counted in.
        features: their cells; at least one.

    Returns:
        The window, and (height, width) true within.
    """
    rows = np.concatenate([cells.rows for cells in features])
    columns = np.concatenate([cells.columns for cells in features])
    top, left = int(rows.min()), int(columns.min())
    shape = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    inside = np.zeros(shape, bool)
    inside[rows - top, columns - left] = True
    return Window(window.row + top, window.column + left, *shape), inside


def write_clipped(source: Path, target: Path, window: Window, area: Window, inside: NDArray[np.bool_]) -> None:
    """Write the part of a map or of its quality raster that lies in an area, with the same bands, tags and style.

    Args:
        source: the GeoTIFF of a region.
        target: the GeoTIFF to write.
        window: of the region.
        area: the part to write, of `clipped_area`.
        inside: (height, width) of the area; nodata elsewhere.

    Raises:
        DataError: the source cannot be read.
        OutputError: a file cannot be written.
    """
    top, left = area.row - window.row, area.column - window.column
    try:
        with rasterio.open(source) as raster:
            stack = raster.read()[:, top : top + area.height, left : left + area.width]
            stack = np.where(inside, stack, np.array(raster.nodata, stack.dtype))
            content = _content(raster, stack, area)
        style = style_path(source).read_text(encoding="utf-8")
        beside = source.with_name(source.name + ".aux.xml")
        pam = beside.read_text(encoding="utf-8") if beside.exists() else None
    except (RasterioError, OSError) as error:
        raise DataError(f"{source} or its style cannot be read: {error}. Run the stage downscale again") from error
    write_raster(target, content, style, pam)


def _content(raster: DatasetReader, stack: NDArray[np.generic], area: Window) -> bytes:
    """Return the bytes of a GeoTIFF of other cells with all that a raster says of itself; statistics are made anew."""
    codes = stack.dtype == np.uint8
    options = {"dtype": stack.dtype.name, "nodata": raster.nodata}
    options |= (
        {"photometric": "palette", "overview_resampling": "MODE"}
        if codes
        else {"predictor": "FLOATING_POINT", "overview_resampling": "AVERAGE"}
    )
    with MemoryFile() as memory:
        with memory.open(**creation_options(area, len(stack), **options)) as copy:
            copy.write(stack)
            copy.descriptions, copy.scales, copy.offsets = raster.descriptions, raster.scales, raster.offsets
            copy.update_tags(**raster.tags())
            if codes:
                copy.write_colormap(1, raster.colormap(1))
            else:
                copy.units = raster.units
            for number, layer in enumerate(stack, start=1):
                tags = {name: tag for name, tag in raster.tags(number).items() if not name.startswith("STATISTICS_")}
                fresh = {} if codes else statistics(layer[layer != raster.nodata].astype(np.float64), layer.size)
                copy.update_tags(number, **tags | fresh)
        return bytes(memory.read())
