"""The maps of a region at some cells, and their mean over time; what was read of maps that have not changed is kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from smen.data.kept import Kept, Parts
from smen.outputs.map_files import MapFile, read_map

Cells = tuple[NDArray[np.integer], NDArray[np.integer]]
"""Rows and columns in the window, (P,) each."""

TOGETHER = 32
"""Maps whose values are kept together."""


def maps_at_cells(
    maps: Sequence[MapFile], cells: Cells, shape: tuple[int, int], kept: Kept
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Read the maps at cells.

    Args:
        maps: N maps by rising time.
        cells: where.
        shape: of a map: height, width.
        kept: where what was read is kept.

    Returns:
        Soil moisture and its standard deviation at the cells, m3/m3, (2, N, P), NaN where missing; and the mean soil
        moisture over time, m3/m3, (height, width), NaN where there is none.

    Raises:
        DataError: a map cannot be read.
        OutputError: what was read cannot be kept.
    """
    values = [np.empty((2, 0, len(cells[0])), np.float32)]
    total, number = np.zeros(shape), np.zeros(shape, np.int64)
    for start in range(0, len(maps), TOGETHER):
        files = maps[start : start + TOGETHER]
        part = kept.take("maps", [[file.digest for file in files], *cells], partial(_read, files, cells, shape))
        values.append(part["values"])
        total += part["total"]
        number += part["number"]
    return np.concatenate(values, axis=1), np.divide(total, number, out=np.full(shape, np.nan), where=number > 0)


def _read(files: Sequence[MapFile], cells: Cells, shape: tuple[int, int]) -> Parts:
    """Values of some maps at the cells, (2, n, P); sum and number of soil moisture over them, (H, W)."""
    values = np.empty((2, len(files), len(cells[0])), np.float32)
    total, number = np.zeros(shape), np.zeros(shape, np.int64)
    for index, file in enumerate(files):
        bands = read_map(file)
        values[:, index] = bands[:2, *cells]
        valid = np.isfinite(bands[0])
        total[valid] += bands[0][valid]
        number += valid
    return {"values": values, "total": total, "number": number}
