"""Simple kriging on the grid: the conditional mean and variance of a random field from noisy values at some cells.

The equations (K + N) a = y hold for thousands of observed cells at once. They are solved by conjugate gradients, in
which the covariance K multiplies through a Fourier transform (circulant embedding; e.g. Fritz et al. 2009, Math.
Geosci. 41, 349-373). Variances come from the nearest observed cells alone (as Vecchia 1988, J. R. Stat. Soc. B 50,
297-312, approximates): near ones screen the influence of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.spatial import cKDTree

from smen.grid.torus import torus_distance
from smen.methods.fusion.covariance import LENGTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.covariance import NestedCovariance

MARGIN = int(4 * LENGTHS[-1])
"""Cells without edge around the grid, so that opposite sides of the transform do not meet."""

TOLERANCE, MOST_STEPS = 1e-3, 60
"""Relative remainder at which the conjugate gradients stop, and their number at most."""

LEAST_REMAINDER = 1e-20
"""Sum of squares that counts as nothing, (m3/m3)^2: values of 0 everywhere leave only rounding."""

NEIGHBOURS = 16
"""Nearest observed cells that a variance is computed from."""

CHUNK = 4096
"""Cells whose variances are computed at a time, for memory."""


@dataclass(frozen=True)
class Kriging:
    """Kriging of a field with mean 0 on a grid.

    Attributes:
        covariance: of the field.
        shape: of the grid, (H, W).
    """

    covariance: NestedCovariance
    shape: tuple[int, int]
    _spectrum: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        distance = torus_distance(self._padded)
        object.__setattr__(self, "_spectrum", np.maximum(fft.rfft2(self.covariance(distance)).real, 0.0))

    @property
    def _padded(self) -> tuple[int, int]:
        height, width = (fft.next_fast_len(size + MARGIN, real=True) for size in self.shape)
        return height, width

    def solve(
        self,
        values: NDArray[np.floating],
        noise: NDArray[np.floating],
        observed: NDArray[np.bool_],
        start: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Solve the kriging equations.

        Args:
            values: (H, W), anything where it is not observed.
            noise: variance of their errors, (H, W), positive where observed.
            observed: where there are values, (H, W).
            start: a solution of a similar problem, to begin with.

        Returns:
            Weights of the covariances to each cell, (H, W), 0 where nothing is observed; for `mean`.
        """
        if not observed.any():
            return np.zeros(self.shape)
        variance = np.where(observed, noise, 0.0)
        right = np.where(observed, values, 0.0)
        inverse = 1 / (self._spectrum + float(np.median(noise[observed])))
        x = np.zeros(self.shape) if start is None else np.where(observed, start, 0.0)
        rest = right - self._left(x, variance, observed)
        enough = TOLERANCE**2 * float((right**2).sum()) + LEAST_REMAINDER
        conditioned = np.where(observed, self._filter(rest, inverse), 0.0)
        direction, size = conditioned, float((rest * conditioned).sum())
        for _ in range(MOST_STEPS):
            if float((rest**2).sum()) <= enough:
                break
            image = self._left(direction, variance, observed)
            step = size / float((direction * image).sum())
            x = x + step * direction
            rest = rest - step * image
            conditioned = np.where(observed, self._filter(rest, inverse), 0.0)
            before, size = size, float((rest * conditioned).sum())
            direction = conditioned + (size / before) * direction
        return x

    def mean(self, solution: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the conditional mean at every cell, (H, W).

        Args:
            solution: what `solve` returned.
        """
        return self._filter(solution, self._spectrum)

    def variance(
        self, noise: NDArray[np.floating], observed: NDArray[np.bool_], wanted: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Return the conditional variance at some cells.

        Args:
            noise: variance of the values' errors, (H, W).
            observed: where there are values, (H, W).
            wanted: where the variance is wanted, (H, W).

        Returns:
            (H, W), the field's own variance elsewhere.
        """
        sill = self.covariance.sill
        result = np.full(self.shape, sill)
        places, targets = np.argwhere(observed), np.argwhere(wanted)
        if not len(places) or not len(targets):
            return result
        number = min(NEIGHBOURS, len(places))
        nearest = np.asarray(cKDTree(places).query(targets, k=number)[1]).reshape(len(targets), number)
        found = [
            _local_variance(self.covariance, places[near], targets[at : at + CHUNK], noise[observed][near])
            for at in range(0, len(targets), CHUNK)
            for near in [nearest[at : at + CHUNK]]
        ]
        result[wanted] = np.clip(np.concatenate(found), 0.0, sill)
        return result

    def _filter(self, values: NDArray[np.float64], spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
        """Convolve a field with the function of a spectrum."""
        shape = self._padded
        whole = fft.irfft2(fft.rfft2(values, shape) * spectrum, shape)
        return np.asarray(whole[: self.shape[0], : self.shape[1]], np.float64)

    def _left(
        self, x: NDArray[np.float64], variance: NDArray[np.float64], observed: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """The left side of the equations, K x + N x at observed cells."""
        return np.where(observed, self._filter(x, self._spectrum) + variance * x, 0.0)


def _local_variance(
    covariance: NestedCovariance,
    places: NDArray[np.integer],
    targets: NDArray[np.integer],
    noise: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Variance at n targets (n, 2) from k places each (n, k, 2) with noise (n, k)."""
    squared = np.arange(2 * int(max(np.ptp(places), np.ptp(targets), abs(places - targets[:, None]).max())) ** 2 + 1)
    table = covariance(np.sqrt(squared))
    apart = places[:, :, None] - places[:, None]
    matrix = table[(apart**2).sum(axis=-1)]
    diagonal = np.arange(places.shape[1])
    matrix[:, diagonal, diagonal] += noise
    vector = table[((places - targets[:, None]) ** 2).sum(axis=-1)]
    weights = np.linalg.solve(matrix, vector[..., None])[..., 0]
    return np.asarray(covariance.sill - (weights * vector).sum(axis=1), np.float64)
