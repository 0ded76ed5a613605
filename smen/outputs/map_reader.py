"""Maps that several products of a region are made of, read once each, and what is made of them and kept."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smen.data.kept import NOTHING_KEPT, Kept
from smen.grid import Window
from smen.outputs.map_files import MapFile, read_bands, read_moisture

MEMORY = 256_000_000
"""Bytes of maps that are remembered: all that change on a day, unless a region is larger than 300 x 300 cells."""

BYTES = 13
"""Of a cell: three bands of float32 and a code."""

_Bands = tuple[NDArray[np.float32], NDArray[np.uint8]]


class MapReader:
    """Reads maps, and remembers those that it read last.

    Args:
        window: where they lie.
        kept: where what is made of maps that do not change is kept.
    """

    def __init__(self, window: Window, kept: Kept = NOTHING_KEPT) -> None:
        self.kept = kept
        self._most = max(MEMORY // (BYTES * window.height * window.width), 1)
        self._read: OrderedDict[Path, _Bands] = OrderedDict()

    def bands(self, file: MapFile) -> _Bands:
        """Return the bands and quality codes of an overpass, as `read_bands` does; not to be changed.

        Args:
            file: the rasters of the overpass.

        Raises:
            DataError: a raster is missing or cannot be read.
        """
        if file.path in self._read:
            self._read.move_to_end(file.path)
            return self._read[file.path]
        bands = self._read[file.path] = read_bands(file)
        if len(self._read) > self._most:
            self._read.popitem(last=False)
        return bands

    def moisture(self, file: MapFile) -> NDArray[np.float32]:
        """Return the soil moisture of an overpass, as `bands` does, but read nothing else where it is not remembered.

        Args:
            file: the rasters of the overpass.

        Raises:
            DataError: the raster is missing or cannot be read.
        """
        return self._read[file.path][0][0] if file.path in self._read else read_moisture(file)
