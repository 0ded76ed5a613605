"""Means of the coarse cells over a period, comparable although each was observed on other overpasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Stack = NDArray[np.float64]

SEEN = 20
"""Retrievals from which on a cell has a mean of its own."""

PRIOR = 5.0
"""How many retrievals a departure of 0 is worth."""

ROUNDS = 10
"""Alternations between the means of cells and of overpasses."""

LENGTH = 3.0
"""Scale of the exponential covariance of the means in space, in cells of 36 km (about 100 km: the mean soil moisture of
a real half-orbit's cells has no sill below that)."""

NUGGET = 0.2
"""Share of the variance of the means that each cell has for itself."""


@dataclass(frozen=True)
class CellMeans:
    """Means of the coarse cells.

    Attributes:
        mean: (R, C), m3/m3; of cells that are hardly ever observed, what their neighbours tell (simple kriging).
        seen: cells with a mean of their own, bool (R, C).
        unexplained: mean square of what neighbours do not tell of a cell's mean, (m3/m3)^2, by leaving out one after
            the other.
    """

    mean: Stack
    seen: NDArray[np.bool_]
    unexplained: float

    @classmethod
    def of(cls, values: Stack, scale: float = 1.0) -> CellMeans | None:
        """Fit means by cell and by overpass together, and interpolate those of cells hardly observed.

        Args:
            values: retrievals, (T, R, C), m3/m3, NaN where missing.
            scale: cells along one of 36 km.

        Returns:
            None where no cell was observed often enough.
        """
        valid = np.isfinite(values)
        seen = valid.sum(axis=0) >= SEEN
        if not seen.any():
            return None
        level, departure = _two_way(values, valid)
        mean, unexplained = _interpolated(departure, seen, LENGTH * scale)
        return cls(level + mean, seen, unexplained)

    def true_share(self, differences: NDArray[np.float64]) -> float:
        """Share of the differences of unseen cells from their interpolated means that is true.

        Args:
            differences: of the second tier from the expected, bias of all removed, (n,), m3/m3. They hold the true
                departures, as large as those that neighbours do not tell of seen cells, and static errors.
        """
        square = float(np.mean(differences**2)) if differences.size else 0.0
        return min(self.unexplained / square, 1.0) if square else 0.0


def _two_way(values: Stack, valid: NDArray[np.bool_]) -> tuple[float, Stack]:
    """Mean of all overpasses, and departures of the cells from it, (R, C)."""
    known, number = np.where(valid, values, 0), valid.sum(axis=(1, 2))
    departure = np.zeros(values.shape[1:])
    for _ in range(ROUNDS):
        total = np.where(valid, known - departure, 0).sum(axis=(1, 2))
        overpass = total / np.maximum(number, 1)
        left = np.where(valid, known - overpass[:, None, None], 0).sum(axis=0)
        departure = left / (valid.sum(axis=0) + PRIOR)
    return float(overpass[number > 0].mean()), departure


def _interpolated(departure: Stack, seen: NDArray[np.bool_], length: float) -> tuple[Stack, float]:
    """Departures (R, C) with those of unseen cells from their neighbours, and what neighbours leave unexplained."""
    places = np.argwhere(seen)
    row, column = places[:, 0], places[:, 1]
    values = departure[seen]
    centre, variance = float(values.mean()), max(float(values.var()), 1e-8)
    apart = np.hypot(row[:, None] - row, column[:, None] - column)
    inverse = np.linalg.inv(
        variance * ((1 - NUGGET) * np.exp(-apart / length) + NUGGET * np.eye(len(values))) + 1e-10 * np.eye(len(values))
    )
    weights = inverse @ (values - centre)
    left_out = weights / np.diag(inverse)
    everywhere = np.indices(seen.shape)[..., None]
    to_seen = np.hypot(everywhere[0] - row, everywhere[1] - column)
    expected = centre + variance * (1 - NUGGET) * np.exp(-to_seen / length) @ weights
    return np.where(seen, departure, expected), float(np.mean(left_out**2))
