"""The coarse field plus the mean residual of the training dates: the one line that a network has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smen.data.climatology import Climatology
from smen.data.records import TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.interpolation import Bilinear, NearestNeighbour

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples


@dataclass
class MeanResidual:
    """I + mean over the training dates of (J - I), cell by cell.

    Attributes:
        shrunk: whether the mean of few dates is drawn towards that of all cells (`Climatology`).
        interpolated: whether I is first interpolated between the centres of its cells.
        climatology: what `fit` learns.
    """

    shrunk: bool = True
    interpolated: bool = False
    climatology: Climatology | None = None

    @classmethod
    def unshrunk(cls) -> MeanResidual:
        """Make one that takes each cell's own mean, however few its dates."""
        return cls(shrunk=False)

    @property
    def name(self) -> str:
        """Short name, as in tables."""
        return ("smooth_" if self.interpolated else "") + ("shrunk_residual" if self.shrunk else "mean_residual")

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Average the residuals of the training period.

        Args:
            fields: the region's arrays.
            samples: its overpasses, of which those of the training period are used.

        Raises:
            DataError: no date of it has a fine field.
        """
        training = samples.with_target(TRAIN, VALIDATION)
        base = self._base(fields, training)
        self.climatology = Climatology.of(fields.fine[training.fine] - base)

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Add the fitted pattern to each overpass's coarse field, small holes filled.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.

        Raises:
            DataError: it is not fitted.
        """
        if self.climatology is None:
            raise DataError(f"the baseline {self.name} is not fitted: fit it on the training dates")
        return Prediction(
            self._base(fields, samples) + (self.climatology.mean if self.shrunk else self.climatology.plain)
        )

    def _base(self, fields: Fields, samples: Samples) -> NDArray[np.float32]:
        """The coarse field of each overpass, small holes filled, interpolated if wanted, (N, H, W)."""
        return (Bilinear() if self.interpolated else NearestNeighbour()).predict(fields, samples).mean
