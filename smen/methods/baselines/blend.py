"""The best blend of the mean and of the last residual, the last one trusted less as it ages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.methods.baselines.history_baseline import Date, HistoryBaseline, Past

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TIMES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0)
"""Time constants that are tried, days."""

SHARES = np.linspace(0, 1, 41)
"""Weights of a residual that was seen just now that are tried."""


@dataclass
class Blend(HistoryBaseline):
    """I + (1 - w) * shrunk mean residual + w * last residual, w = share * exp(-age / time).

    Share and time are those with the least ubRMSE on the training dates, each date's own residual left out of the mean.

    Attributes:
        share: w of a residual without age, fitted.
        time: days after which w is a third of it, fitted.
    """

    share: float = 0.0
    time: float = TIMES[0]
    name: str = "blend"

    def departure(self, past: Past) -> NDArray[np.floating]:
        """The latest departure, faded."""
        return self.share * faded(past, self.time)

    def choose(self, dates: Sequence[Date]) -> None:
        """Choose share and time: each date's squared ubRMSE is a parabola in the share."""
        best = np.inf
        for time in TIMES:
            moments = [_moments(date.departure, faded(date.past, time)) for date in dates]
            # A date with fewer than two valid cells has no ubRMSE and does not count.
            variance, covariance, variance_faded = np.array([m for m in moments if m is not None]).reshape(-1, 3).T
            for share in SHARES:
                squared = variance - 2 * share * covariance + share**2 * variance_faded
                score = float(np.sqrt(np.maximum(squared, 0)).mean()) if len(squared) else np.inf
                if score < best:
                    best, self.share, self.time = score, float(share), time


def faded(past: Past, time: float) -> NDArray[np.float32]:
    """Fade the latest departure of each cell by exp(-age / time), (H, W), m3/m3, 0 where there is none.

    Args:
        past: the earlier residuals' departures.
        time: days after which a third of a departure is left.
    """
    departure, age = past.latest()
    return np.asarray(departure * np.exp(-age / np.float32(time)), np.float32)


def _moments(target: NDArray[np.float32], estimate: NDArray[np.float32]) -> tuple[float, float, float] | None:
    """Variance of the target, covariance, variance of the estimate, over the target's valid cells."""
    valid = np.isfinite(target)
    if valid.sum() < 2:
        return None
    (a, b), (_, d) = np.cov(target[valid], estimate[valid], bias=True)
    return float(a), float(b), float(d)
