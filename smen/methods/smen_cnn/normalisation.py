"""Soil moisture as numbers near one, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from smen.methods.smen_cnn.interface import Estimator, Inputs

LEAST_STD = 1e-3
"""Least standard deviation to divide by, m3/m3: a region whose fields hardly vary is not blown up to noise."""


@dataclass(frozen=True)
class Normalisation:
    """Coarse fields become (I - coarse_mean) / coarse_std, residuals D / residual_std; all in m3/m3.

    Estimates are in the units of the coarse field: x becomes coarse_mean + coarse_std * x. Without arguments nothing
    changes.

    Attributes:
        coarse_mean: of the training dates' coarse fields.
        coarse_std: standard deviation of the same.
        residual_std: standard deviation of the training dates' residuals.
    """

    coarse_mean: float = 0.0
    coarse_std: float = 1.0
    residual_std: float = 1.0

    @classmethod
    def of(cls, coarse: NDArray[np.floating], residuals: NDArray[np.floating]) -> Normalisation:
        """Take mean and standard deviations from the training dates.

        Args:
            coarse: coarse fields, any shape, m3/m3, NaN where missing.
            residuals: any shape, m3/m3, NaN where missing.
        """
        coarse_std = float(np.nanstd(coarse, dtype=np.float64))
        residual_std = float(np.nanstd(residuals, dtype=np.float64))
        mean = float(np.nanmean(coarse, dtype=np.float64))
        return cls(mean, max(coarse_std, LEAST_STD), max(residual_std, LEAST_STD))


def denormalised(network: Estimator, normalisation: Normalisation, inputs: Inputs) -> Tensor:
    """Estimate soil moisture in m3/m3.

    Args:
        network: returns normalised estimates.
        normalisation: how they become m3/m3.
        inputs: of B overpasses.

    Returns:
        float32 (B, H, W), m3/m3.
    """
    output = network(inputs)
    return normalisation.coarse_mean + normalisation.coarse_std * output.float()
