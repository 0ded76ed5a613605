"""The map of one overpass as a GeoTIFF: soil moisture, its standard deviation, and the age of its last observation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from smen.grid import Window
from smen.outputs.cog import check_shape, creation_options, overpass_tags, write_raster
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.map_names import Direction
from smen.outputs.qgis_styles import ramp_style

NODATA = -9999.0
"""Missing value of a map; exact in float32, and SMAP's own fill value."""


@dataclass(frozen=True)
class Band:
    """Name and units of a band of a map."""

    name: str
    units: str


BANDS = (Band("soil_moisture", "m3 m-3"), Band("standard_deviation", "m3 m-3"), Band("age", "days"))
"""The bands of a map, in order."""


def write_map(
    path: Path,
    window: Window,
    soil_moisture: NDArray[np.floating],
    standard_deviation: NDArray[np.floating] | None,
    age: NDArray[np.floating] | None,
    *,
    time: np.datetime64,
    direction: Direction,
    tags: Mapping[str, str],
) -> None:
    """Write the map of one overpass, and beside it its style; statistics and overviews leave nodata out.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where the map lies.
        soil_moisture: m3/m3, (height, width), NaN where missing.
        standard_deviation: of soil_moisture, m3/m3, (height, width), NaN where unknown; None where not computed.
        age: days since the cell's last fine observation, (height, width), NaN where there is none; None where
            not computed.
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        tags: dataset tags, e.g. SOURCE, MODEL_DIGEST, SIMULATED, TIFFTAG_SOFTWARE. The time, direction and
            AREA_OR_POINT are set here and replace any of the same name.

    Raises:
        OutputError: the file cannot be written; no part of it is left.
        ValueError: an array has another shape than the window, or holds infinite values.
    """
    stack = np.full((len(BANDS), *window.shape), NODATA, np.float32)
    for layer, band, values in zip(stack, BANDS, (soil_moisture, standard_deviation, age), strict=True):
        if values is None:
            continue
        check_shape(band.name, values, window)
        if np.isinf(values).any():
            raise ValueError(f"{band.name} of {path} holds infinite values")
        valid = ~np.isnan(values)
        layer[valid] = values[valid]
    write_bands(path, window, stack, BANDS, "AVERAGE", time=time, direction=direction, tags=tags)


def write_bands(
    path: Path,
    window: Window,
    stack: NDArray[np.float32],
    bands: Sequence[Band],
    overview_resampling: str,
    *,
    time: np.datetime64,
    direction: Direction,
    tags: Mapping[str, str],
) -> None:
    """Write bands of one overpass, the first of which is soil moisture, and beside them their style.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where the bands lie.
        stack: float32 (n, height, width), `NODATA` where missing.
        bands: names and units, n of them.
        overview_resampling: GDAL's name of how overviews are made.
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        tags: dataset tags, as for `write_map`.

    Raises:
        OutputError: the file cannot be written; no part of it is left.
    """
    options = {"dtype": "float32", "nodata": NODATA, "predictor": "FLOATING_POINT"}
    options["overview_resampling"] = overview_resampling
    with MemoryFile() as memory:
        with memory.open(**creation_options(window, len(bands), **options)) as raster:
            raster.write(stack)
            raster.descriptions = tuple(band.name for band in bands)
            raster.units = tuple(band.units for band in bands)
            raster.scales, raster.offsets = (1.0,) * len(bands), (0.0,) * len(bands)
            raster.update_tags(**overpass_tags(tags, time, direction))
            for number, layer in enumerate(stack, start=1):
                raster.update_tags(number, **statistics(layer[layer != np.float32(NODATA)], layer.size))
        content = memory.read()
    write_raster(path, content, ramp_style(SOIL_MOISTURE, 1, time))


def statistics(values: NDArray[np.floating], cells: int) -> dict[str, str]:
    """Return GDAL's statistics tags of a band.

    Args:
        values: the band's valid values, any shape.
        cells: number of cells of the band, valid or not.

    Returns:
        The tags; where no value is valid, the percentage alone.
    """
    tags = {"STATISTICS_VALID_PERCENT": f"{100 * values.size / cells:.4g}"}
    if values.size:
        exact = values.astype(np.float64)
        numbers = {"MINIMUM": exact.min(), "MAXIMUM": exact.max(), "MEAN": exact.mean(), "STDDEV": exact.std()}
        tags |= {f"STATISTICS_{name}": f"{number:.14g}" for name, number in numbers.items()}
    return tags
