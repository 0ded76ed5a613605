"""How wrong a map's cell may be: a variance made of a few causes, scaled until its intervals hold what they promise.

Each cause is a field that grows with what we do not know (the age of the last fine observation, few dates, an unusual
wetness, a noisy cell); their shares are fitted, never negative, to errors on dates held out. Then the conformal
method (Vovk et al. 2005; cross-conformal, Vovk 2015): the 90 % quantile of |error| / deviation over the dates held
out is made that of a normal distribution, by one factor.
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
"""Of the interval that is calibrated."""

Z = float(ndtri((1 + LEVEL) / 2))
"""Half the width of this interval in standard deviations, 1.645."""

LEAST = 0.01
"""Least share of a cause in the variance: it is to grow with each of them, even where the dates could not show it."""


@dataclass(frozen=True)
class ErrorModel:
    """The fitted variance.

    Attributes:
        shares: of each cause, (C,), in (m3/m3)^2 per unit of the cause.
        factor: on the standard deviation, by the conformal method.
    """

    shares: NDArray[np.float64]
    factor: float

    @classmethod
    def fit(cls, causes: NDArray[np.floating], errors: NDArray[np.floating], dates: NDArray[np.integer]) -> ErrorModel:
        """From errors on dates held out.

        Args:
            causes: (C, n), none negative, the first one constant.
            errors: (n,), m3/m3.
            dates: which date each error is of, (n,); every date has the same weight.
        """
        x, y = causes.T.astype(np.float64), errors.astype(np.float64) ** 2
        per_date = np.bincount(dates)
        weight = 1 / per_date[dates]
        overall = max(float(np.average(y, weights=weight)), 1e-10)
        typical = np.maximum(np.average(x, axis=0, weights=weight), 1e-6)
        expected = np.full(len(y), overall)
        shares = np.zeros(x.shape[1])
        for _ in range(4):  # the variance of a squared error grows with its square: reweighted until it settles
            root = np.sqrt(weight) / expected
            found = np.asarray(nnls(x * root[:, None], y * root)[0], np.float64)
            shares = np.maximum(found, LEAST * overall / typical)
            expected = x @ shares
        deviation = np.sqrt(x @ shares)
        ratio: NDArray[np.float64] = np.abs(errors) / deviation
        return cls(shares, max(_quantile(ratio, weight) / Z, 1e-3))

    def deviation(self, causes: NDArray[np.floating]) -> NDArray[np.float32]:
        """Standard deviation of the error from causes (C, ...), m3/m3."""
        variance = np.tensordot(self.shares, np.asarray(causes, np.float64), 1)
        return np.asarray(self.factor * np.sqrt(variance), np.float32)


def _quantile(ratio: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """The level's quantile of weighted ratios.

    Without the correction for a finite sample: counted in cells it is nothing, counted in dates, as if all cells of a
    date erred alike, it made the intervals of 30 dates hold 93 %.
    """
    order = np.argsort(ratio)
    share = np.cumsum(weight[order]) / weight.sum()
    place = min(int(np.searchsorted(share, LEVEL)), len(order) - 1)
    return float(ratio[order[place]])
