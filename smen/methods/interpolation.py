"""The coarse field as it is, and bilinearly interpolated: methods without parameters to learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.fill import known_coarse
from smen.data.records import MISSING, Prediction
from smen.data.samples import lookup
from smen.grid.bilinear import bilinear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

    Field = NDArray[np.float32]


@dataclass
class NearestNeighbour:
    """The coarse field as it is: each 3 km cell has the value of its coarse cell."""

    name: str = "nearest_neighbour"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Do nothing: there is nothing to learn.

        Args:
            fields: the region's arrays.
            samples: its overpasses.
        """

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Return the coarse field of each overpass, small holes filled.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.
        """
        window, grid = fields.window, fields.coarse_grid
        return Prediction(each_overpass(fields, samples, lambda cells: known_coarse(window.expand(cells, grid))))


@dataclass
class Bilinear:
    """The coarse field, bilinearly interpolated between the centres of its cells."""

    name: str = "bilinear"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Do nothing: there is nothing to learn.

        Args:
            fields: the region's arrays.
            samples: its overpasses.
        """

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Return the interpolated coarse field of each overpass, where that with small holes filled has a value.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.
        """
        return Prediction(each_overpass(fields, samples, lambda cells: smooth(cells, fields)))


def smooth(cells: NDArray[np.floating], fields: Fields) -> Field:
    """Interpolate coarse cells bilinearly, but only where the field with small holes filled has a value.

    Args:
        cells: one coarse field, (R, C), m3/m3, NaN where missing.
        fields: the region's arrays, for their window and coarse grid.

    Returns:
        float32 (H, W), m3/m3; the filled field where interpolation has no valid cell near, NaN beyond both.
    """
    base = known_coarse(fields.window.expand(np.asarray(cells, np.float32), fields.coarse_grid))
    between = bilinear(cells, fields.window, fields.coarse_grid)
    return np.where(np.isfinite(base) & np.isfinite(between), between, base).astype(np.float32)


def residuals_from_bilinear(fields: Fields, index: NDArray[np.integer]) -> Field:
    """Return J less the interpolated coarse field of its own half-orbit, float32 (n, H, W), m3/m3, NaN where missing.

    Args:
        fields: the region's arrays.
        index: which fine fields, (n,).
    """
    own = lookup(fields.coarse_time, fields.fine_time[index])
    residuals = np.full((len(index), *fields.window.shape), np.nan, np.float32)
    for row, (fine, coarse) in enumerate(zip(index, own, strict=True)):
        if coarse != MISSING:
            residuals[row] = fields.fine[fine] - smooth(fields.coarse[coarse], fields)
    return residuals


def each_overpass(fields: Fields, samples: Samples, make: Callable[[Field], Field]) -> Field:
    """Make a map of each overpass's coarse field alone.

    Args:
        fields: the region's arrays.
        samples: the overpasses, N of them.
        make: from the coarse cells (R, C) to the map (H, W).

    Returns:
        The maps, float32 (N, H, W), NaN for an overpass without a coarse field.
    """
    mean = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
    for row, index in enumerate(samples.coarse):
        if index != MISSING:
            mean[row] = make(fields.coarse[index])
    return mean
