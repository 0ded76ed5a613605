"""Coarse cells without a recommended retrieval, completed from all that is known of them at the overpass.

What is known: retrievals of the second tier, each cause with a bias and a variance of its own; the weather by the
surface flag, because what makes SMAP skip a cell is not independent of its soil; the neighbours on the day; and the
cell's own past and its usual departure from its neighbours. `smen.methods.fusion.coarse_filter` weighs them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.coarse_support import CoarseSupport
from smen.data.coarse_tiers import CoarseTiers, half_bias
from smen.methods.fusion.coarse_filter import Filtered, Observations, SpaceTimeModel, filter_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields

    Stack = NDArray[np.float64]

LEAST = 0.01
"""Completed values are no drier than this, m3/m3: about the residual content of sand."""


@dataclass(frozen=True)
class SecondTierErrors:
    """Errors of the second tier by cause, in the order of `Cause`.

    Attributes:
        bias: of each cause at each cell, (causes, R, C), m3/m3.
        noise: variance that each retrieval has for itself, (causes,), (m3/m3)^2.
        shared: variance that all retrievals of a cause share on an overpass, (causes,), (m3/m3)^2.
        used: whether retrievals of a cause tell anything, bool (causes,); others are left out.
    """

    bias: Stack
    noise: NDArray[np.float64]
    shared: NDArray[np.float64]
    used: NDArray[np.bool_]


@dataclass(frozen=True)
class CompletedCoarse:
    """Coarse fields without holes.

    Attributes:
        cells: soil moisture, (T, R, C), m3/m3: the recommended retrieval where there is one, else what is expected.
        unknown: variance of the error of an expected value as a share of what is not known of a cell that was never
            observed, (T, R, C), 0 for recommended retrievals.
        second: where retrievals of the second tier were used, bool (T, R, C).
        completion: by which it was done.
    """

    cells: Stack
    unknown: NDArray[np.float32]
    second: NDArray[np.bool_]
    completion: CoarseCompletion

    def support(self, fields: Fields, index: int) -> CoarseSupport:
        """Return what the field of one overpass rests on, over the window.

        Args:
            fields: the region's arrays.
            index: of the overpass in the coarse series.
        """
        return CoarseSupport.of_overpass(fields, index, self.cells[index], self.unknown[index], self.second[index])


@dataclass(frozen=True)
class CoarseCompletion:
    """Fitted completion of a region.

    Attributes:
        mean: of each cell in the training period, (R, C), m3/m3.
        model: covariance of the departures from it.
        errors: of the second tier.
        shift: mean departure of a cell that is not recommended from what was else to be expected, by cause, m3/m3.
        shift_variance: of the departure around it, (causes,), (m3/m3)^2.
    """

    mean: Stack
    model: SpaceTimeModel
    errors: SecondTierErrors
    shift: NDArray[np.float64]
    shift_variance: NDArray[np.float64]

    def complete(self, fields: Fields, direction_bias: Stack) -> CompletedCoarse:
        """Complete a region's coarse fields, each from what was known at its overpass.

        Args:
            fields: the region's arrays.
            direction_bias: mean of descending minus ascending overpasses, (R, C), m3/m3.
        """
        tiers = CoarseTiers.of(fields, direction_bias)
        filtered = self.filter(tiers)
        known = np.isfinite(tiers.recommended)
        expected = np.maximum(self.mean + filtered.mean, LEAST) + half_bias(fields, direction_bias)
        return CompletedCoarse(
            cells=np.where(known, fields.coarse, expected),
            unknown=np.where(known, 0, filtered.variance / self.model.variance).astype(np.float32),
            second=np.isfinite(tiers.second) & self.errors.used[tiers.cause],
            completion=self,
        )

    def part(self, rows: slice, columns: slice) -> CoarseCompletion:
        """Return the completion of some of the cells.

        Args:
            rows: of the coarse cells.
            columns: of the coarse cells.
        """
        errors = replace(self.errors, bias=self.errors.bias[:, rows, columns])
        return replace(self, mean=self.mean[rows, columns], errors=errors)

    def filter(self, tiers: CoarseTiers, *, with_second: bool = True) -> Filtered:
        """Filter the retrievals of a region.

        Args:
            tiers: of T overpasses.
            with_second: False for recommended retrievals alone.
        """
        cause = tiers.cause.astype(np.int64)
        bias = np.take_along_axis(self.errors.bias, cause, axis=0)
        second = tiers.second - self.mean - bias
        observations = Observations(
            recommended=tiers.recommended - self.mean,
            second=np.where(self.errors.used[cause] & with_second, second, np.nan),
            noise=self.errors.noise[cause],
            shared=self.errors.shared[cause],
            cause=tiers.cause,
            shift=np.where(tiers.missing, self.shift[cause], 0),
            shift_variance=np.where(tiers.missing, self.shift_variance[cause], 0),
        )
        return filter_cells(observations, self.model, tiers.days)
