"""Estimates and their standard deviations from fitted parameters and the features of an overpass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.methods.fusion.random_features import ridge_correction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.overpass_features import OverpassFeatures
    from smen.methods.fusion.parameters import FusionParameters
    from smen.methods.fusion.random_features import RandomFeatures

BOUND_WIDTH = 0.1
"""Width of the smooth transition at the bounds, in typical errors."""


@dataclass(frozen=True)
class RegionCoefficients:
    """Coefficients of seen and unseen cells, of all folds, (folds, F + U) and (folds, F), or of one, (F + U,) and (F,).

    Attributes:
        seen: of cells with training dates.
        unseen: of cells without.
        random_features: of the seen cells' regression, or None.
    """

    seen: NDArray[np.float64]
    unseen: NDArray[np.float64]
    random_features: RandomFeatures | None

    def mean(self) -> RegionCoefficients:
        """Return the mean over the folds."""
        return replace(self, seen=self.seen.mean(axis=0), unseen=self.unseen.mean(axis=0))

    def of_fold(self, fold: int) -> RegionCoefficients:
        """Return those of one fold."""
        return replace(self, seen=self.seen[fold], unseen=self.unseen[fold])

    def correction(self, overpass: OverpassFeatures) -> NDArray[np.float32]:
        """Compute what one fold's coefficients add to an overpass's base, float32 (H, W), m3/m3.

        The regression of unseen cells takes over from that of seen ones as less of the pattern is known, without an
        edge.

        Args:
            overpass: its features.
        """
        seen = ridge_correction(overpass, self.seen, self.random_features)
        unseen = ridge_correction(overpass, self.unseen)
        return seen + overpass.unknown * (unseen - seen)


def estimate_at_home(
    parameters: FusionParameters, overpass: OverpassFeatures
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Estimate soil moisture in the region of the training.

    Args:
        parameters: fitted.
        overpass: its features.

    Returns:
        Estimate and its standard deviation, float32 (H, W) each, m3/m3.
    """
    both = RegionCoefficients(
        parameters.seen_coefficients, parameters.unseen_coefficients, parameters.random_features
    ).mean()
    value = overpass.base + both.correction(overpass)
    deviation = parameters.error.standard_deviation(overpass.variance_predictors)
    return value.astype(np.float32), deviation * extrapolation_factor(overpass)


def estimate_abroad(
    parameters: FusionParameters, overpass: OverpassFeatures, variability: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Estimate soil moisture in another region than that of the training.

    Args:
        parameters: fitted.
        overpass: its features, without a pattern.
        variability: of the coarse field of this region, m3/m3.

    Returns:
        Estimate and its standard deviation, float32 (H, W) each, m3/m3.
    """
    value = overpass.base + ridge_correction(overpass, parameters.transfer_coefficients.mean(axis=0))
    relative = parameters.transfer_error.standard_deviation(overpass.variance_predictors)
    return value.astype(np.float32), relative * np.float32(variability) * extrapolation_factor(overpass)


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
