"""Names of an overpass's features, masks and variance predictors, and the groups of features of an ablation.

All features are in m3/m3, so that the coefficients of the ridge regression are numbers without a unit.
"""

from __future__ import annotations

from smen.methods.fusion.coarse_history import BASE, TIME_CONSTANTS_DAYS

RESIDUAL_TIME_CONSTANTS_DAYS = (2.0, 8.0, 30.0, 200.0)
"""Time constants by which the weight of earlier residuals decays; the regression weighs them."""

LAPLACIANS, DIFFERENCES = (0, 1, 2, 3), (0, 1)
"""Time constants, by index, for which the coarse Laplacian and the cell-minus-bilinear difference are features; both
recover contrast lost by the footprint and by the interpolation."""

FEATURES = (
    *(f"filter_{days:g}" for k, days in enumerate(TIME_CONSTANTS_DAYS) if k != BASE),
    "wetness", "wetness_smooth", "innovation_smooth", "wetness_mean",
    "pattern", "pattern_1", "pattern_3", "pattern_wetness", "pattern_wetness2", "pattern_6_wetness",
    "slope", "slope_smooth", "direction",
    *(f"residual_{days:g}" for days in RESIDUAL_TIME_CONSTANTS_DAYS),
    "residual_8_smooth_2", "residual_8_smooth_8", "residual_30_smooth_3", "residual_30_wetness",
    *(f"laplacian_{TIME_CONSTANTS_DAYS[k]:g}" for k in LAPLACIANS),
    *(f"cell_minus_bilinear_{TIME_CONSTANTS_DAYS[k]:g}" for k in DIFFERENCES),
    "pattern_innovation", "pattern_wetness_10", "pattern_wetness_30", "wetness_absolute", "residual_8_innovation",
)  # fmt: skip
"""Names of the features, in the order of their coefficients."""

FEATURE_GROUPS = {
    "coarse history": ("filter_", "wetness", "innovation"),
    "coarse shape": ("laplacian_", "cell_minus_bilinear_"),
    "pattern by wetness": ("pattern_wetness", "pattern_innovation", "pattern_6_wetness", "slope"),
    "smoothed pattern": ("pattern_1", "pattern_3"),
    "recent residuals": ("residual_",),
}
"""Groups of features by the beginnings of their names: what an ablation leaves out."""

MASKS = ("pattern_known", "age", "observed_8", "observed_30")
"""Names of the masks, 0..1, that the random features receive beside the features: how well the pattern is known,
the age of its last fine observation, and how much was observed of it within two of the residuals' time constants."""

VARIANCE_PREDICTORS = (
    "constant",
    "unknown_pattern",
    "age",
    "wetness",
    "residual_variance",
    "product_noise",
    "unobserved",
)
"""Names of the predictors of the error's variance, none negative."""


def features_of(group: str) -> list[int]:
    """Return the indices of a group's features.

    Raises:
        KeyError: there is no such group.
    """
    return [k for k, name in enumerate(FEATURES) if name.startswith(FEATURE_GROUPS[group])]
