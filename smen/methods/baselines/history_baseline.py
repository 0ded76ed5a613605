"""Baselines that know a region's mean residual and, of each overpass, the k latest earlier residuals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import MISSING, TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.interpolation import NearestNeighbour
from smen.methods.residual_history import ResidualHistory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples


class Past(NamedTuple):
    """Earlier residuals of an overpass, as departures from their mean. Only the k frames of its sample enter.

    Attributes:
        mean: shrunk mean residual of the training dates, (H, W), m3/m3.
        departure: earlier residuals less this mean, newest first, (k, H, W), 0 where not observed.
        valid: where they were observed, (k, H, W).
        age: days from each of them to the overpass, (k,); 0 where there is none.
    """

    mean: NDArray[np.float32]
    departure: NDArray[np.float32]
    valid: NDArray[np.bool_]
    age: NDArray[np.float32]

    @classmethod
    def of(cls, history: ResidualHistory, row: int, *, leave_out: bool = False) -> Past:
        """Take the earlier residuals of one overpass.

        Args:
            history: makes them.
            row: which of its samples.
            leave_out: whether to leave the row's own target out of the mean.
        """
        mean, frames, valid, age = history.before(row, leave_out=leave_out)
        return cls(mean, frames - mean, valid, age)

    def latest(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The latest observed departure of each cell and its age in days, (H, W); 0 and infinity without any."""
        if not len(self.age):
            return np.zeros_like(self.mean), np.full_like(self.mean, np.inf)
        newest = self.valid.argmax(axis=0)
        departure = np.take_along_axis(self.departure, newest[None], axis=0)[0]
        age = np.where(self.valid.any(axis=0), self.age[newest], np.inf)
        return departure, age.astype(np.float32)


class Date(NamedTuple):
    """A training date: the residuals before it, and its own departure, (H, W), m3/m3, NaN where missing."""

    past: Past
    departure: NDArray[np.float32]


@dataclass
class HistoryBaseline(ABC):
    """I + the shrunk mean residual + what the earlier residuals say of the departure from it.

    Attributes:
        climatology: mean residual of the training dates, fitted.
    """

    climatology: Climatology | None = None
    name: str = "history"

    @abstractmethod
    def departure(self, past: Past) -> NDArray[np.floating]:
        """The expected departure of the residual from its mean, (H, W), m3/m3."""

    def choose(self, dates: Sequence[Date]) -> None:
        """Choose a method's free parameters by the training dates; by default there are none."""
        return

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Average the residuals of the training period, then choose by its dates, each left out of the average.

        Args:
            fields: the region's arrays.
            samples: its overpasses, of which those of the training period are used.

        Raises:
            DataError: no date of it has a fine field.
        """
        training = samples.with_target(TRAIN, VALIDATION)
        residuals = residuals_of(fields, training.fine)
        self.climatology = Climatology.of(residuals)
        history = ResidualHistory(fields, training, self.climatology)
        pasts = [Past.of(history, row, leave_out=True) for row in range(len(training))]
        self.choose([Date(past, residual - past.mean) for past, residual in zip(pasts, residuals, strict=True)])

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """The expected residual of each overpass on its coarse field, small holes filled.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.

        Raises:
            DataError: it is not fitted.
        """
        if self.climatology is None:
            raise DataError(f"the baseline {self.name} is not fitted: fit it on the training dates")
        mean = NearestNeighbour().predict(fields, samples).mean
        history = ResidualHistory(fields, samples, self.climatology)
        for row in np.flatnonzero(samples.coarse != MISSING):
            past = Past.of(history, int(row))
            mean[row] += past.mean + self.departure(past)
        return Prediction(mean)


@dataclass
class LastResidual(HistoryBaseline):
    """I + the last observed residual of each cell, the shrunk mean residual where the k frames have none."""

    name: str = "last_residual"

    def departure(self, past: Past) -> NDArray[np.floating]:
        """The latest one, however old."""
        return past.latest()[0]
