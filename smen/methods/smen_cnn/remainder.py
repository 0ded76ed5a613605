"""What a base estimate leaves, as a network's target: departures in, departures out.

The base is the interpolated coarse field plus the shrunk mean residual of the training dates, as of the baseline
`smen.methods.baselines.mean_residual` with interpolation. The network receives how the coarse field and the earlier
residuals depart from their means, all in units of the remainder's own standard deviation, and gives the remainder in
the same unit: where it has nothing to say, the map is the base.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.data.climatology import Climatology
from smen.data.fill import Missing
from smen.methods.interpolation import residuals_from_bilinear, smooth
from smen.methods.residual_history import ResidualHistory
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.normalisation import LEAST_STD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples


@dataclass(frozen=True)
class RemainderBuilder:
    """Builds inputs, targets and base estimates. Of the fields at or after an overpass it reads its own coarse one.

    Attributes:
        fields: the region's arrays.
        samples: the overpasses.
        climatology: mean residual of the training dates against the interpolated coarse field.
        coarse_mean: mean coarse field of the training dates, (R, C), m3/m3, without gaps.
        unit: by which departures are divided, m3/m3.
        missing: what replaces a missing residual.
    """

    fields: Fields
    samples: Samples
    climatology: Climatology
    coarse_mean: NDArray[np.float32]
    unit: float = 1.0
    missing: Missing = "climatology"

    @cached_property
    def history(self) -> ResidualHistory:
        """Earlier residuals of each overpass and their mean, in m3/m3."""
        return ResidualHistory(self.fields, self.samples, self.climatology, self.missing, interpolated=True)

    def inputs(self, row: int, *, leave_out: bool = False) -> Inputs:
        """Build the inputs of one overpass, a batch of one.

        Args:
            row: index into the samples.
            leave_out: whether to take the row's own target, and fields that share a Sentinel-1 scene with it, out of
                the climatology: for dates that the climatology was made of.
        """
        earlier = self.history.before(row, leave_out=leave_out)
        cells = self.fields.coarse[self.samples.coarse[row]]
        departure = smooth(cells - self.coarse_mean, self.fields)
        arrays = (
            np.nan_to_num(departure) / self.unit,
            np.isfinite(self.fields.coarse_at(self.samples.coarse[row])),
            (earlier.frames - earlier.mean) / self.unit,
            earlier.valid,
            earlier.age,
            earlier.mean / self.unit,
        )
        return Inputs(
            *(torch.from_numpy(a if a.dtype == np.bool_ else np.asarray(a, dtype=np.float32))[None] for a in arrays)
        )

    def base(self, row: int, *, leave_out: bool = False) -> NDArray[np.float32]:
        """Estimate one overpass without the network, float32 (H, W), m3/m3, NaN where no coarse cell is near.

        Args:
            row: index into the samples.
            leave_out: as for `inputs`.
        """
        return self.interpolated(row) + self.history.before(row, leave_out=leave_out).mean

    def interpolated(self, row: int) -> NDArray[np.float32]:
        """Interpolate the coarse field of one overpass, float32 (H, W), m3/m3, NaN where no coarse cell is near."""
        return smooth(self.fields.coarse[self.samples.coarse[row]], self.fields)

    def target(self, row: int, *, leave_out: bool = False) -> torch.Tensor:
        """Return what the base estimate of one overpass leaves, (1, H, W), m3/m3, NaN where missing.

        Args:
            row: index into the samples.
            leave_out: as for `inputs`.
        """
        return torch.from_numpy(self.fields.fine[self.samples.fine[row]] - self.base(row, leave_out=leave_out))[None]


def remainder_builder(fields: Fields, dates: Samples, missing: Missing = "climatology") -> RemainderBuilder:
    """Take climatology, mean coarse field and unit from dates with a target.

    Args:
        fields: the region's arrays.
        dates: the training dates, at least one with a valid coarse cell.
        missing: what replaces a missing residual.

    Raises:
        DataError: no date has a cell where coarse and fine field are both valid.
    """
    climatology = Climatology.of(residuals_from_bilinear(fields, dates.fine))
    coarse = fields.coarse[dates.coarse].astype(np.float64)
    valid = np.isfinite(coarse)
    overall = coarse[valid].mean()
    count = valid.sum(axis=0)
    total = np.where(valid, coarse, 0).sum(axis=0)
    coarse_mean = np.where(count > 0, total / np.maximum(count, 1), overall).astype(np.float32)
    bare = RemainderBuilder(fields, dates, climatology, coarse_mean, missing=missing)
    left = np.concatenate([bare.target(row, leave_out=True).numpy() for row in range(len(dates))])
    unit = float(np.nanstd(left, dtype=np.float64)) if np.isfinite(left).any() else LEAST_STD
    return RemainderBuilder(fields, dates, climatology, coarse_mean, max(unit, LEAST_STD), missing)
