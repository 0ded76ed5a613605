"""Earlier residuals of each cell: their departures from the static pattern, averaged with decaying weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.methods.fusion.feature_names import RESIDUAL_TIME_CONSTANTS_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.pattern import Pattern

    Field = NDArray[np.float32]


@dataclass(frozen=True)
class ResidualDepartures:
    """Earlier residuals as seen from one overpass; K time constants.

    Attributes:
        departures: mean departure from the pattern with weights that decay with age, drawn to 0 as if by one more
            residual of weight 1, K fields float32 (H, W), m3/m3.
        weights: sum of the weights, K fields float32 (H, W); 0 at a cell that no earlier fine field covers.
        age: days since the last fine observation of each cell, float32 (H, W); infinite where there is none.
    """

    departures: list[Field]
    weights: list[Field]
    age: Field


def average_departures(residuals: Iterable[tuple[Field, Field, float]], pattern: Pattern) -> ResidualDepartures:
    """Average earlier residuals' departures from the pattern.

    Args:
        residuals: of each earlier fine field its residual (H, W), NaN where missing, its wetness anomaly (H, W), both
            m3/m3, and its age in days.
        pattern: the region's static pattern.
    """
    mean, slope = pattern.mean, pattern.slope
    totals = [np.zeros(mean.shape, np.float32) for _ in RESIDUAL_TIME_CONSTANTS_DAYS]
    weights = [np.zeros(mean.shape, np.float32) for _ in RESIDUAL_TIME_CONSTANTS_DAYS]
    last = np.full(mean.shape, np.inf, np.float32)
    for residual, wetness, age in residuals:
        departure = residual - mean - slope * wetness
        valid = np.isfinite(departure)
        departure = np.where(valid, departure, 0)
        for k, days in enumerate(RESIDUAL_TIME_CONSTANTS_DAYS):
            weight = np.float32(np.exp(-age / days)) * valid
            totals[k] += weight * departure
            weights[k] += weight
        last = np.where(valid, np.minimum(last, age), last).astype(np.float32)
    departures = [total / (weight + 1) for total, weight in zip(totals, weights, strict=True)]
    return ResidualDepartures(departures, weights, last)
