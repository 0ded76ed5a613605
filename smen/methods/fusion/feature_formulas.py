"""Formulas of the features that follow from coarse state, static pattern and earlier residuals alone.

Each function returns the features of one question as a list, in the order of their names in
`smen.methods.fusion.feature_names`; all are float32 (H, W), m3/m3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.methods.fusion.coarse_history import BASE
from smen.methods.fusion.coarse_state import LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.coarse_state import CoarseState
    from smen.methods.fusion.pattern import Pattern
    from smen.methods.fusion.residual_departures import ResidualDepartures

    Field = NDArray[np.float32]


def detail_of(pattern: Pattern) -> Field:
    """Return how each cell's mean residual differs from that of all cells, (H, W), m3/m3; 0 far from all dates."""
    return pattern.mean - np.float32(pattern.prior)


def coarse_features(state: CoarseState) -> list[Field]:
    """Return how the coarse field differs from its filtered values, and how wet it is."""
    filters = [layer - state.base for k, layer in enumerate(state.layers) if k != BASE]
    wetness = state.wetness
    smooth = [gaussian(wetness, 12), gaussian(state.innovation, 12)]
    return [*filters, wetness, *smooth, np.full_like(state.base, wetness.mean())]


def pattern_features(state: CoarseState, pattern: Pattern) -> list[Field]:
    """Return the static pattern, smoothed and scaled by wetness, and its change with wetness.

    Args:
        state: coarse field at the overpass.
        pattern: the region's static pattern.
    """
    mean, slope, detail = pattern.mean, pattern.slope, detail_of(pattern)
    limit = LIMIT * state.deviation
    moved = np.clip(state.wetness, -limit, limit)
    return [
        detail,
        gaussian(mean, 1) - mean,
        gaussian(mean, 3) - mean,
        detail * state.relative,
        detail * state.relative**2,
        gaussian(detail, 6) * state.relative,
        slope * moved,
        gaussian(slope, 2) * moved,
    ]


def residual_features(state: CoarseState, earlier: ResidualDepartures) -> list[Field]:
    """Return earlier departures from the pattern, smoothed and scaled by wetness.

    Args:
        state: coarse field at the overpass.
        earlier: averages of the earlier residuals.
    """
    departures = earlier.departures
    smooth = [gaussian(departures[1], 2), gaussian(departures[1], 8), gaussian(departures[2], 3)]
    return [*departures, *smooth, departures[2] * state.relative]


def interactions(state: CoarseState, pattern: Pattern, earlier: ResidualDepartures) -> list[Field]:
    """Return pattern and residuals scaled by the innovation and by slowly varying wetness.

    Args:
        state: coarse field at the overpass.
        pattern: the region's static pattern.
        earlier: averages of the earlier residuals.
    """
    detail = detail_of(pattern)
    slow = [np.clip((state.layers[k] - state.mean) / state.deviation, -LIMIT, LIMIT) for k in (-2, -1)]
    return [
        detail * state.surprise,
        detail * slow[0],
        detail * slow[1],
        state.wetness * np.abs(state.relative),
        earlier.departures[1] * state.surprise,
    ]


def gaussian(values: Field, cells: float) -> Field:
    """Smooth a field (H, W) by a Gaussian, float32.

    Args:
        values: without gaps.
        cells: standard deviation of the Gaussian, in cells.
    """
    return np.asarray(gaussian_filter(values, cells, mode="nearest", truncate=3.0), np.float32)
