"""Cut one frame of a Sentinel-1 strip out of the fields of an area: the content of one SPL2SMAP_S granule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from smen.grid import M36
from smen.products.conventions import FLAG_FILL, FLOAT_FILL
from smen.products.flags import SurfaceFlag
from smen.simulation.product_seconds import seconds_since_epoch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.simulation.sentinel1_overpasses import Sentinel1Pass
    from smen.simulation.smap_overpasses import SimulatedHalfOrbit


@dataclass(frozen=True)
class SceneObservation:
    """The content of one SPL2SMAP_S granule: 2-D datasets on a rectangle of M03 cells.

    Attributes:
        platform: satellite and mode as in file names.
        smap_time: when SMAP passes over the scene's middle, datetime64[s], UTC.
        sentinel1_time: when Sentinel-1 does.
        longitude: of the south-western cell, degrees east.
        latitude: likewise, degrees north.
        values: dataset name to values, (rows, columns) of the rectangle; fill outside the strip.
    """

    platform: str
    smap_time: np.datetime64
    sentinel1_time: np.datetime64
    longitude: float
    latitude: float
    values: dict[str, NDArray[np.generic]]


def cut_scene(
    mask: NDArray[np.bool_],
    fields: Mapping[str, NDArray[np.generic]],
    overpass: Sentinel1Pass,
    orbit: SimulatedHalfOrbit,
    area: Window,
) -> SceneObservation:
    """Cut a frame: the smallest rectangle around its cells, with fill outside of them.

    Args:
        mask: cells of the frame, (height, width) of the area; at least one.
        fields: dataset name to values on the whole area, (height, width); uint16 or floating point.
        overpass: the Sentinel-1 overpass, on the area.
        orbit: the SMAP half-orbit that it is combined with, on the area's M36 cells.
        area: cells of M03.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    inside = mask[box]
    values = {}
    for name, field in fields.items():
        fill = FLAG_FILL if field.dtype == np.uint16 else FLOAT_FILL
        values[name] = np.where(inside, field[box], np.asarray(fill, field.dtype))
    edge = inside & ~ndimage.binary_erosion(inside)
    surface = values["surface_flag_3km"]
    values["surface_flag_3km"] = np.where(edge, surface | int(SurfaceFlag.NADIR_OR_SCENE_EDGE), surface)
    row, column = np.meshgrid(area.rows()[box[0]], area.columns()[box[1]], indexing="ij")
    longitude, latitude = np.meshgrid(area.longitudes[box[1]], area.latitudes[box[0]])
    seconds = np.repeat(np.repeat(orbit.seconds, M36.coarse_factor, 0), M36.coarse_factor, 1)[box]
    smap = orbit.crossing + _milliseconds(seconds[inside])
    sentinel1 = overpass.time + _milliseconds(overpass.seconds[box][inside])
    hours = float((smap - sentinel1) / np.timedelta64(1, "h"))
    smap_seconds = seconds + seconds_since_epoch(orbit.crossing)
    values |= {
        "EASE_row_index_3km": np.where(inside, row, FLAG_FILL),
        "EASE_column_index_3km": np.where(inside, column, FLAG_FILL),
        "latitude_3km": latitude,
        "longitude_3km": longitude,
        "spacecraft_overpass_time_seconds_3km": np.where(inside, smap_seconds, FLOAT_FILL),
        "SMAP_Sentinel-1_overpass_timediff_hr_3km": np.where(inside, hours, FLOAT_FILL),
    }
    return SceneObservation(
        platform=overpass.platform,
        smap_time=smap.astype("datetime64[s]"),
        sentinel1_time=sentinel1.astype("datetime64[s]"),
        longitude=float(longitude.min()),
        latitude=float(latitude.min()),
        values=values,
    )


def _milliseconds(seconds: NDArray[np.floating]) -> np.timedelta64:
    """Return the median of some times in seconds as a whole number of milliseconds."""
    return np.timedelta64(round(float(np.median(seconds)) * 1000), "ms")
