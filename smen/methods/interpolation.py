"""The coarse field as it is, and smoothly interpolated: nothing is learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.fill import known_coarse
from smen.data.records import MISSING, Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.grid import Window


def coarse_cells(
    field: NDArray[np.floating], window: Window, nesting: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """The value of each coarse cell that the window touches, from a field that is constant within each.

    Args:
        field: (H, W), NaN where missing.
        window: where the field lies.
        nesting: side of a coarse cell in M03 cells.

    Returns:
        The mean of each coarse cell's valid cells (R, C), NaN without any; and the index of the coarse row under
        each row (H,), of the coarse column under each column (W,), counted from the window's first.
    """
    rows = (window.row + np.arange(window.height)) // nesting - window.row // nesting
    columns = (window.column + np.arange(window.width)) // nesting - window.column // nesting
    flat = (rows[:, None] * (columns[-1] + 1) + columns[None, :]).ravel()
    valid = np.isfinite(field).ravel()
    size = (rows[-1] + 1) * (columns[-1] + 1)
    total = np.bincount(flat, np.where(valid, field.ravel(), 0).astype(np.float64), size)
    count = np.bincount(flat, valid, size)
    cells = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
    return cells.reshape(rows[-1] + 1, columns[-1] + 1), rows, columns


def interpolate(field: NDArray[np.floating], window: Window, nesting: int) -> NDArray[np.float32]:
    """Bilinear interpolation between the centres of coarse cells, at the centres of the window's cells.

    The centres are the coarse grid's own, wherever the window begins within a coarse cell. Missing coarse cells take
    no part; beyond the outermost centres the field goes on as it is there.

    Args:
        field: (H, W), constant within each coarse cell, NaN where missing.
        window: where the field lies.
        nesting: side of a coarse cell in M03 cells.

    Returns:
        float32 (H, W), NaN where none of the surrounding coarse cells is valid.
    """
    cells, _, _ = coarse_cells(field, window, nesting)
    down = interpolation_weights(window.row, window.height, cells.shape[0], nesting)
    across = interpolation_weights(window.column, window.width, cells.shape[1], nesting)
    valid = np.isfinite(cells)
    weight = down @ valid @ across.T
    total = down @ np.where(valid, cells, 0) @ across.T
    between = np.divide(total, weight, out=np.full(weight.shape, np.nan), where=weight > 1e-9)
    return np.asarray(between, np.float32)


def interpolation_weights(origin: int, length: int, cells: int, nesting: int) -> NDArray[np.float64]:
    """Bilinear weight of each coarse cell at each of the window's cells, (length, cells)."""
    place = (origin % nesting + np.arange(length) + 0.5) / nesting - 0.5  # in coarse cells, 0 at the first one's centre
    place = np.clip(place, 0, cells - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(place[:, None] - np.arange(cells)[None, :])), np.float64)


@dataclass
class NearestNeighbour:
    """The coarse field as it is: each 3 km cell has the value of its coarse cell."""

    name: str = "nearest_neighbour"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Nothing to learn."""

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """The coarse field of each overpass, small holes filled."""
        return Prediction(each_overpass(fields, samples, known_coarse))


@dataclass
class Bilinear:
    """The coarse field, bilinearly interpolated between the centres of its cells."""

    name: str = "bilinear"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Nothing to learn."""

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """The interpolated coarse field of each overpass, where its blocky field with small holes filled is."""
        return Prediction(each_overpass(fields, samples, lambda field: smooth(field, fields)))


def smooth(field: NDArray[np.float32], fields: Fields) -> NDArray[np.float32]:
    """`interpolate`, but only where the field with small holes filled has a value."""
    base = known_coarse(field)
    between = interpolate(field, fields.window, fields.coarse_nesting)
    return np.where(np.isfinite(base) & np.isfinite(between), between, base).astype(np.float32)


def each_overpass(
    fields: Fields, samples: Samples, make: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """What `make` makes of each overpass's coarse field, (N, H, W)."""
    mean = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
    for row, index in enumerate(samples.coarse):
        if index != MISSING:
            mean[row] = make(fields.coarse[index])
    return mean
