"""What SMAP gave at the times of maps, as GeoTIFFs: the coarse field, and the 3 km product where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from smen.data.kept import NOTHING_KEPT, Kept, Parts, as_array
from smen.grid import Window
from smen.outputs.cog import write_raster
from smen.outputs.geotiff import NODATA, Band, write_bands
from smen.outputs.map_files import MapFile
from smen.outputs.qgis_styles import style_path

ObservedKind = Literal["coarse", "product"]
"""The field of the radiometer, its cells repeated at 3 km, or the 3 km product; the end of a file's name."""

BAND = Band("soil_moisture", "m3 m-3")

MOST_MORE = 400
"""Layers that a QGIS project may have beside maps and quality before only dates with a 3 km product have them: it opens
in about 2 ms a layer."""


@dataclass(frozen=True)
class ObservedFile:
    """The raster of what was observed at the time of a map.

    Attributes:
        map: the map.
        path: the raster.
    """

    map: MapFile
    path: Path


def compared_dates(maps: int, product: Mapping[int, NDArray[np.floating]]) -> list[int]:
    """Return the numbers of the maps that are shown beside what was observed.

    Args:
        maps: how many there are.
        product: the 3 km product by the number of the map.

    Returns:
        All of them where coarse field, product and deviation stay within `MOST_MORE` layers, else those with a product.
    """
    return list(range(maps)) if 2 * maps + len(product) <= MOST_MORE else sorted(product)


def write_observed(
    folder: Path,
    window: Window,
    maps: Sequence[MapFile],
    fields: Mapping[int, NDArray[np.floating]],
    kind: ObservedKind,
    *,
    tags: Mapping[str, str],
    kept: Kept = NOTHING_KEPT,
) -> list[ObservedFile]:
    """Write what was observed at the times of maps: ``{folder}/{year}/{map}_{kind}.tif`` with its style.

    Args:
        folder: of the region's observed rasters.
        window: of the region.
        maps: N maps.
        fields: (H, W) m3/m3, NaN where missing, by the number of the map; those without any value are left out.
        kind: of the fields.
        tags: dataset tags.
        kept: where the rasters of fields that have not changed are kept.

    Raises:
        OutputError: a file cannot be written.
    """
    files = []
    for number, field in sorted(fields.items()):
        if not np.isfinite(field).any():
            continue
        file = maps[number]
        path = folder / str(file.time)[:4] / f"{file.path.stem}_{kind}.tif"
        about: dict[str, Any] = {"time": file.time, "direction": file.direction, "tags": tags}
        parts = kept.take("observed", [field, window, *about.values()], partial(_made, path, window, field, about))
        write_raster(path, parts["raster"].tobytes(), parts["style"].tobytes().decode())
        files.append(ObservedFile(file, path))
    return files


def _made(path: Path, window: Window, field: NDArray[np.floating], about: Mapping[str, Any]) -> Parts:
    """Write a raster with its style, and return both as they are on disk."""
    stack = np.where(np.isnan(field), NODATA, field).astype(np.float32)[None]
    write_bands(path, window, stack, (BAND,), "AVERAGE", **about)
    return {"raster": as_array(path.read_bytes()), "style": as_array(style_path(path).read_bytes())}
