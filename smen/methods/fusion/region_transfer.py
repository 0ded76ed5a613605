"""Transfer to regions without training dates: what is fitted to donor regions holds there, with a larger error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.quality import static_surface
from smen.methods.fusion.pattern import Pattern
from smen.methods.fusion.ridge import NormalEquations, fit_folds, penalty_scale, solve
from smen.methods.fusion.training_set import TrainingSet, fit_error_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields
    from smen.methods.fusion.error_model import ErrorModel
    from smen.methods.fusion.parameters import FusionParameters

TRANSFER_PENALTY = 3.0
"""Penalty, in dates, of the ridge regression for regions that it has not seen."""


def fit_transfer(regions: Sequence[TrainingSet]) -> tuple[NDArray[np.float64], ErrorModel]:
    """Fit the ridge regression and the error model for a region without training dates.

    Where there are several donor regions, the errors are those of each in turn with the coefficients of the others
    (conformal over regions); where there is only one, those of its own dates held out.

    Args:
        regions: training sets of the donor regions.

    Returns:
        Coefficients (1, F) of all regions together, and the error model in units of a region's variability.
    """
    problems = [region.normal_equations(region.without_pattern) for region in regions]
    scale = penalty_scale(NormalEquations.joined(problems))
    tried = []
    for k, region in enumerate(regions):
        rest = [*problems[:k], *problems[k + 1 :]]
        coefficients = (
            np.tile(_fit_regions(rest, scale), (len(region.folds), 1)) if rest else fit_folds(problems[k], region.folds)
        )
        correction = region.out_of_fold_correction(region.without_pattern, coefficients)
        errors = region.residuals(region.without_pattern) - correction
        tried.append((region.without_pattern, errors / np.float32(region.variability)))
    return _fit_regions(problems, scale)[None], fit_error_model(tried)


def transferred(parameters: FusionParameters, fields: Fields) -> FusionParameters:
    """Return what holds of fitted parameters in another region.

    How patterns and errors vary holds there; pattern, direction bias, mean, lower bound and completion do not.

    Args:
        parameters: fitted in other regions.
        fields: arrays of the region.
    """
    shape, coarse_shape = fields.window.shape, fields.window.coarse_shape(fields.coarse_grid)
    return replace(
        parameters,
        window=fields.window,
        pattern=Pattern.empty(parameters.pattern, shape),
        direction_bias=np.zeros(coarse_shape),
        mean_coarse=np.full(coarse_shape, np.nan),
        relative_noise=np.ones(shape, np.float32),
        bounds=(0.0, parameters.bounds[1]),
        transferred=True,
        completion=None,
        surface=static_surface(fields, np.arange(len(fields.coarse_time)), np.array([], np.int64)),
    )


def _fit_regions(parts: Sequence[NormalEquations], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients (F,) of several regions, each with the same weight, however many dates it has."""
    weights = [1 / len(part) for part in parts]
    total = sum(len(part) for part in parts) / len(parts)
    matrix = total * sum(w * p.matrices.sum(axis=0) for w, p in zip(weights, parts, strict=True))
    vector = total * sum(w * p.vectors.sum(axis=0) for w, p in zip(weights, parts, strict=True))
    return solve(np.asarray(matrix), np.asarray(vector), TRANSFER_PENALTY, scale)
