"""The stored lines of the base map: how they are made from Natural Earth, and read.

The lines come with the package (``basemap.npz``, made from Natural Earth's 1:10m layers by `pack_lines`): simplified
to 0.008 degrees and rounded to 0.005 degrees, a sixth of a 3 km cell, which is enough for orientation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import geopandas as gpd

STEP = 0.005
"""Step of the stored coordinates, degrees."""

TOLERANCE = 0.008
"""Greatest distance of a simplified line from the original, degrees."""

KINDS = ("coast", "border", "state", "lake")
"""Kinds of lines: coastlines, borders of countries, of states and provinces, shores of lakes."""

FILE = Path(__file__).with_name("basemap.npz")


@cache
def stored_lines(path: Path = FILE) -> Mapping[str, NDArray[Any]]:
    """Read the stored lines.

    Returns:
        Of N lines: ``points`` (P, 2) longitude and latitude of all lines in steps of `STEP`, ``first`` (N + 1,) the
        first point of each, ``kind`` (N,) as indices into `KINDS`, ``boxes`` (N, 4) west, south, east and north in
        degrees.
    """
    with np.load(path) as file:
        counts, steps, kind = file["counts"].astype(np.int64), file["steps"].astype(np.int32), file["kind"]
    first = np.concatenate([[0], np.cumsum(counts)])
    # The steps of all lines in a row: the first of each is counted from the last point of the line before.
    points = np.cumsum(steps, axis=0, dtype=np.int32)
    low, high = (f.reduceat(points, first[:-1], axis=0) for f in (np.minimum, np.maximum))
    return {"points": points, "first": first, "kind": kind, "boxes": np.hstack([low, high]) * STEP}


def pack_lines(layers: Mapping[str, gpd.GeoSeries], path: Path = FILE) -> None:
    """Make the file of stored lines from Natural Earth's layers; not needed to use them.

    Args:
        layers: lines or polygons (then their outlines), longitude and latitude, for each of `KINDS`.
        path: the file to write.
    """
    import shapely

    steps, counts, kinds = [], [], []
    last = np.zeros(2, np.int32)
    for kind, shapes in layers.items():
        merged = shapely.line_merge(shapely.union_all([_outline(shape) for shape in shapes]))
        for line in shapely.get_parts(shapely.simplify(merged, TOLERANCE)):
            points = np.round(shapely.get_coordinates(line) / STEP).astype(np.int32)
            moved = np.concatenate([[True], np.diff(points, axis=0).any(axis=1)])
            points = points[moved]
            if len(points) > 1:
                steps.append(np.diff(points, axis=0, prepend=last[None]))
                counts.append(len(points))
                kinds.append(KINDS.index(kind))
                last = points[-1]
    np.savez_compressed(
        path,
        steps=np.concatenate(steps).astype(np.int32),
        counts=np.array(counts, np.uint16),
        kind=np.array(kinds, np.uint8),
    )


def _outline(shape: object) -> object:
    import shapely

    return shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
