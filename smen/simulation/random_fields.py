"""Random fields with given correlation lengths in km, and the random streams that make them repeatable.

A field is a sum of waves on a periodic lattice. Its covariance is exponential, exp(-d / L); the two-dimensional
spectral density of that is proportional to L^2 (1 + (k L)^2)^(-3/2) (Cressie 1993, Statistics for Spatial Data,
sec. 2.5). The lattice is larger than the field that is cut from it, so that opposite edges are not correlated. Cells
are not square on the ground, so wave numbers are in radians per km along each axis.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.grid import Window


class Stream(IntEnum):
    """What a random stream is for: the first number of its key, so that no two purposes share their draws."""

    LAND = 1
    WEATHER = 2
    SENTINEL1_STRIP = 3
    MISSING_HALF_ORBIT = 4
    COARSE_BIAS = 5
    COARSE_NOISE = 6
    SCENE = 7
    UNCERTAIN_BIAS = 8
    UNCERTAIN_NOISE = 9
    COVARIATE = 10
    STATION = 11


def random_stream(seed: int, name: str, *key: int) -> np.random.Generator:
    """Return the random stream of one item, such as a day or a granule.

    It depends on the arguments alone, never on what was drawn before: days and granules can be made in any order.

    Args:
        seed: seed of the simulated world, 0 or more.
        name: name of the region.
        key: numbers that identify the item, each 0 or more; the first one is a `Stream`. Zeros at the end do not count,
            so all keys of one purpose have one length.
    """
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, zlib.crc32(name.encode()), *key])))


@dataclass(frozen=True)
class PeriodicLattice:
    """A periodic lattice from which fields of (height, width) cells are cut.

    Attributes:
        height: rows of the fields.
        width: columns of the fields.
        dy: north-south length of a cell, km.
        dx: east-west length of a cell, km.
        margin: least number of lattice cells beyond the fields, along each axis.
    """

    height: int
    width: int
    dy: float
    dx: float
    margin: int = 96

    @classmethod
    def over(cls, window: Window, margin: int = 96) -> PeriodicLattice:
        """Return the lattice for fields on a window, with the mean lengths of the window's cells on the ground.

        Args:
            window: cells of M03 that the fields cover.
            margin: least number of lattice cells beyond the window, along each axis.
        """
        dy, dx = window.cell_lengths_km()
        return cls(window.height, window.width, float(dy.mean()), float(dx.mean()), margin)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the lattice: sizes for which the Fourier transform is fast."""
        return fft.next_fast_len(self.height + self.margin), fft.next_fast_len(self.width + self.margin)

    def amplitudes(
        self, parts: Sequence[tuple[float, float]], smooth: bool = False, exponent: float = 1.5
    ) -> NDArray[np.float32]:
        """Compute the amplitudes of the waves of a field that is the sum of independent parts.

        Args:
            parts: variance (square of the field's unit) and correlation length (km) of each part.
            smooth: Gaussian covariance exp(-(d / L)^2) instead of the exponential one, for fields without texture.
            exponent: how fast power falls with the wave number: 1.5 is the exponential covariance, 2 Whittle's smoother
                one (Whittle 1954, Biometrika 41).

        Returns:
            Amplitudes, of the lattice's shape, in the field's unit.
        """
        rows, columns = self.shape
        ky = 2 * np.pi * fft.fftfreq(rows, self.dy)[:, None]
        kx = 2 * np.pi * fft.fftfreq(columns, self.dx)[None, :]
        k2 = ky**2 + kx**2
        power = np.zeros(self.shape)
        for variance, length in parts:
            density = np.exp(-k2 * length**2 / 4) if smooth else (1 + k2 * length**2) ** -exponent
            power += variance * density / density.sum()
        return np.sqrt(power).astype(np.float32)

    def two_fields(
        self, rng: np.random.Generator, amplitudes: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Draw two independent fields: the real and the imaginary part of one complex transform.

        Args:
            rng: random stream to draw from.
            amplitudes: amplitudes of the waves, of the lattice's shape, see `amplitudes`.

        Returns:
            Two fields (height, width) of mean 0 and the variance that the amplitudes have.
        """
        waves = rng.standard_normal((*self.shape, 2), np.float32).view(np.complex64)[..., 0]
        waves *= amplitudes
        field = fft.ifft2(waves, norm="forward", overwrite_x=True)[: self.height, : self.width]
        return np.ascontiguousarray(field.real), np.ascontiguousarray(field.imag)
