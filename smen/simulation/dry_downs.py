"""e-folding times of dry-downs in a series of retrievals, fitted as McColl et al. 2017 (Nature Geoscience 10) do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import curve_fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LEAST_RETRIEVALS = 5
"""Retrievals in the shortest dry-down."""

LEAST_FALL = 0.1
"""Least fall over a dry-down, as a share of the range of the cell's series."""

LEAST_R2 = 0.7
"""Fits that explain less than this share of the variance are dropped."""

LEAST_DRY_DOWNS = 3
"""Cells with fewer dry-downs have no median."""

CELL_STEP = 3
"""Every third cell is looked at: neighbours resemble each other."""


def dry_downs(coarse: NDArray[np.float32], interval: int = 2) -> list[float]:
    """Compute the median e-folding time of each cell's dry-downs.

    A dry-down is a falling run of at least five retrievals after a rise. An exponential decay to a floor is fitted to
    it; the floor lies above the least value of the cell's series.

    Args:
        coarse: retrievals of every morning, m3/m3, (T, rows, columns).
        interval: days from one retrieval that is used to the next.

    Returns:
        Days, one number for each of the cells that are looked at and have enough dry-downs.
    """
    series = coarse[::interval].reshape(len(coarse[::interval]), -1).astype(np.float64)
    medians = []
    for cell in series.T[::CELL_STEP]:
        least, span = cell.min(), np.ptp(cell)
        fits = [_e_folding_time(run, interval, least, span) for run in _falling_runs(cell)]
        times = [days for days in fits if days is not None]
        if len(times) >= LEAST_DRY_DOWNS:
            medians.append(float(np.median(times)))
    return medians


def _falling_runs(series: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Yield the falling runs of a series that are long and deep enough for a dry-down."""
    falling = np.diff(series) < 0
    start = 0
    while start < len(falling):
        end = start
        while end < len(falling) and falling[end]:
            end += 1
        run = series[start : end + 1]
        if len(run) >= LEAST_RETRIEVALS and run[0] - run[-1] > LEAST_FALL * np.ptp(series):
            yield run
        start = end + 1


def _e_folding_time(run: NDArray[np.float64], interval: int, least: float, span: float) -> float | None:
    """Fit a decay to a falling run: its e-folding time in days, or None where the fit is poor.

    `least` and `span` are the least value and the range of the whole series.
    """
    t = interval * np.arange(len(run), dtype=float)
    bounds = ([0, 0.1, least - 1e-6], [2 * span, 100, run[-1]])
    guess = (run[0] - run[-1], 6.0, max((least + run[-1]) / 2, least))
    fitted, _ = curve_fit(_decay, t, run, guess, bounds=bounds, max_nfev=200)
    residuals = run - _decay(t, *fitted)
    return float(fitted[1]) if 1 - residuals.var() / run.var() >= LEAST_R2 else None


def _decay(t: NDArray[np.float64], height: float, days: float, floor: float) -> NDArray[np.float64]:
    return height * np.exp(-t / days) + floor
