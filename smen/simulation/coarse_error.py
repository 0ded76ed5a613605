"""Errors of every retrieval of SMAP's radiometer: a static bias of each cell, and noise of each overpass.

Both vary smoothly over cells: the semivariances of real 36 km retrievals leave no room for noise that is independent
from cell to cell. What retrievals that are not recommended err beyond this is in `uncertain_error`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M36
from smen.grid.bilinear import bilinear_weights
from smen.simulation.random_fields import PeriodicLattice, Stream, random_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.world import World

NOISE_KM = ((0.5, 120.0), (0.5, 400.0))
"""Shares of variance and lengths of the noise's Gaussian covariance."""

EVENING_NOISE = 1.2
"""Factor on the noise at 6 pm, when soil and canopy differ in temperature."""

BIAS_KM = ((1.0, 80.0),)
"""Share of variance and length of the bias's Gaussian covariance."""


def coarse_lattice(world: World) -> PeriodicLattice:
    """Return the lattice of the M36 cells over a world's area."""
    dy, dx = (float(lengths.mean()) * M36.coarse_factor for lengths in world.area.cell_lengths_km())
    height, width = (size // M36.coarse_factor for size in world.area.shape)
    return PeriodicLattice(height, width, dy, dx, margin=20)


def interpolate_cells(field: NDArray[np.float32], coarse_factor: int) -> NDArray[np.float32]:
    """Interpolate a field of M36 cells bilinearly to a finer grid.

    Args:
        field: (rows, columns) of M36 cells.
        coarse_factor: M03 cells along a cell of the finer grid: 12, 3 or 1.

    Returns:
        (rows, columns) of the finer grid.
    """
    factor = M36.coarse_factor // coarse_factor
    down, right = (bilinear_weights(0, n * factor, n, factor).astype(np.float32) for n in field.shape)
    return np.asarray(down @ field @ right.T, np.float32)


@dataclass(frozen=True)
class CoarseError:
    """Errors of all retrievals over a world.

    Attributes:
        world: what is observed; its climate gives the standard deviations.
    """

    world: World

    @cached_property
    def _lattice(self) -> PeriodicLattice:
        """A lattice of M36 cells over the area."""
        return coarse_lattice(self.world)

    @cached_property
    def bias(self) -> NDArray[np.float32]:
        """The static bias of the area's M36 cells, m3/m3, (rows, columns)."""
        rng = random_stream(self.world.seed, self.world.name, Stream.COARSE_BIAS)
        amplitudes = self._lattice.amplitudes(BIAS_KM, smooth=True)
        return self.world.climate.coarse_bias * self._lattice.two_fields(rng, amplitudes)[0]

    @cached_property
    def _noise_amplitudes(self) -> NDArray[np.float32]:
        return self.world.climate.coarse_noise * self._lattice.amplitudes(NOISE_KM, smooth=True)

    def of(self, number: int, descending: bool) -> NDArray[np.float32]:
        """Return the error of one half-orbit: bias and noise.

        Args:
            number: of the orbit.
            descending: the southward half, at 6 am, else the northward one, at 6 pm.

        Returns:
            m3/m3, (rows, columns) of the area's M36 cells.
        """
        rng = random_stream(self.world.seed, self.world.name, Stream.COARSE_NOISE, number, int(descending))
        noise = self._lattice.two_fields(rng, self._noise_amplitudes)[0]
        return np.asarray(self.bias + noise * (1.0 if descending else EVENING_NOISE), np.float32)

    def interpolated(self, number: int, descending: bool, coarse_factor: int) -> NDArray[np.float32]:
        """Return the error of one half-orbit, interpolated to a finer grid of the area.

        Args:
            number: of the orbit.
            descending: the southward half, else the northward one.
            coarse_factor: M03 cells along a cell of the finer grid: 12, 3 or 1.

        Returns:
            m3/m3, (rows, columns) of the finer grid.
        """
        return interpolate_cells(self.of(number, descending), coarse_factor)
