"""Blending of overlapping maps: weighted means whose weights fall to zero at the edges of each map.

Where neighbours overlap by the given number of cells their weights add up to one, so that one fades into the other;
where a neighbour has no value, the others count alone. Errors of maps of one place are taken as fully correlated,
since they rest on the same overpasses: the deviation of a weighted mean is then the weighted mean of the deviations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.outputs.quality_raster import QUALITY_NODATA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window


def edge_weights(shape: tuple[int, int], overlap: int) -> NDArray[np.float64]:
    """Return the weight of each cell of a tile, (height, width): 1 inside, falling in a line to 0 at the edges.

    At the centre of the k-th cell from an edge, counted from 0, it is (k + 1/2) / overlap; near a corner the product
    of both. Neighbours that overlap by `overlap` cells have weights that add up to 1.

    Args:
        shape: height and width of the tile.
        overlap: cells that neighbours share; 0: all weights are 1.
    """
    ramps = []
    for side in shape:
        from_edge = np.minimum(np.arange(side), np.arange(side)[::-1]) + 0.5
        ramps.append(np.minimum(from_edge / overlap, 1.0) if overlap else np.ones(side))
    return np.outer(*ramps)


@dataclass(frozen=True)
class BlendedRows:
    """Some rows of a mosaic.

    Attributes:
        bands: soil moisture and its deviation in m3/m3, age in days, float32 (3, rows, width), NaN where missing.
        codes: quality codes, uint8 (rows, width).
    """

    bands: NDArray[np.float32]
    codes: NDArray[np.uint8]


class RowBlend:
    """Sums of the maps that lie on some rows of a mosaic; maps may be added in any order but for equal weights.

    Soil moisture is the weighted mean of the maps that have a value there, and its deviation that of theirs. Age and
    quality code are those of the map with the greatest weight among these or, where no map has a value, among all: a
    mean of codes says nothing, and the code then belongs to the map that the value rests on most.

    Args:
        area: the rows, on the columns of the mosaic.
    """

    def __init__(self, area: Window) -> None:
        self.area = area
        shape = area.shape
        self._weight, self._moisture = np.zeros(shape), np.zeros(shape)
        self._known, self._deviation = np.zeros(shape), np.zeros(shape)
        self._greatest = np.zeros(shape)
        self._age = np.full(shape, np.nan, np.float32)
        self._codes = np.full(shape, QUALITY_NODATA, np.uint8)

    def add(
        self, window: Window, weights: NDArray[np.float64], bands: NDArray[np.float32], codes: NDArray[np.uint8]
    ) -> None:
        """Add a map; what of it lies outside the rows is left out.

        Args:
            window: where it lies.
            weights: of its cells, above 0, (height, width).
            bands: soil moisture, deviation and age, (3, height, width), NaN where missing.
            codes: its quality codes, (height, width).
        """
        rows, columns = np.indices(window.shape)
        inside, row, column = self.area.locate(rows + window.row, columns + window.column)
        if not len(row):
            return
        weight, code = weights[inside], codes[inside]
        moisture, deviation, age = bands[:, inside]
        here = row, column
        valid, known = np.isfinite(moisture), np.isfinite(moisture) & np.isfinite(deviation)
        self._weight[here] += np.where(valid, weight, 0)
        self._moisture[here] += np.where(valid, weight * moisture, 0)
        self._known[here] += np.where(known, weight, 0)
        self._deviation[here] += np.where(known, weight * deviation, 0)
        # A value outweighs any map without one: weights lie between 0 and 1.
        rank = weight + valid
        greater = rank > self._greatest[here]
        where = row[greater], column[greater]
        self._greatest[where] = rank[greater]
        self._age[where], self._codes[where] = age[greater], code[greater]

    def result(self) -> BlendedRows:
        """Return the blended rows."""
        bands = np.full((3, *self.area.shape), np.nan, np.float32)
        for band, total, weight in ((0, self._moisture, self._weight), (1, self._deviation, self._known)):
            np.divide(total, weight, out=bands[band], where=weight > 0, casting="same_kind")
        bands[2] = np.where(self._weight > 0, self._age, np.nan)
        return BlendedRows(bands, self._codes)
