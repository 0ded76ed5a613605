"""Fitted parameters as tensors and header entries of a checkpoint, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.data.error_correlation import ErrorStructure
from smen.data.quality import QualityCode
from smen.grid import GRIDS, Window
from smen.methods.fusion import completion_file
from smen.methods.fusion.covariance import NestedCovariance
from smen.methods.fusion.error_model import ErrorModel
from smen.methods.fusion.feature_names import FEATURES, MASKS, VARIANCE_PREDICTORS
from smen.methods.fusion.parameters import FusionParameters
from smen.methods.fusion.pattern import Pattern
from smen.methods.fusion.random_features import RandomFeatures
from smen.methods.fusion.scene_update import SceneUpdate

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARRAYS = (
    "direction_bias", "mean_coarse", "relative_noise",
    "seen_coefficients", "unseen_coefficients", "transfer_coefficients",
)  # fmt: skip
"""Parameters that are arrays, by their own names."""

NUMBERS = ("typical_error", "variability", "simulated", "transferred")
"""Parameters that are single numbers or flags."""

RANGES = ("bounds", "coarse_range", "wetness_range")
"""Parameters that are pairs of numbers."""

ERROR_MODELS = ("error", "transfer_error")
"""Parameters that are error models."""

PATTERN_ARRAYS = ("count", "mean", "slope", "variance", "unknown")
"""Fields of the pattern."""

PATTERN_NUMBERS = ("prior", "wetness_variance", "within", "sill")
"""What all cells of a pattern share."""

RANDOM_ARRAYS = ("weights", "bias", "centre", "scale")
"""Arrays of the random features."""

PATTERN, RANDOM, SURFACE = "pattern.", "random_features.", "surface."
"""Beginnings of the names of the pattern's fields, of the random features' arrays and of the surface's masks."""


RETROSPECTIVE = "retrospective."
"""Beginning of the names of the retrospective parameters' arrays."""


def prefixed(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return arrays under the names of retrospective ones."""
    return {RETROSPECTIVE + name: array for name, array in tensors.items()}


def split_by_prefix(
    tensors: Mapping[str, NDArray[Any]],
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return the arrays of causal parameters, and those of retrospective ones under their own names."""
    around = {n.removeprefix(RETROSPECTIVE): a for n, a in tensors.items() if n.startswith(RETROSPECTIVE)}
    return {n: a for n, a in tensors.items() if not n.startswith(RETROSPECTIVE)}, around


def scene_update_entry(update: SceneUpdate) -> dict[str, Any]:
    """Return the update by an overpass's own scene as a header's entry."""
    return {
        "error": update.error.variances,
        "product": update.product.variances,
        "noise": update.noise,
        "stated": update.stated,
    }


def scene_update(entry: Mapping[str, Any]) -> SceneUpdate:
    """Make the update by an overpass's own scene from its entry.

    Raises:
        KeyError: something is missing.
    """
    error, product = (NestedCovariance(tuple(entry[name])) for name in ("error", "product"))
    return SceneUpdate(error, product, entry["noise"], entry["stated"])


def tensors_of(parameters: FusionParameters) -> dict[str, NDArray[Any]]:
    """Return all arrays of fitted parameters by name."""
    tensors: dict[str, NDArray[Any]] = {name: getattr(parameters, name) for name in ARRAYS}
    tensors |= {PATTERN + name: getattr(parameters.pattern, name) for name in PATTERN_ARRAYS}
    if parameters.random_features is not None:
        tensors |= {RANDOM + name: getattr(parameters.random_features, name) for name in RANDOM_ARRAYS}
    if parameters.completion is not None:
        tensors |= completion_file.tensors_of(parameters.completion)
    return tensors | {SURFACE + code.name: mask.astype(np.uint8) for code, mask in parameters.surface.items()}


def header_of(parameters: FusionParameters) -> dict[str, Any]:
    """Return all else of fitted parameters, of JSON's types, and the names of the features."""
    pattern, random_features = parameters.pattern, parameters.random_features
    return {
        "window": asdict(parameters.window),
        "coarse_grid": parameters.coarse_grid.name,
        "features": list(FEATURES),
        "masks": list(MASKS),
        "variance_predictors": list(VARIANCE_PREDICTORS),
        "pattern": {name: getattr(pattern, name) for name in PATTERN_NUMBERS},
        "amplitude": None if random_features is None else random_features.amplitude,
        "completion": None if parameters.completion is None else completion_file.header_of(parameters.completion),
        "training_times": [str(time) for time in parameters.training_times],
        **{name: getattr(parameters, name) for name in NUMBERS},
        **{name: list(getattr(parameters, name)) for name in RANGES},
        "error_structure": parameters.error_structure.to_header(),
        **{name: _error_model_entry(getattr(parameters, name)) for name in ERROR_MODELS},
    }


def restore(tensors: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> FusionParameters:
    """Make fitted parameters from what `tensors_of` and `header_of` returned.

    Args:
        tensors: arrays by name.
        header: the other entries.

    Raises:
        KeyError: something is missing.
        ValueError: the fields do not fit the window, or the features are those of another version.
    """
    expected = {"features": FEATURES, "masks": MASKS, "variance_predictors": VARIANCE_PREDICTORS}
    if any(tuple(header[name]) != names for name, names in expected.items()):
        raise ValueError("its features are others than this version's")
    window, grid = Window(**header["window"]), GRIDS[header["coarse_grid"]]
    surface = {
        QualityCode[name.removeprefix(SURFACE)]: mask.astype(bool)
        for name, mask in tensors.items()
        if name.startswith(SURFACE)
    }
    pattern = {name: tensors[PATTERN + name] for name in PATTERN_ARRAYS}
    if any(a.shape != window.shape for a in (*pattern.values(), tensors["relative_noise"], *surface.values())):
        raise ValueError("its fields do not fit its window")
    parts: dict[str, Any] = {
        "pattern": Pattern(**{**pattern, **header["pattern"]}),
        **{name: tensors[name] for name in ARRAYS},
        **{name: header[name] for name in NUMBERS},
        **{name: (header[name][0], header[name][1]) for name in RANGES},
        **{name: _error_model(header[name]) for name in ERROR_MODELS},
        "error_structure": ErrorStructure.from_header(header["error_structure"]),
    }
    return FusionParameters(
        window=window,
        coarse_grid=grid,
        random_features=_random_features(tensors, header),
        surface=surface,
        completion=completion_file.restore(tensors, header["completion"], window.coarse_shape(grid)),
        training_times=np.array(header["training_times"], "datetime64[s]"),
        **parts,
    )


def _error_model_entry(model: ErrorModel) -> dict[str, Any]:
    return {"coefficients": [float(value) for value in model.coefficients], "factor": model.factor}


def _error_model(entry: Mapping[str, Any]) -> ErrorModel:
    return ErrorModel(np.array(entry["coefficients"]), entry["factor"])


def _random_features(tensors: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> RandomFeatures | None:
    if header["amplitude"] is None:
        return None
    return RandomFeatures(**{name: tensors[RANDOM + name] for name in RANDOM_ARRAYS}, amplitude=header["amplitude"])
