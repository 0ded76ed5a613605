"""From fields and samples to what a network receives: filled, masked, normalised tensors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.data.fill import Climatology, Missing, fill_coarse, fill_residuals, residuals_of
from smen.data.records import MISSING
from smen.methods.smen_cnn.interface import Inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples


@dataclass(frozen=True)
class Normalisation:
    """How m3/m3 become numbers near one: (I - mean) / spread, D / detail. Estimates go back by mean + spread * x.

    Attributes:
        mean: of the training dates' coarse fields, m3/m3.
        spread: standard deviation of the same, m3/m3.
        detail: standard deviation of the training dates' residuals, m3/m3.
    """

    mean: float = 0.0
    spread: float = 1.0
    detail: float = 1.0

    @classmethod
    def of(cls, coarse: NDArray[np.floating], residuals: NDArray[np.floating]) -> Normalisation:
        """From the training dates' coarse fields and residuals, any shape, NaN where missing."""
        spread, detail = float(np.nanstd(coarse, dtype=np.float64)), float(np.nanstd(residuals, dtype=np.float64))
        return cls(float(np.nanmean(coarse, dtype=np.float64)), max(spread, 1e-3), max(detail, 1e-3))


@dataclass(frozen=True)
class InputBuilder:
    """Makes the inputs of overpasses. It reads no field at or after an overpass but the coarse one of the overpass.

    Attributes:
        fields: the region's arrays.
        samples: the overpasses.
        climatology: mean residual of the training dates.
        normalisation: as learnt from the training dates.
        missing: what stands for a missing residual.
    """

    fields: Fields
    samples: Samples
    climatology: Climatology
    normalisation: Normalisation
    missing: Missing = "climatology"

    @cached_property
    def _kept(self) -> dict[int, NDArray[np.float32]]:
        """Residuals that were asked for before."""
        return {}

    def residuals(self, index: NDArray[np.integer]) -> NDArray[np.float32]:
        """D of some fine fields, (n, H, W), NaN where missing."""
        for fine in index:
            if int(fine) not in self._kept:
                self._kept[int(fine)] = residuals_of(self.fields, np.array([fine]))[0]
        return np.array([self._kept[int(fine)] for fine in index], np.float32).reshape(-1, *self.fields.window.shape)

    def inputs(self, row: int, *, leave_out: bool = False) -> Inputs:
        """The inputs of one overpass, a batch of one.

        Args:
            row: index into the samples.
            leave_out: whether to take the row's own target, and fields that share a Sentinel-1 scene with it, out of
                the climatology: for dates that the climatology was made of.
        """
        samples, norm = self.samples, self.normalisation
        climatology = self.climatology
        if leave_out and samples.fine[row] != MISSING:
            climatology = climatology.without(self.residuals(self._relatives(row)))
        mean_residual = climatology.mean
        frames = np.full((samples.fine_history.shape[1], *self.fields.window.shape), np.nan, np.float32)
        there = samples.fine_history[row] != MISSING
        frames[there] = self.residuals(samples.fine_history[row][there])
        residual, residual_valid = fill_residuals(frames, mean_residual, self.missing)
        observed = self.fields.coarse[samples.coarse[row]]
        coarse, _ = fill_coarse(observed, norm.mean)
        age = np.where(there, np.nan_to_num(samples.age[row]), 0).astype(np.float32)
        arrays = (
            (coarse - norm.mean) / norm.spread,
            np.isfinite(observed),
            residual / norm.detail,
            residual_valid,
            age,
            mean_residual / norm.detail,
        )
        return Inputs(
            *(torch.from_numpy(a if a.dtype == np.bool_ else np.asarray(a, dtype=np.float32))[None] for a in arrays)
        )

    def target(self, row: int) -> torch.Tensor:
        """J(t) of one overpass in m3/m3, (1, H, W), NaN where missing."""
        return torch.from_numpy(self.fields.fine[self.samples.fine[row]])[None]

    def _relatives(self, row: int) -> NDArray[np.int64]:
        """The row's target among the fields of the climatology, and those that share a Sentinel-1 scene with it."""
        scenes = self.fields.fine_sentinel1[self.samples.fine[row]]
        made_of = self.climatology_rows
        return np.array(
            [f for f in made_of if f == self.samples.fine[row] or not scenes.isdisjoint(self.fields.fine_sentinel1[f])],
            np.int64,
        )

    @cached_property
    def climatology_rows(self) -> NDArray[np.int64]:
        """The fine fields that the climatology was made of: the targets among these samples."""
        return np.asarray(self.samples.fine[self.samples.fine != MISSING], np.int64)


@dataclass(frozen=True)
class Batch:
    """All inputs and targets of a set of dates, in memory.

    Attributes:
        inputs: as `Inputs`, the first axis the dates.
        target: m3/m3, (n, H, W), NaN where missing.
    """

    inputs: Inputs
    target: torch.Tensor

    def __len__(self) -> int:
        """Number of dates."""
        return len(self.target)

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(self.inputs.to(device), self.target.to(device))


def gather(builder: InputBuilder, *, leave_out: bool) -> Batch:
    """Inputs and targets of all rows that have a target."""
    rows = np.flatnonzero(builder.samples.fine != MISSING)
    made = [builder.inputs(int(r), leave_out=leave_out) for r in rows]
    joined = Inputs(*(torch.cat(parts) for parts in zip(*made, strict=True)))
    return Batch(joined, torch.cat([builder.target(int(r)) for r in rows]))
