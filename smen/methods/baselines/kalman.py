"""A scalar Kalman filter at each cell: how far the residual is from its mean now, by what was seen before."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from smen.methods.baselines.held_out import ubrmse_of
from smen.methods.baselines.history_baseline import Date, HistoryBaseline, Past

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TIMES = (4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0)
"""Decorrelation times that are tried, days."""

NOISES = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Ratios of the observations' to the process's variance that are tried."""

LATTICE = 2
"""Time and noise are chosen by every second row and column: neighbours say the same, and it is four times as fast."""


@dataclass
class Kalman(HistoryBaseline):
    """I + shrunk mean residual + the Kalman filter's forecast of the departure from it.

    The departure is a stationary process that forgets, x(t + d) = exp(-d / time) x(t) + noise of its own, of unit
    variance (a first-order Gauss-Markov process, Gelb 1974); a residual sees it with white noise. The
    filter (Kalman 1960) of each cell begins at the mean and runs through the k frames of the history, oldest first.
    Only the ratio of the two variances enters the forecast. It and the time are those with the least ubRMSE on the
    training dates, each date's own residual left out of the mean.

    Attributes:
        time: decorrelation time, days, fitted.
        noise: variance of the observations' noise relative to that of the process, fitted.
    """

    time: float = TIMES[0]
    noise: float = NOISES[-1]
    name: str = "kalman"

    def departure(self, past: Past) -> NDArray[np.floating]:
        """The forecast at the overpass."""
        return forecast(past, self.time, self.noise)

    def choose(self, dates: Sequence[Date]) -> None:
        """Choose time and noise."""
        few = [_thinned(date) for date in dates]
        best = np.inf
        for time, noise in product(TIMES, NOISES):
            scores = np.array([ubrmse_of(date.departure - forecast(date.past, time, noise)) for date in few])
            score = float(np.nanmean(scores)) if np.isfinite(scores).any() else np.inf
            if score < best:
                best, self.time, self.noise = score, time, noise


def forecast(past: Past, time: float, noise: float) -> NDArray[np.float32]:
    """The expected departure of each cell at the overpass, (H, W), m3/m3; 0 where nothing was observed.

    Args:
        past: the earlier departures.
        time: decorrelation time, days.
        noise: variance of an observation's noise; that of the process is 1.
    """
    state, variance = np.zeros_like(past.mean), np.ones_like(past.mean)
    age = np.inf  # before the oldest frame there is nothing: the process has its mean and its own variance
    for frame in np.flatnonzero(past.valid.any(axis=(1, 2)))[::-1]:
        fade = np.float32(np.exp((past.age[frame] - age) / time))
        state = fade * state
        variance = 1 - fade**2 * (1 - variance)
        gain = past.valid[frame] * variance / (variance + np.float32(noise))
        state = state + gain * (past.departure[frame] - state)
        variance = (1 - gain) * variance
        age = float(past.age[frame])
    return np.asarray(np.float32(np.exp(-age / time)) * state, np.float32)


def _thinned(date: Date) -> Date:
    """Every so many-th row and column of a date."""
    at = np.s_[..., ::LATTICE, ::LATTICE]
    past = date.past
    return Date(Past(past.mean[at], past.departure[at], past.valid[at], past.age), date.departure[at])
