"""What the error of an area follows from: of its mean, of a change of its mean, of its share below a threshold.

The variance of a weighted mean over cells is a sum over all pairs of them. On a grid that is a product in Fourier
space, with zeros around the area so that its opposite sides do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.special import ndtr

from smen.data.error_correlation import ErrorCorrelation
from smen.grid.torus import torus_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CELLS = 160
"""Cells whose pairs a share is computed from; of a larger area so many, evenly chosen."""

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(10)
"""Gauss-Legendre quadrature from -1 to 1."""

LARGEST_CORRELATION = 0.9999
"""Largest correlation of two cells in the quadrature."""


@dataclass(frozen=True)
class AreaErrors:
    """The errors of an area's cells on maps of one region.

    Attributes:
        correlation: of the region.
        rows: rows of its cells, (n,).
        columns: their columns, (n,).
        weights: share of each cell that lies in the area, (n,).
    """

    correlation: ErrorCorrelation
    rows: NDArray[np.integer]
    columns: NDArray[np.integer]
    weights: NDArray[np.floating]
    _spectra: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_spectra", self._kernels())

    def mean_variance(self, deviation: NDArray[np.floating]) -> float:
        """Return the variance of the mean over an area.

        Args:
            deviation: of its cells, (n,), m3/m3, NaN where there is no value.

        Returns:
            (m3/m3)^2, NaN where no cell has a value.
        """
        return self._sum(self._transform(deviation, np.isfinite(deviation)))

    def change_variance(self, first: NDArray[np.floating], second: NDArray[np.floating], days: float) -> float:
        """Return the variance of the change of the mean between two overpasses, over cells with values at both.

        Args:
            first: standard deviation of the cells at one of them, (n,), m3/m3, NaN where there is no value.
            second: at the other one.
            days: between them.

        Returns:
            (m3/m3)^2, NaN where no cell has both values.
        """
        both = np.isfinite(first) & np.isfinite(second)
        one, other = self._transform(first, both), self._transform(second, both)
        if one is None or other is None:
            return float("nan")
        fading = self.correlation.fading(days)[:, None, None]
        product = np.sum(fading * (one * np.conj(other)).real * self._spectra) / np.prod(self._shape)
        return max(self._sum(one) + self._sum(other) - 2 * float(product), 0.0)

    def share_below(
        self, value: NDArray[np.floating], deviation: NDArray[np.floating], threshold: float
    ) -> tuple[float, float]:
        """Return which share of an area is below a threshold, and the standard deviation of this share.

        Errors are taken to be normal. The covariance of two cells being below is the integral of the bivariate
        normal density over the correlation (Plackett 1954, Biometrika 41, 351-360), by Gauss-Legendre quadrature over
        its arc sine (Drezner and Wesolowsky 1990, J. Stat. Comput. Simul. 35, 101-107).

        Args:
            value: of its cells, (n,), m3/m3, NaN where there is none.
            deviation: of its cells, (n,), m3/m3.
            threshold: m3/m3.

        Returns:
            The expected share, 0..1, and its standard deviation; NaN where no cell has a value.
        """
        valid = np.flatnonzero(np.isfinite(value) & np.isfinite(deviation) & (deviation > 0))
        total = self.weights[valid].sum()
        if not total:
            return float("nan"), float("nan")
        weights = self.weights[valid] / total
        bound = (threshold - value[valid].astype(np.float64)) / deviation[valid]
        below = ndtr(bound)
        single = float((weights**2 * below * (1 - below)).sum())
        chosen = np.unique(np.linspace(0, len(valid) - 1, min(MOST_CELLS, len(valid))).astype(int))
        pairs = self._covariance_below(valid[chosen], bound[chosen], deviation)
        of_pair = np.outer(weights[chosen], weights[chosen])
        np.fill_diagonal(of_pair, 0)
        mean = float((of_pair * pairs).sum() / of_pair.sum()) if len(chosen) > 1 else 0.0
        return float((weights * below).sum()), float(np.sqrt(max(single + (1 - (weights**2).sum()) * mean, 0.0)))

    def _covariance_below(
        self, cells: NDArray[np.integer], bound: NDArray[np.float64], deviation: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """Covariance of cells (k,) being below their bounds, in standard deviations, (k, k)."""
        rows, columns = self.rows[cells], self.columns[cells]
        distance = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
        amplitudes = self._amplitudes(deviation)[:, cells] / deviation[cells]
        parts = zip(amplitudes, self.correlation.correlations, strict=True)
        correlation = np.sum([np.outer(a, a) * c(distance) for a, c in parts], axis=0)
        half = np.arcsin(np.clip(correlation, -LARGEST_CORRELATION, LARGEST_CORRELATION)) / 2
        result = np.zeros_like(half)
        squares, product = bound[:, None] ** 2 + bound**2, np.outer(bound, bound)
        for node, weight in zip(NODES, NODE_WEIGHTS, strict=True):
            angle = half * (1 + node)
            exponent = (squares - 2 * product * np.sin(angle)) / (2 * np.cos(angle) ** 2)
            result += weight * half * np.exp(-exponent)
        return np.asarray(result / (2 * np.pi), np.float64)

    @property
    def _corner(self) -> tuple[int, int]:
        return int(self.rows.min()), int(self.columns.min())

    @property
    def _shape(self) -> tuple[int, int]:
        """Of the transforms: twice that of the smallest rectangle around the area."""
        height, width = (2 * int(np.ptp(index) + 1) for index in (self.rows, self.columns))
        return fft.next_fast_len(height, real=True), fft.next_fast_len(width, real=True)

    def _kernels(self) -> NDArray[np.float64]:
        """Spectra of the parts' correlations, those that stand for two of the real transform's counted twice."""
        distance = torus_distance(self._shape)
        spectra = np.array([fft.rfft2(c(distance)).real for c in self.correlation.correlations])
        spectra[..., 1 : (self._shape[1] + 1) // 2] *= 2
        return spectra

    def _amplitudes(self, deviation: NDArray[np.floating]) -> NDArray[np.float64]:
        """Standard deviations of the parts at the area's cells, (P, n)."""
        return self.correlation.amplitudes(deviation, (self.rows, self.columns))

    def _transform(self, deviation: NDArray[np.floating], valid: NDArray[np.bool_]) -> NDArray[np.complex128] | None:
        """Transform the parts' standard deviations by weight of the cells, None where none is valid."""
        total = self.weights[valid].sum()
        if not total:
            return None
        weighted = np.where(valid, self._amplitudes(deviation) * self.weights / total, 0.0)
        fields = np.zeros((len(weighted), *self._shape))
        fields[:, self.rows - self._corner[0], self.columns - self._corner[1]] = weighted
        return np.asarray(fft.rfft2(fields), np.complex128)

    def _sum(self, transform: NDArray[np.complex128] | None) -> float:
        """Sum of the covariances of all pairs of cells."""
        if transform is None:
            return float("nan")
        squares = transform.real**2 + transform.imag**2
        return max(float((squares * self._spectra).sum() / np.prod(self._shape)), 0.0)
