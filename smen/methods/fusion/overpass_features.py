"""Features of one overpass, from observations before its fine field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class OverpassFeatures:
    """One overpass, its names in `smen.methods.fusion.feature_names`.

    Attributes:
        base: filtered coarse field plus pattern, float32 (H, W), m3/m3.
        features: float32 (F, H, W), m3/m3.
        masks: float32 (M, H, W), 0..1.
        unknown: share of the pattern's variance that is not known, float32 (H, W), 0..1.
        variance_predictors: float32 (V, H, W), none negative, the first one constant.
        extrapolation: how far the wetness anomaly lies outside of the training dates' range, in their standard
            deviations, float32 (H, W); 0 within the range.
    """

    base: NDArray[np.float32]
    features: NDArray[np.float32]
    masks: NDArray[np.float32]
    unknown: NDArray[np.float32]
    variance_predictors: NDArray[np.float32]
    extrapolation: NDArray[np.float32]

    def at(self, cells: NDArray[np.bool_]) -> OverpassFeatures:
        """Return the features at some cells alone, for what is computed cell by cell.

        Args:
            cells: which ones, bool (H, W), N of them.

        Returns:
            The features, the last axes (H, W) of each array flattened to (N,).
        """
        return replace(self, **{field.name: getattr(self, field.name)[..., cells] for field in fields(self)})
