"""A straight line at every cell: J on I, drawn to what all cells share where dates are few."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.climatology import Climatology
from smen.data.records import TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.baselines.held_out import relatives, ubrmse_of
from smen.methods.interpolation import NearestNeighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

SLOPE_DATES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""How many dates of typical spread in wetness the slope of all cells may be worth; the best is chosen."""


@dataclass(frozen=True)
class Lines:
    """A line y = residual + slope * a at each cell, by ridge regression (Hoerl and Kennard 1970) towards a prior.

    a is the coarse field's departure from its usual value at the cell, y the fine field's from the same value: the
    residual is that of usual wetness, and with a slope of 1 the residual does not change with wetness.

    Attributes:
        sums: over dates of 1, a, a^2, y and a y, float64 (5, H, W).
        residual: prior of the residual, the mean of all cells, m3/m3.
        residual_dates: how many dates it is worth.
        slope: prior of the slope, that of all cells, each about its own mean.
        slope_dates: how many dates of typical spread it is worth.
        spread2: mean of a^2, (m3/m3)^2.
    """

    sums: NDArray[np.float64]
    residual: float
    residual_dates: float
    slope: float
    slope_dates: float
    spread2: float

    @classmethod
    def of(cls, a: NDArray[np.floating], y: NDArray[np.floating], slope_dates: float) -> Lines:
        """Fit the lines to departures from the usual value (n, H, W) in m3/m3, NaN where missing.

        Args:
            a: departures of the coarse field.
            y: departures of the fine field.
            slope_dates: how many dates of typical spread in wetness the slope of all cells is worth.

        Raises:
            DataError: no cell of no date is valid in both.
        """
        sums = sums_of(a, y)
        count = np.maximum(sums[0], 1)
        spread_a = float((sums[2] - sums[1] ** 2 / count).sum())
        slope = float((sums[4] - sums[1] * sums[3] / count).sum()) / spread_a if spread_a > 1e-9 else 1.0
        residual = Climatology.of(y - slope * a)
        spread2 = max(float(sums[2].sum() / sums[0].sum()), 1e-9)
        return cls(sums, residual.prior, residual.prior_dates, slope, slope_dates, spread2)

    def without(self, a: NDArray[np.floating], y: NDArray[np.floating]) -> Lines:
        """Leave out some of the dates that the lines were fitted to; the priors stay.

        Args:
            a: departures of the coarse field on these dates, (n, H, W), m3/m3.
            y: departures of the fine field, likewise.
        """
        sums = self.sums - sums_of(a, y)
        return replace(self, sums=np.where(sums[:1] > 0.5, sums, 0))

    def at(self, a: NDArray[np.floating]) -> NDArray[np.float32]:
        """The line's y at a, (H, W): the two normal equations of each cell, solved."""
        count, a1, a2, y1, ay = self.sums
        ridge = self.slope_dates * self.spread2
        top, right = count + self.residual_dates, y1 + self.residual_dates * self.residual
        low, below = a2 + ridge, ay + ridge * self.slope
        determinant = top * low - a1**2
        residual = (right * low - a1 * below) / determinant
        slope = (top * below - a1 * right) / determinant
        return np.asarray(residual + slope * a, np.float32)


@dataclass
class Regression:
    """At each cell the line of J on I, slope and level shrunk.

    How strongly the slope is drawn to that of all cells is chosen on the training dates, each left out in turn with
    those that share a Sentinel-1 scene with it.

    Attributes:
        usual: mean of the coarse field over the training overpasses, (H, W), m3/m3, fitted.
        lines: fitted.
    """

    usual: NDArray[np.float32] | None = None
    lines: Lines | None = None
    name: str = "regression"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Learn the lines from the training period.

        Args:
            fields: the region's arrays.
            samples: its overpasses, of which those of the training period are used.

        Raises:
            DataError: no date of it has a fine field.
        """
        period = samples.select(np.isin(samples.split, (TRAIN, VALIDATION)))
        self.usual = _usual(NearestNeighbour().predict(fields, period).mean)
        training = samples.with_target(TRAIN, VALIDATION)
        a = NearestNeighbour().predict(fields, training).mean - self.usual
        y = np.where(np.isfinite(a), fields.fine[training.fine] - self.usual, np.nan)
        a = np.where(np.isfinite(y), a, np.nan)
        lines = Lines.of(a, y, SLOPE_DATES[0])
        others = [lines.without(a[rows], y[rows]) for rows in relatives(fields, training)]
        scores = [
            np.nanmean(
                [ubrmse_of(y[row] - replace(left, slope_dates=dates).at(a[row])) for row, left in enumerate(others)]
            )
            for dates in SLOPE_DATES
        ]
        self.lines = replace(lines, slope_dates=SLOPE_DATES[int(np.argmin(scores))])

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Each cell's line at each overpass's coarse field, small holes filled.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.

        Raises:
            DataError: it is not fitted.
        """
        if self.lines is None or self.usual is None:
            raise DataError(f"the baseline {self.name} is not fitted: fit it on the training dates")
        mean = NearestNeighbour().predict(fields, samples).mean
        for field in mean:
            field[:] = self.usual + self.lines.at(field - self.usual)
        return Prediction(mean)


def sums_of(a: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sum 1, a, a^2, y and a y over dates on which both are valid, (5, H, W).

    Args:
        a: departures of the coarse field, (n, H, W), m3/m3, NaN where missing.
        y: departures of the fine field, likewise.
    """
    valid = np.isfinite(a) & np.isfinite(y)
    a, y = (np.where(valid, x, 0).astype(np.float64) for x in (a, y))
    return np.array([valid.sum(axis=0), a.sum(0), (a * a).sum(0), y.sum(0), (a * y).sum(0)], np.float64)


def _usual(stack: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of each cell over overpasses (n, H, W), that of all cells where a cell never had a value, (H, W)."""
    valid = np.isfinite(stack)
    if not valid.any():
        raise DataError("no training date has a valid coarse cell: widen the training period")
    count = valid.sum(axis=0)
    mean = np.where(valid, stack, 0).sum(axis=0, dtype=np.float64) / np.maximum(count, 1)
    return np.asarray(np.where(count > 0, mean, stack[valid].mean(dtype=np.float64)), np.float32)
