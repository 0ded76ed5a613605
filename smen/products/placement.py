"""Which cells of a granule lie in a window, and where: by row and column alone, without resampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.products.granule_file import GranuleFile


@dataclass(frozen=True)
class CellPlacement:
    """The entries of a granule that lie in a window, on the cells of the product's own grid that the window touches.

    Attributes:
        index: which entries of the granule's datasets, (n,).
        row: their rows in the rectangle, (n,).
        column: their columns in the rectangle, (n,).
        shape: (R, C) of the rectangle: the smallest on the product's grid that covers the window; on M03 the window.
        around: columns of the grid.
    """

    index: NDArray[np.intp]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    shape: tuple[int, int]
    around: int

    @property
    def count(self) -> int:
        """Number of entries in the window."""
        return len(self.index)

    @classmethod
    def of(cls, file: GranuleFile, window: Window) -> CellPlacement:
        """Place the cells of a granule.

        Args:
            file: the granule.
            window: the region; its columns are met modulo the grid's width.

        Raises:
            GranuleError: the indices are missing, damaged or off the grid.
        """
        indexed, row, column = file.cells()
        grid = file.product.grid
        top, left, shape = window.rows(grid)[0], window.columns(grid)[0], window.coarse_shape(grid)
        # Rows first: they leave few entries to compute with.
        index = np.flatnonzero(indexed & (row >= top) & (row < top + shape[0]))
        from_left = (column[index].astype(np.int64) - left) % grid.columns
        inside = from_left < shape[1]
        index, from_left = index[inside], from_left[inside]
        return cls(index, row[index].astype(np.int64) - top, from_left, shape, grid.columns)

    def field(self, values: NDArray[Any], missing: float | int, dtype: type[np.generic]) -> NDArray[Any]:
        """Place one value per entry on the rectangle.

        Args:
            values: (n,).
            missing: value of cells without an entry.
            dtype: type of the result.

        Returns:
            (R, C).
        """
        rectangle = np.full(self.shape, missing, dtype)
        rectangle[self.row, self.column] = values
        # A window around the whole globe may touch its first column again at its end.
        rectangle[:, self.around :] = rectangle[:, : max(self.shape[1] - self.around, 0)]
        return rectangle
