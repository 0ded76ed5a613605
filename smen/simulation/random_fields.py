"""Random fields with given correlation lengths in km, and the random streams that make them repeatable.

A field is a sum of waves on a torus with exponential covariance exp(-d / L), whose two-dimensional spectral density is
proportional to L^2 (1 + (k L)^2)^(-3/2) (Cressie 1993, Statistics for Spatial Data, sec. 2.5). The torus is larger
than what is cut from it, so that opposite edges do not resemble each other. Cells are not square on the ground, so
wave numbers are in radians per km along each axis.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.grid import Window


def stream(seed: int, name: str, *key: int) -> np.random.Generator:
    """The random stream of one thing (a day, a granule): depends on seed, region and key, on nothing drawn before."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, zlib.crc32(name.encode()), *key])))


@dataclass(frozen=True)
class Torus:
    """A periodic lattice from which fields of (height, width) are cut.

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
    def over(cls, window: Window, margin: int = 96) -> Torus:
        """The torus for fields on a window, with the mean lengths of its cells on the ground."""
        dy, dx = window.cell_lengths_km()
        return cls(window.height, window.width, float(dy.mean()), float(dx.mean()), margin)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the lattice: sizes for which the Fourier transform is fast."""
        return fft.next_fast_len(self.height + self.margin), fft.next_fast_len(self.width + self.margin)

    def amplitudes(
        self, parts: Sequence[tuple[float, float]], smooth: bool = False, exponent: float = 1.5
    ) -> NDArray[np.float32]:
        """Amplitudes of the waves of a field made of independent parts.

        Args:
            parts: variance and correlation length (km) of each part.
            exponent: how fast power falls with the wave number: 1.5 is the exponential covariance, 2 Whittle's smoother
                one (Whittle 1954, Biometrika 41).
            smooth: Gaussian covariance exp(-(d / L)^2) instead of the exponential one, for fields without texture.

        Returns:
            Amplitudes of the lattice's shape.
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

    def pair(
        self, rng: np.random.Generator, amplitudes: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Two independent fields of (height, width) with mean 0 and the variance that is in `amplitudes`."""
        waves = rng.standard_normal((*self.shape, 2), np.float32).view(np.complex64)[..., 0]
        waves *= amplitudes
        field = fft.ifft2(waves, norm="forward", overwrite_x=True)[: self.height, : self.width]
        return np.ascontiguousarray(field.real), np.ascontiguousarray(field.imag)
