"""How far the scores of a map and of its coarse field are from the true one, the climatology being known.

Each has two parts. One is what its own error comes to in the season's distribution. The other is what no field of this
kind sees: where wetness for the season differs much from one coarse cell to the next, as after patchy rain, it differs
much within them, too.

Regressed on both parts, squared errors of scores in four simulated regions (Tucson in worlds 1 to 3, Oklahoma City in
world 1) had the weights .54 and .25 for maps, .47 and .46 for coarse fields; the constants are these, rounded. On five
others (worlds 3 to 5, Geneva in world 1) the interval score fell from 50.3 to 48.3 with ten years of record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.grid.bilinear import bilinear
from smen.indices.beta_distribution import BOUNDS
from smen.indices.season_score import season_score
from smen.indices.wetness_transfer import passing_variance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window
    from smen.indices.season_moments import SeasonMoments
    from smen.indices.wetness_transfer import WetnessTransfer

    Field = NDArray[np.float64]

LEAST_VARIANCE = 0.01
"""Least error variance of a score."""

STATED = 0.5
"""Weight of a field's own error variance: what maps state holds the noise of the product that they were calibrated
against, too."""

OF_MAP, OF_COARSE = 0.25, 0.5
"""Weights of the unevenness in the error variance of the map's score, as it sees some of it, and of the coarse one."""

NEIGHBOURS = 2
"""Coarse cells on either side that unevenness is of, 180 km in all; 1 and the whole region did hardly worse."""

OWN_VARIANCE = 0.5
"""Weight of a cell's own error variance; the rest is of the mean of all cells. Where the season's distribution is
skewed, its slope at one value says too little of an error that reaches over much of it: in dry seasons cells with a
stated deviation of .3 erred by .5. Chosen on two simulated regions, confirmed on others."""


LEAST_MARGIN = 0.005
"""Values are kept so far from the bounds, m3/m3: soil that is all dry is not known without an error."""


def unevenness(cells: NDArray[np.floating], window: Window, grid: Grid) -> Field:
    """Return how much scores differ between the coarse cells around each 3 km cell.

    Args:
        cells: scores of the coarse cells, (R, C), NaN where missing.
        window: of the 3 km cells.
        grid: of the coarse cells.

    Returns:
        Their variance within `NEIGHBOURS` cells on either side, interpolated, (H, W); its mean where none is known, 0
        where it is known nowhere.
    """
    rows, columns = cells.shape
    padded = np.pad(np.asarray(cells, np.float64), NEIGHBOURS, constant_values=np.nan)
    sides = range(2 * NEIGHBOURS + 1)
    around = np.stack([padded[r : r + rows, c : c + columns] for r in sides for c in sides])
    number = np.isfinite(around).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(around, axis=0) / number
        variance = np.nansum((around - mean) ** 2, axis=0) / number
    found = bilinear(np.where(number > 0, variance, np.nan), window, grid).astype(np.float64)
    known = np.isfinite(found)
    return np.where(known, found, found[known].mean() if known.any() else 0.0)


def map_variance(
    value: Field,
    deviation: NDArray[np.floating] | None,
    season: SeasonMoments,
    transfer: WetnessTransfer,
    uneven: Field,
) -> Field:
    """Return the error variance of the map's score, (H, W).

    Args:
        value: the map as coarse values, (H, W), m3/m3.
        deviation: its standard deviation, (H, W), m3/m3; None: not known, taken as 0.
        season: of the 3 km cells.
        transfer: how these follow the coarse field.
        uneven: see `unevenness`.
    """
    own = np.full(value.shape, LEAST_VARIANCE)
    if deviation is not None:
        own = _through(value, np.sqrt(passing_variance(deviation, transfer.staying)) * transfer.gain, season)
    return np.asarray(np.maximum(STATED * own + OF_MAP * uneven, LEAST_VARIANCE), np.float64)


def coarse_variance(value: Field, season: SeasonMoments, transfer: WetnessTransfer, uneven: Field) -> Field:
    """Return the error variance of the coarse field's score for the 3 km cells, (H, W).

    What the true soil moisture of a cell has beside the coarse field is known over all seasons, by the correlation of
    both. How much it is on a date goes with the wetness, as the variance of a quantity between two bounds does: divided
    by (value - lower bound) (upper bound - value), squared errors of maps did not depend on wetness any more.

    Args:
        value: coarse field, interpolated to the cells, (H, W), m3/m3, NaN where missing.
        season: of the 3 km cells.
        transfer: how these follow the coarse field.
        uneven: see `unevenness`.
    """
    spread = transfer.coarse.std(axis=0)  # of seven equally spaced quantiles: 1.01 standard deviations, if normal
    typical = np.nanmean(_between_bounds(transfer.fine))
    wetness = _between_bounds(transfer.to_fine(value)) / typical
    own = _through(value, np.sqrt((1 - transfer.agreement**2) * wetness) * spread, season)
    variance = np.maximum(STATED * own + OF_COARSE * uneven, LEAST_VARIANCE)
    return np.asarray(np.where(np.isfinite(variance), variance, 1.0), np.float64)


def _between_bounds(value: NDArray[np.floating]) -> Field:
    low, high = BOUNDS
    kept = np.clip(value, low + LEAST_MARGIN, high - LEAST_MARGIN)
    return np.asarray((kept - low) * (high - kept), np.float64)


def _through(value: Field, half: Field, season: SeasonMoments) -> Field:
    """Variance of the scores of values with a standard deviation `half`, drawn to the mean of all cells."""
    above, below = (season_score(value + sign * half, season) for sign in (1, -1))
    variance = np.maximum((above - below) ** 2 / 4, LEAST_VARIANCE)
    known = np.isfinite(variance)
    mean = variance[known].mean() if known.any() else np.nan
    return np.asarray(OWN_VARIANCE * variance + (1 - OWN_VARIANCE) * mean, np.float64)
