"""Estimates and their standard deviations from fitted parameters and the features of an overpass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.methods.fusion.random_features import ridge_correction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.overpass_features import OverpassFeatures
    from smen.methods.fusion.parameters import FusionParameters

BOUND_WIDTH = 0.1
"""Width of the smooth transition at the bounds, in typical errors."""


def estimate_seen_cells(
    parameters: FusionParameters, overpass: OverpassFeatures
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Estimate soil moisture where cells have training dates.

    Args:
        parameters: fitted.
        overpass: its features, with the pattern.

    Returns:
        Estimate and its standard deviation, float32 (H, W) each, m3/m3; meant for seen cells.
    """
    coefficients = parameters.seen_coefficients.mean(axis=0)
    value = overpass.base + ridge_correction(overpass, coefficients, parameters.random_features)
    deviation = parameters.seen_error.standard_deviation(overpass.variance_predictors)
    return value.astype(np.float32), deviation * extrapolation_factor(overpass)


def estimate_unseen_cells(
    parameters: FusionParameters, overpass: OverpassFeatures, variability: float | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Estimate soil moisture where cells have no training date.

    Args:
        parameters: fitted.
        overpass: its features, without a pattern.
        variability: of the coarse field of another region than that of the training, m3/m3; None: it is the same one.

    Returns:
        Estimate and its standard deviation, float32 (H, W) each, m3/m3.
    """
    transferred = variability is not None
    coefficients = parameters.transfer_coefficients if transferred else parameters.unseen_coefficients
    value = overpass.base + ridge_correction(overpass, coefficients.mean(axis=0))
    if variability is None:
        deviation = parameters.unseen_error.standard_deviation(overpass.variance_predictors)
    else:
        relative = parameters.transfer_error.standard_deviation(overpass.variance_predictors)
        deviation = relative * np.float32(variability)
    return value.astype(np.float32), deviation * extrapolation_factor(overpass)


def extrapolation_factor(overpass: OverpassFeatures) -> NDArray[np.float32]:
    """Factor on the standard deviation outside of the training climate, (H, W), at least 1.

    It grows as the error of a regression grows beyond its data: with the root of one plus the squared distance.
    """
    return np.sqrt(1 + overpass.extrapolation**2)


def bounded(value: NDArray[np.floating], bounds: tuple[float, float], typical_error: float) -> NDArray[np.float32]:
    """Keep estimates between two bounds, by a smooth transition within a tenth of the typical error of either.

    Clipping would pull the mean of an image away from a bound by the share of cells beyond it, at once; a softplus
    of this width changes a value one width from the bound by a third of the width, and none far from it.

    Args:
        value: any shape, m3/m3.
        bounds: lower and upper, m3/m3.
        typical_error: m3/m3.

    Returns:
        float32, the shape of `value`.
    """
    width = BOUND_WIDTH * typical_error
    low, high = bounds
    above = low + width * np.logaddexp(0, (np.asarray(value, np.float64) - low) / width)
    return np.clip(high - width * np.logaddexp(0, (high - above) / width), low, high).astype(np.float32)
