"""Fitted parameters of the method; a checkpoint holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smen.data.error_correlation import ErrorStructure
    from smen.data.quality import QualityCode
    from smen.grid import Grid, Window
    from smen.methods.fusion.coarse_completion import CoarseCompletion
    from smen.methods.fusion.error_model import ErrorModel
    from smen.methods.fusion.pattern import Pattern
    from smen.methods.fusion.random_features import RandomFeatures


@dataclass(frozen=True)
class FusionParameters:
    """All that a fitted method keeps of its region.

    Cells with training dates are called seen, those without unseen; the regression of the one gives way to that of the
    other as less of the pattern is known. F features, U random features.

    Attributes:
        window: the region.
        coarse_grid: of the coarse cells.
        pattern: of the training and validation dates.
        direction_bias: mean of descending minus ascending overpasses, (R, C), m3/m3.
        mean_coarse: mean of the coarse cells over the dates, (R, C), m3/m3.
        relative_noise: mean variance that the product states, relative to the mean over all cells, (H, W).
        seen_coefficients: of the ridge regression at seen cells, (folds, F), or with random features (folds, F + U).
        unseen_coefficients: the same at unseen cells, (folds, F).
        transfer_coefficients: the same in another region, fitted to all regions with equal weight, (1, F).
        random_features: of the seen cells' regression, or None.
        typical_error: root mean square of the out-of-fold errors at seen cells, m3/m3.
        error: error model of the region.
        transfer_error: of another region, in units of its coarse field's variability.
        error_structure: how errors go together in space and time.
        variability: standard deviation of the coarse field over space and time, m3/m3.
        bounds: residual and saturated water content that maps keep within, m3/m3.
        coarse_range: least and greatest coarse value of the dates, m3/m3.
        wetness_range: least and greatest wetness anomaly of the dates, m3/m3.
        surface: where the surface itself is water, ice, mountains, urban, dense vegetation, bool (H, W) for each.
        training_times: half-orbits of the training dates, datetime64[s].
        simulated: whether any of it comes from simulated fields.
        transferred: whether all of it was fitted to other regions (`smen.methods.fusion.region_transfer`).
        completion: of coarse cells without a recommended retrieval, or None: too few retrievals to learn it from.
    """

    window: Window
    coarse_grid: Grid
    pattern: Pattern
    direction_bias: NDArray[np.float64]
    mean_coarse: NDArray[np.float64]
    relative_noise: NDArray[np.float32]
    seen_coefficients: NDArray[np.float64]
    unseen_coefficients: NDArray[np.float64]
    transfer_coefficients: NDArray[np.float64]
    random_features: RandomFeatures | None
    typical_error: float
    error: ErrorModel
    transfer_error: ErrorModel
    error_structure: ErrorStructure
    variability: float
    bounds: tuple[float, float]
    coarse_range: tuple[float, float]
    wetness_range: tuple[float, float]
    surface: dict[QualityCode, NDArray[np.bool_]]
    training_times: NDArray[np.datetime64]
    simulated: bool
    transferred: bool = False
    completion: CoarseCompletion | None = None
