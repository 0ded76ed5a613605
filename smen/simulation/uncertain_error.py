"""Errors that retrievals of uncertain quality (not recommended) have beyond those of all retrievals.

Each cause has a static error of each cell, and together they have a noise of each overpass; a failed retrieval is no
measurement of the soil at all. All is drawn from streams of its own: recommended retrievals are the same without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from smen.products.flags import RetrievalFlag
from smen.simulation.coarse_error import EVENING_NOISE, coarse_lattice, interpolate_cells
from smen.simulation.random_fields import PeriodicLattice, Stream, random_stream
from smen.simulation.uncertain_causes import terms_by_cause

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.products.flags import SurfaceFlag
    from smen.simulation.world import World

CORRELATION_KM = 25.0
"""Correlation length of spread and noise. In the real half-orbit the semivariance of cells whose only flag is dense
vegetation (water), less that of recommended ones, is at one cell .60 (.67) of that at four cells; as drawn, .59."""

FAILED_LEAST, FAILED_SHAPE, FAILED_SCALE = 0.48, 1.3, 0.065
"""Failed retrievals are those whose soil moisture is beyond the valid range: a gamma distribution above .48 m3/m3,
fitted to the real half-orbit's (10th, 25th, 50th, 75th and 90th percentile: .48, .50, .54, .59, .69)."""


class Overpass(NamedTuple):
    """Which retrievals are meant.

    Attributes:
        number: of the orbit.
        descending: the southward half, at 6 am, else the northward one, at 6 pm.
        coarse_factor: M03 cells along a cell of the product: 12 or 3.
        pick: rows and columns of the n retrievals in the area's cells of the product.
    """

    number: int
    descending: bool
    coarse_factor: int
    pick: tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class UncertainError:
    """Errors of the retrievals of uncertain quality over a world.

    Attributes:
        world: what is observed.
    """

    world: World

    @cached_property
    def _lattice(self) -> PeriodicLattice:
        return coarse_lattice(self.world)

    @cached_property
    def _amplitudes(self) -> NDArray[np.float32]:
        return self._lattice.amplitudes([(1.0, CORRELATION_KM)])

    def _field(self, stream: Stream, *key: int) -> NDArray[np.float32]:
        """Return a field of M36 cells with mean 0 and standard deviation 1."""
        rng = random_stream(self.world.seed, self.world.name, stream, *key)
        return self._lattice.two_fields(rng, self._amplitudes)[0]

    @cached_property
    def _static(self) -> dict[int, NDArray[np.float32]]:
        """Standardised static errors by cause that have been drawn."""
        return {}

    def _static_field(self, cause: SurfaceFlag) -> NDArray[np.float32]:
        if int(cause) not in self._static:
            self._static[int(cause)] = self._field(Stream.UNCERTAIN_BIAS, int(cause))
        return self._static[int(cause)]

    def misfit(
        self,
        overpass: Overpass,
        moisture: NDArray[np.float32],
        shares: dict[str, NDArray[np.float32]],
        surface: NDArray[np.uint16],
        quality: NDArray[np.uint16],
    ) -> NDArray[np.float32]:
        """Return what n retrievals err beyond the errors of all: 0 where they are recommended.

        Args:
            overpass: which retrievals.
            moisture: what an undisturbed retrieval would give, m3/m3, (n,).
            shares: as in `surface_flags.coarse_flags`.
            surface: `surface_flag`, (n,).
            quality: `retrieval_qual_flag`, (n,).

        Returns:
            m3/m3, (n,).
        """
        key = overpass.number, int(overpass.descending)
        terms = terms_by_cause(shares, surface, moisture)
        error = np.zeros_like(moisture)
        for cause, term in terms.items():
            error += term.bias
            if term.spread.any():
                error += term.spread * self._at(overpass, self._static_field(cause))
        noise = np.sqrt(np.sum([term.noise**2 for term in terms.values()], 0))
        factor = np.float32(1.0 if overpass.descending else EVENING_NOISE)
        error += factor * noise * self._at(overpass, self._field(Stream.UNCERTAIN_NOISE, *key, 1))
        rng = random_stream(self.world.seed, self.world.name, Stream.UNCERTAIN_NOISE, *key, 2)
        failed_value = FAILED_LEAST + FAILED_SCALE * rng.standard_gamma(FAILED_SHAPE, moisture.size)
        failed = (quality & RetrievalFlag.UNSUCCESSFUL) > 0
        error = np.where(failed, failed_value - moisture, error)
        return np.where(quality & RetrievalFlag.NOT_RECOMMENDED, error, 0).astype(np.float32)

    def _at(self, overpass: Overpass, field: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the values of a field of M36 cells at the retrievals."""
        return interpolate_cells(field, overpass.coarse_factor)[overpass.pick]
