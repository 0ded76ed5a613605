"""Residuals before an overpass: the training dates' mean, and the k latest earlier fields, without gaps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from smen.data.fill import Missing, fill_residuals, residuals_of
from smen.data.records import MISSING
from smen.methods.interpolation import residuals_from_bilinear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.climatology import Climatology
    from smen.data.records import Fields, Samples


class EarlierResiduals(NamedTuple):
    """Residuals before one overpass. Only the k frames of `Samples.fine_history` enter.

    Attributes:
        mean: shrunk mean residual of the training dates, (H, W), m3/m3.
        frames: earlier residuals, newest first, (k, H, W), m3/m3, filled where not observed.
        valid: where they were observed, (k, H, W).
        age: days from each of them to the overpass, (k,); 0 where there is none.
    """

    mean: NDArray[np.float32]
    frames: NDArray[np.float32]
    valid: NDArray[np.bool_]
    age: NDArray[np.float32]


@dataclass(frozen=True)
class ResidualHistory:
    """Makes the earlier residuals of overpasses. It reads no fine field but those of an overpass's history.

    Attributes:
        fields: the region's arrays.
        samples: the overpasses.
        climatology: mean residual of the training dates.
        missing: what stands for a missing residual.
        interpolated: whether residuals are taken from the interpolated coarse field, as the climatology's then are.
    """

    fields: Fields
    samples: Samples
    climatology: Climatology
    missing: Missing = "climatology"
    interpolated: bool = False

    @cached_property
    def _kept(self) -> dict[int, NDArray[np.float32]]:
        """Residuals that were asked for before."""
        return {}

    def residuals(self, index: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return D = J - I of some fine fields, (n, H, W), m3/m3, NaN where missing."""
        residuals_from = residuals_from_bilinear if self.interpolated else residuals_of
        for fine in index:
            if int(fine) not in self._kept:
                self._kept[int(fine)] = residuals_from(self.fields, np.array([fine]))[0]
        return np.array([self._kept[int(fine)] for fine in index], np.float32).reshape(-1, *self.fields.window.shape)

    def before(self, row: int, *, leave_out: bool = False) -> EarlierResiduals:
        """Return the residuals before one overpass.

        Args:
            row: index into the samples.
            leave_out: whether to take the row's own target, and fields that share a Sentinel-1 scene with it, out of
                the climatology: for dates that the climatology was made of.
        """
        samples, climatology = self.samples, self.climatology
        if leave_out and samples.fine[row] != MISSING:
            climatology = climatology.without(self.residuals(self._relatives(row)))
        mean = climatology.mean
        frames = np.full((samples.fine_history.shape[1], *self.fields.window.shape), np.nan, np.float32)
        exists = samples.fine_history[row] != MISSING
        frames[exists] = self.residuals(samples.fine_history[row][exists])
        filled, valid = fill_residuals(frames, mean, self.missing)
        age = np.where(exists, np.nan_to_num(samples.age[row]), 0).astype(np.float32)
        return EarlierResiduals(mean, filled, valid, age)

    def _relatives(self, row: int) -> NDArray[np.int64]:
        """The row's target among the fields of the climatology, and those that share a Sentinel-1 scene with it."""
        own, sentinel1 = self.samples.fine[row], self.fields.fine_sentinel1
        return np.array(
            [f for f in self.climatology_rows if f == own or not sentinel1[own].isdisjoint(sentinel1[f])], np.int64
        )

    @cached_property
    def climatology_rows(self) -> NDArray[np.int64]:
        """The fine fields that the climatology was made of: the targets among these samples."""
        return np.asarray(self.samples.fine[self.samples.fine != MISSING], np.int64)
