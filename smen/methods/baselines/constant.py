"""One number for a date: the level without any detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.interpolation import NearestNeighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples


@dataclass
class Constant:
    """The mean of the coarse field over the window, plus the mean residual of all cells and training dates.

    Its ubRMSE on a date is the standard deviation of the target: what any detail has to lower.

    Attributes:
        residual: mean of J - I over training dates and cells, m3/m3, fitted.
    """

    residual: float | None = None
    name: str = "constant"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Average the residuals of the training period.

        Args:
            fields: the region's arrays.
            samples: its overpasses, of which those of the training period are used.

        Raises:
            DataError: no date of it has a fine field.
        """
        training = samples.with_target(TRAIN, VALIDATION)
        self.residual = Climatology.of(residuals_of(fields, training.fine)).prior

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """The same value wherever the coarse field, small holes filled, has one.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.

        Raises:
            DataError: it is not fitted.
        """
        if self.residual is None:
            raise DataError(f"the baseline {self.name} is not fitted: fit it on the training dates")
        mean = NearestNeighbour().predict(fields, samples).mean
        return Prediction(np.stack([_levelled(field, self.residual) for field in mean]) if len(mean) else mean)


def _levelled(field: NDArray[np.float32], residual: float) -> NDArray[np.float32]:
    """The mean of a field plus a residual, where the field is valid, (H, W)."""
    valid = np.isfinite(field)
    level = field[valid].mean(dtype=np.float64) + residual if valid.any() else np.nan
    return np.where(valid, level, np.nan).astype(np.float32)
