"""Static rasters of a user on a region's window: soil, relief, land cover, whatever soil moisture may follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from smen.errors import DataError
from smen.grid import CRS_CODE, LEFT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window

FINER = 4
"""Sub-cells along each side of a cell in which classes are counted."""

MOST_CLASSES = 12
"""Classes of one raster that are told apart in a region, the most frequent ones; the others count as one."""

LEAST_SHARE = 0.01
"""Share of a region's area from which a class is told apart."""


def read_covariates(files: Mapping[str, str], window: Window, classes: Collection[str] = ()) -> NDArray[np.float32]:
    """Read rasters onto a window, ready to be covariates of a regression.

    Numbers are averaged over each cell, or interpolated where the raster is the coarser one. Of classes each that is
    frequent enough becomes a covariate of its own: the share of a cell that it covers. What is missing in a cell is
    taken to be the mean of the region.

    Args:
        files: the rasters by name, of any extent and coordinate system that GDAL reads; the first band counts.
        window: the region, H x W cells.
        classes: names of those whose numbers are classes.

    Returns:
        float32 (C, H, W), each with mean 0 and standard deviation 1; one that is the same everywhere is left out.

    Raises:
        DataError: a file cannot be read, does not say where it lies, or has no value in the region.
    """
    layers: list[NDArray[np.float64]] = []
    for name, file in files.items():
        layers += _class_shares(name, file, window) if name in classes else [_values(name, file, window)]
    standardised = [layer for field in layers if (layer := _standardised(field)) is not None]
    return np.array(standardised, np.float32).reshape(-1, *window.shape)


def _values(name: str, file: str, window: Window) -> NDArray[np.float64]:
    """Mean values of the cells, NaN where there is none."""
    return _warped(name, file, window, 1, Resampling.average, Resampling.bilinear)


def _class_shares(name: str, file: str, window: Window) -> list[NDArray[np.float64]]:
    """Shares of the cells that each frequent class covers."""
    fine = _warped(name, file, window, FINER, Resampling.mode, Resampling.nearest)
    numbers, count = np.unique(fine[np.isfinite(fine)], return_counts=True)
    order = np.argsort(-count, kind="stable")[:MOST_CLASSES]
    frequent = numbers[order[count[order] >= LEAST_SHARE * count.sum()]]
    height, width = window.shape
    blocks = fine.reshape(height, FINER, width, FINER)
    known = np.isfinite(blocks).mean(axis=(1, 3))
    with np.errstate(invalid="ignore", divide="ignore"):
        return [(blocks == number).mean(axis=(1, 3)) / known for number in frequent]


def _warped(name: str, file: str, window: Window, finer: int, down: Resampling, up: Resampling) -> NDArray[np.float64]:
    """The first band on the window's cells, or on parts of them; NaN where there is no value."""
    height, width = (size * finer for size in window.shape)
    values = np.full((height, width), np.nan)
    try:
        with rasterio.open(file) as raster:
            if raster.crs is None:
                raise DataError(
                    f"the covariate {name}, {file}, does not say its coordinate system: assign one, e.g. with QGIS"
                )
            for turn in (0.0, 2 * LEFT) if window.crosses_antimeridian else (0.0,):  # both sides of 180 degrees
                transform = Affine.translation(turn, 0) * window.transform * Affine.scale(1 / finer)
                target = {"crs": CRS_CODE, "transform": transform, "width": width, "height": height}
                with WarpedVRT(raster, **target) as plain:
                    method = up if _step(raster, plain) > 1 else down
                with WarpedVRT(raster, **target, resampling=method, nodata=np.nan, dtype="float64") as warped:
                    values = np.where(np.isnan(values), warped.read(1), values)
    except RasterioError as error:
        raise DataError(
            f"the covariate {name}, {file}, cannot be read: {error}. Give a raster that GDAL reads, e.g. a GeoTIFF"
        ) from error
    if not np.isfinite(values).any():
        raise DataError(f"the covariate {name}, {file}, has no value in the region: give a raster that covers it")
    return values


def _step(raster: rasterio.DatasetReader, warped: WarpedVRT) -> float:
    """Side of the raster's cells in cells of the target, in the middle of the target."""
    from rasterio.warp import transform as to_crs

    row, column = warped.height // 2, warped.width // 2
    places = [warped.transform * (column + x, row + y) for x, y in ((0, 0), (1, 0), (0, 1))]
    xs, ys = to_crs(warped.crs, raster.crs, *zip(*places, strict=True))
    inverse = ~raster.transform
    (x0, y0), (x1, y1), (x2, y2) = (inverse * (x, y) for x, y in zip(xs, ys, strict=True))
    cells = min(np.hypot(x1 - x0, y1 - y0), np.hypot(x2 - x0, y2 - y0))
    return float(1 / max(cells, 1e-12))


def _standardised(field: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """A field with mean 0 and standard deviation 1, 0 where it is missing; None where it does not vary."""
    known = np.isfinite(field)
    deviation = field[known].std()
    if deviation <= 1e-9 * max(abs(field[known]).max(), 1e-9):
        return None
    return np.where(known, (field - field[known].mean()) / deviation, 0.0)
