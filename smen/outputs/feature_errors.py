"""What the correlation of errors adds to a table of values: change since a date, and share below a threshold."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from smen.data.area_errors import AreaErrors
from smen.data.error_correlation import ErrorCorrelation
from smen.outputs.feature_cells import Cells

CHANGE = ("change", "change_standard_deviation")
"""Columns of the change of the mean since a date, m3/m3."""

BELOW = ("share_below", "share_below_standard_deviation", "share_below_low", "share_below_high")
"""Columns of the share of the area below a threshold: expected, its standard deviation and its 90 % interval."""

INTERVAL = (0.05, 0.95)
"""Quantiles of the interval."""

LEAST_BETA = 1e-3
"""Least parameter of a beta distribution; with smaller ones it is 0 or 1 and nothing between."""


@dataclass(frozen=True)
class Wanted:
    """What is wanted beside the values.

    Attributes:
        below: threshold of soil moisture, m3/m3; None: no share.
        since: date of the map that changes are measured from; None: no change.
    """

    below: float | None = None
    since: np.datetime64 | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return (CHANGE if self.since is not None else ()) + (BELOW if self.below is not None else ())


@dataclass
class FeatureErrors:
    """The errors of one feature, map by map in the order of time.

    Attributes:
        cells: of the feature.
        correlation: of the errors of its region; None: not known.
        wanted: which columns.
    """

    cells: Cells
    correlation: ErrorCorrelation | None
    wanted: Wanted
    _area: AreaErrors | None = field(init=False, repr=False)
    _first: tuple[np.datetime64, NDArray[np.floating], NDArray[np.floating]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._area = None
        if self.correlation is not None:
            self._area = AreaErrors(self.correlation, self.cells.rows, self.cells.columns, self.cells.weights)

    def columns(
        self, time: np.datetime64, moisture: NDArray[np.floating], deviation: NDArray[np.floating]
    ) -> dict[str, float]:
        """Return the standard deviation of the mean, and the columns that are wanted, of one map.

        Args:
            time: of the map, not before that of the last call.
            moisture: of the feature's cells, (n,), m3/m3, NaN where missing.
            deviation: its standard deviation, (n,), m3/m3.
        """
        row = dict.fromkeys(self.wanted.columns, float("nan"))
        if self._area is None:
            row["standard_deviation"] = weighted_mean(deviation, self.cells.weights)
        else:
            row["standard_deviation"] = float(np.sqrt(self._area.mean_variance(deviation)))
        if self.wanted.since is not None:
            row |= self._change(time, moisture, deviation)
        if self.wanted.below is not None and self._area is not None:
            share, spread = self._area.share_below(moisture, deviation, self.wanted.below)
            weights = self.cells.weights[np.isfinite(moisture)]
            interval = share_interval(
                share, spread, float(weights.sum() ** 2 / (weights**2).sum()) if share >= 0 else 1
            )
            row |= dict(zip(BELOW, (share, spread, *interval), strict=True))
        return row

    def _change(
        self, time: np.datetime64, moisture: NDArray[np.floating], deviation: NDArray[np.floating]
    ) -> dict[str, float]:
        """Change since the first map on or after the date that has a value, over cells with values on both."""
        since = self.wanted.since
        if self._first is None and since is not None and bool(time >= since) and np.isfinite(moisture).any():
            self._first = time, moisture, deviation
        if self._first is None:
            return {}
        start, before, its_deviation = self._first
        change = weighted_mean(moisture - before, self.cells.weights)
        if self._area is None:
            return {"change": change}
        valid = np.isfinite(moisture - before)
        first, second = (np.where(valid, d, np.nan) for d in (its_deviation, deviation))
        variance = self._area.change_variance(first, second, float((time - start) / np.timedelta64(1, "D")))
        return dict(zip(CHANGE, (change, float(np.sqrt(variance))), strict=True))


def share_interval(share: float, deviation: float, cells: float) -> tuple[float, float]:
    """Return the 90 % interval of a share, of the beta distribution with this mean and standard deviation.

    Half a cell wider on either side: over a few cells a share takes only steps.

    Args:
        share: expected, 0..1.
        deviation: its standard deviation.
        cells: number of cells of the area.
    """
    if not np.isfinite(share):
        return float("nan"), float("nan")
    size = share * (1 - share) / max(deviation**2, 1e-12) - 1
    low = high = share
    if size * min(share, 1 - share) > LEAST_BETA:
        low, high = betaincinv(share * size, (1 - share) * size, INTERVAL)
    elif share * (1 - share) > 0:  # all of the area or nothing, as a single cell
        low, high = float(share > INTERVAL[1]), float(share > INTERVAL[0])
    return max(float(low) - 0.5 / cells, 0.0), min(float(high) + 0.5 / cells, 1.0)


def weighted_mean(values: NDArray[np.floating], weights: NDArray[np.float64]) -> float:
    """Return the mean over the valid cells, NaN where there is none.

    Args:
        values: (n,), NaN where missing.
        weights: (n,).
    """
    valid = np.isfinite(values)
    total = weights[valid].sum()
    return float((values[valid] * weights[valid]).sum() / total) if total else float("nan")
