"""Heteroscedastic error model: the variance of a cell's error from a few predictors, with calibrated intervals.

Each predictor is a field that grows with the uncertainty (the age of the last fine observation, few dates, an unusual
wetness, a noisy cell); their coefficients are fitted, never negative, to squared errors on dates held out. Then the
conformal method (Vovk et al. 2005; cross-conformal, Vovk 2015): one factor makes the 90 % quantile of |error| /
standard deviation over the dates held out that of a normal distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.9
"""Level of the interval that is calibrated."""

Z = float(ndtri((1 + LEVEL) / 2))
"""Half the width of this interval in standard deviations of a normal distribution, 1.645."""

MINIMUM_SHARE = 0.01
"""Least share of a predictor in the variance: it is to grow with each of them, even where the dates do not show it."""

REWEIGHTINGS = 4
"""Fits of the variance: the variance of a squared error grows with its square, so each fit weighs by the one before."""


@dataclass(frozen=True)
class ErrorModel:
    """The fitted variance.

    Attributes:
        coefficients: of each predictor, (V,), in (m3/m3)^2 per unit of the predictor.
        factor: on the standard deviation, by the conformal method.
    """

    coefficients: NDArray[np.float64]
    factor: float

    @classmethod
    def fit(
        cls, predictors: NDArray[np.floating], errors: NDArray[np.floating], dates: NDArray[np.integer]
    ) -> ErrorModel:
        """Fit the variance to errors on dates held out.

        Args:
            predictors: (V, n), none negative, the first one constant.
            errors: (n,), m3/m3.
            dates: number of the date that each error is of, (n,), from 0 on; every date has the same weight.
        """
        x, y = predictors.T.astype(np.float64), errors.astype(np.float64) ** 2
        per_date = np.bincount(dates)
        weight = 1 / per_date[dates]
        overall = max(float(np.average(y, weights=weight)), 1e-10)
        typical = np.maximum(np.average(x, axis=0, weights=weight), 1e-6)
        expected = np.full(len(y), overall)
        coefficients = np.zeros(x.shape[1])
        for _ in range(REWEIGHTINGS):
            root = np.sqrt(weight) / expected
            fitted = np.asarray(nnls(x * root[:, None], y * root)[0], np.float64)
            coefficients = np.maximum(fitted, MINIMUM_SHARE * overall / typical)
            expected = x @ coefficients
        deviation = np.sqrt(x @ coefficients)
        ratio: NDArray[np.float64] = np.abs(errors) / deviation
        return cls(coefficients, max(_quantile(ratio, weight) / Z, 1e-3))

    def standard_deviation(self, predictors: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the standard deviation of the error, m3/m3, float32 (...), from predictors (V, ...)."""
        variance = np.tensordot(self.coefficients, np.asarray(predictors, np.float64), 1)
        return np.asarray(self.factor * np.sqrt(variance), np.float32)

    def variance_of(self, index: int, predictor: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return what one predictor adds to the variance, (m3/m3)^2, float32, the shape of its values.

        Args:
            index: which predictor.
            predictor: its values, of any shape.
        """
        return np.asarray(self.factor**2 * self.coefficients[index] * predictor, np.float32)


def _quantile(ratio: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Weighted quantile of ratios (n,) at the level.

    No finite-sample correction: per cell it is negligible; per date, as if all cells of a date had the same error, it
    made the 90 % intervals of 30 dates hold 93 %.
    """
    order = np.argsort(ratio)
    share = np.cumsum(weight[order]) / weight.sum()
    place = min(int(np.searchsorted(share, LEVEL)), len(order) - 1)
    return float(ratio[order[place]])
