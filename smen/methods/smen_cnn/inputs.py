"""Inputs of the networks from fields and samples: filled, masked, normalised tensors."""

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
    from smen.data.climatology import Climatology
    from smen.data.records import Fields, Samples
    from smen.methods.smen_cnn.normalisation import Normalisation


@dataclass(frozen=True)
class InputBuilder:
    """Builds the inputs of overpasses. Of the fields at or after an overpass it reads its own coarse one alone.

    Attributes:
        fields: the region's arrays.
        samples: the overpasses.
        climatology: mean residual of the training dates.
        normalisation: from the training dates.
        missing: what replaces a missing residual.
    """

    fields: Fields
    samples: Samples
    climatology: Climatology
    normalisation: Normalisation
    missing: Missing = "climatology"

    @cached_property
    def history(self) -> ResidualHistory:
        """Earlier residuals of each overpass and their mean, in m3/m3."""
        return ResidualHistory(self.fields, self.samples, self.climatology, self.missing)

    def inputs(self, row: int, *, leave_out: bool = False) -> Inputs:
        """Build the inputs of one overpass, a batch of one.

        Args:
            row: index into the samples.
            leave_out: whether to take the row's own target, and fields that share a Sentinel-1 scene with it, out of
                the climatology: for dates that the climatology was made of.
        """
        norm = self.normalisation
        earlier = self.history.before(row, leave_out=leave_out)
        observed = self.fields.coarse_at(self.samples.coarse[row])
        coarse, _ = fill_coarse(observed, norm.coarse_mean)
        arrays = (
            (coarse - norm.coarse_mean) / norm.coarse_std,
            np.isfinite(observed),
            earlier.frames / norm.residual_std,
            earlier.valid,
            earlier.age,
            earlier.mean / norm.residual_std,
        )
        return Inputs(
            *(torch.from_numpy(a if a.dtype == np.bool_ else np.asarray(a, dtype=np.float32))[None] for a in arrays)
        )

    def target(self, row: int) -> torch.Tensor:
        """Return J(t) of one overpass, by its row of the samples, (1, H, W), m3/m3, NaN where missing."""
        return torch.from_numpy(self.fields.fine[self.samples.fine[row]])[None]
