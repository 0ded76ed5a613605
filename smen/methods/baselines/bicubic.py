"""The coarse field, interpolated by cubic splines between the centres of its cells; there is nothing to fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.ndimage import distance_transform_edt

from smen.data.fill import known_coarse
from smen.data.records import Prediction
from smen.grid.bilinear import coarse_places
from smen.methods.interpolation import each_overpass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.grid import Grid, Window

CUBIC = 3


@dataclass
class Bicubic:
    """The coarse field, interpolated by cubic splines between the centres of its cells."""

    name: str = "bicubic"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Do nothing: there is nothing to learn.

        Args:
            fields: the region's arrays.
            samples: its overpasses.
        """

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Interpolate the coarse field of each overpass, where that with small holes filled has a value.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.
        """
        window, grid = fields.window, fields.coarse_grid

        def interpolated(cells: NDArray[np.float32]) -> NDArray[np.float32]:
            valid = np.isfinite(known_coarse(window.expand(cells, grid)))
            return np.where(valid, cubic(cells, window, grid), np.nan).astype(np.float32)

        return Prediction(each_overpass(fields, samples, interpolated))


def cubic(cells: NDArray[np.floating], window: Window, grid: Grid) -> NDArray[np.float32]:
    """Tensor product of cubic interpolating splines (not-a-knot) through the centres of the coarse cells.

    The centres are the coarse grid's own, wherever the window begins within a coarse cell. A missing coarse cell
    takes the value of the nearest valid one, for a spline needs all; beyond the outermost centres the field goes on
    as it is there. Where the window has fewer than four coarse cells in a direction, the degree is lower.

    Args:
        cells: values of the coarse cells under the window, (R, C), NaN where missing.
        window: where to interpolate.
        grid: the coarse cells'.

    Returns:
        float32 (H, W); NaN only if no cell is valid.
    """
    cells = np.asarray(cells, np.float64)
    missing = ~np.isfinite(cells)
    if missing.all():
        return np.full(window.shape, np.nan, np.float32)
    if missing.any():
        nearest = distance_transform_edt(missing, return_distances=False, return_indices=True)
        cells = cells[tuple(nearest)]
    down = spline_weights(window.row, window.height, cells.shape[0], grid.coarse_factor)
    across = spline_weights(window.column, window.width, cells.shape[1], grid.coarse_factor)
    return np.asarray(down @ cells @ across.T, np.float32)


def spline_weights(origin: int, length: int, cells: int, factor: int) -> NDArray[np.float64]:
    """Weight of each coarse cell at each of the window's cells, (length, cells): a spline is linear in its data.

    Args:
        origin: the window's first row or column.
        length: how many there are.
        cells: how many coarse cells the window touches.
        factor: fine cells along a coarse one.
    """
    if cells == 1:
        return np.ones((length, 1))
    place = coarse_places(origin, length, factor)
    spline = make_interp_spline(np.arange(cells), np.eye(cells), k=_degree(cells))
    return np.asarray(spline(np.clip(place, 0, cells - 1)), np.float64)


def _degree(cells: int) -> int:
    """The degree of a spline through so many points: cubic, or linear where they are too few for it."""
    return CUBIC if cells > CUBIC else 1
