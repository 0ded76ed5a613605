"""From fields and samples to what a network receives: filled, masked, normalised tensors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.data.fill import Missing, fill_coarse
from smen.methods.residual_history import ResidualHistory
from smen.methods.smen_cnn.interface import Inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.climatology import Climatology
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
    def history(self) -> ResidualHistory:
        """The numpy part: earlier residuals and their mean, in m3/m3."""
        return ResidualHistory(self.fields, self.samples, self.climatology, self.missing)

    def inputs(self, row: int, *, leave_out: bool = False) -> Inputs:
        """The inputs of one overpass, a batch of one.

        Args:
            row: index into the samples.
            leave_out: whether to take the row's own target, and fields that share a Sentinel-1 scene with it, out of
                the climatology: for dates that the climatology was made of.
        """
        norm = self.normalisation
        earlier = self.history.before(row, leave_out=leave_out)
        observed = self.fields.coarse_at(self.samples.coarse[row])
        coarse, _ = fill_coarse(observed, norm.mean)
        arrays = (
            (coarse - norm.mean) / norm.spread,
            np.isfinite(observed),
            earlier.frames / norm.detail,
            earlier.valid,
            earlier.age,
            earlier.mean / norm.detail,
        )
        return Inputs(
            *(torch.from_numpy(a if a.dtype == np.bool_ else np.asarray(a, dtype=np.float32))[None] for a in arrays)
        )

    def target(self, row: int) -> torch.Tensor:
        """J(t) of one overpass in m3/m3, (1, H, W), NaN where missing."""
        return torch.from_numpy(self.fields.fine[self.samples.fine[row]])[None]
