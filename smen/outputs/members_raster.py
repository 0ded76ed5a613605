"""Members of a map as one GeoTIFF with a band each: fields that the soil moisture might as well have been."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smen.grid import Window
from smen.outputs.cog import check_shape
from smen.outputs.geotiff import NODATA, Band, write_bands
from smen.outputs.map_names import Direction

STEP = 2.0**-13
"""Values are rounded to this, .00012 m3/m3: far below their errors, and a file half as large."""


def write_members(
    path: Path,
    window: Window,
    members: NDArray[np.floating],
    *,
    time: np.datetime64,
    direction: Direction,
    tags: Mapping[str, str],
) -> None:
    """Write members of a map, and their style.

    Args:
        path: the GeoTIFF to write; sidecars of an earlier one of this name are removed.
        window: where the map lies.
        members: m3/m3, (n, height, width), NaN where missing, n at least 1.
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        tags: dataset tags, as for `smen.outputs.geotiff.write_map`.

    Raises:
        OutputError: the file cannot be written; no part of it is left.
        ValueError: the members have another shape than the window.
    """
    for member in members:
        check_shape("a member", member, window)
    rounded = (np.round(members / STEP) * STEP).astype(np.float32)
    stack = np.where(np.isnan(rounded), np.float32(NODATA), rounded)
    bands = [Band(f"member_{number}", "m3 m-3") for number in range(1, len(stack) + 1)]
    write_bands(path, window, stack, bands, "NEAREST", time=time, direction=direction, tags=tags)
