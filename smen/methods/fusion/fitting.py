"""Fit all parameters of the method to a region's training dates, with the help of donor regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from smen.data.quality import static_surface
from smen.methods.fusion.error_structure import fit_error_structure
from smen.methods.fusion.estimates import RegionCoefficients
from smen.methods.fusion.parameters import FusionParameters
from smen.methods.fusion.random_features import DRAWS, UNITS, RandomFeatures
from smen.methods.fusion.region_transfer import fit_transfer
from smen.methods.fusion.ridge import NormalEquations, fit_folds, penalty_scale
from smen.methods.fusion.training_set import TrainingSet, fit_error_model
from smen.methods.protocol import TrainingSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.overpass_features import OverpassFeatures


class Fit(NamedTuple):
    """What a fit gives.

    Attributes:
        parameters: all of them.
        summary: ubRMSE of fitted and of out-of-fold estimates; None for a retrospective fit.
        errors: of each training date with the coefficients of its fold, float32 (n, H, W), m3/m3, NaN where missing.
    """

    parameters: FusionParameters
    summary: TrainingSummary | None
    errors: NDArray[np.float32]


def fit_parameters(
    region: TrainingSet,
    donors: Sequence[TrainingSet],
    seed: int,
    *,
    with_random_features: bool = True,
    causal: FusionParameters | None = None,
) -> Fit:
    """Fit all parameters.

    Args:
        region: its training dates.
        donors: training dates of other regions.
        seed: of the random features.
        with_random_features: False for a ridge regression of the features alone, for an ablation.
        causal: for retrospective estimates those fitted to the same dates without what comes after; where there are
            no donors, what other regions would take over is taken from these.
    """
    coefficients = _coefficients(region, donors, seed if with_random_features else None)
    errors, left_out_errors = _errors_out_of_fold(region, coefficients)
    error = fit_error_model([(region.with_pattern, errors), (region.left_out, left_out_errors)])
    if causal is None or donors:
        transfer_coefficients, transfer_error = fit_transfer([region, *donors])
    else:
        transfer_coefficients, transfer_error = causal.transfer_coefficients, causal.transfer_error
    coarse = region.fields.coarse[region.dates.coarse]
    completed = region.builder.history.completed
    assert region.builder.mean_coarse is not None  # noqa: S101  (made of the training dates)
    parameters = FusionParameters(
        window=region.fields.window,
        coarse_grid=region.fields.coarse_grid,
        pattern=region.pattern,
        direction_bias=region.builder.history.direction_bias,
        mean_coarse=region.builder.mean_coarse,
        relative_noise=region.builder.relative_noise,
        seen_coefficients=coefficients.seen,
        unseen_coefficients=coefficients.unseen,
        transfer_coefficients=transfer_coefficients,
        random_features=coefficients.random_features,
        typical_error=max(float(np.sqrt(np.nanmean(errors**2, dtype=np.float64))), 1e-4),
        error=error,
        transfer_error=transfer_error,
        error_structure=fit_error_structure(region, error, errors, left_out_errors),
        variability=float(np.mean([part.variability for part in (region, *donors)])),
        bounds=(max(float(np.nanmin(region.target)), 0.0), float(np.nanmax(region.target))),
        coarse_range=(float(np.nanmin(coarse)), float(np.nanmax(coarse))),
        wetness_range=region.builder.wetness_range,
        surface=static_surface(region.fields, region.dates.coarse, region.dates.fine),
        training_times=region.dates.time,
        simulated=region.fields.simulated,
        completion=None if completed is None else completed.completion,
    )
    return Fit(parameters, None if causal else _summary(region, coefficients, errors), errors)


def _coefficients(region: TrainingSet, donors: Sequence[TrainingSet], seed: int | None) -> RegionCoefficients:
    """Coefficients of each fold, with random features where there is a seed for them."""
    if seed is None:
        return RegionCoefficients(fit_features(region, donors), fit_left_out(region, donors), None)
    amplitude = float(np.sqrt(region.pattern.within))
    random_features = RandomFeatures.of(region.with_pattern, amplitude, seed)
    seen = fit_random_features(random_features, region, donors)
    return RegionCoefficients(seen, fit_left_out(region, donors), random_features)


def _errors_out_of_fold(
    region: TrainingSet, coefficients: RegionCoefficients
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Errors of each date with the coefficients of its fold: of all cells, and of those left out, (n, H, W) each."""
    of_date = [coefficients.of_fold(int(fold)) for fold in region.fold_of]
    return (
        _errors(region.residuals(region.with_pattern), region.with_pattern, of_date),
        _errors(region.left_out_residuals(), region.left_out, of_date),
    )


def _errors(
    residuals: NDArray[np.float32], features: Sequence[OverpassFeatures], coefficients: Sequence[RegionCoefficients]
) -> NDArray[np.float32]:
    """Errors of n dates, (n, H, W), each with its own coefficients; computed just where there is a target."""
    errors = residuals.copy()
    for error, overpass, own in zip(errors, features, coefficients, strict=True):
        cells = np.isfinite(error)
        error[cells] -= own.correction(overpass.at(cells))
    return errors


def _summary(region: TrainingSet, coefficients: RegionCoefficients, errors: NDArray[np.float32]) -> TrainingSummary:
    """The ubRMSE of fitted and of out-of-fold estimates."""
    residuals = region.residuals(region.with_pattern)
    fitted = _errors(residuals, region.with_pattern, [coefficients.mean()] * len(residuals))
    return TrainingSummary(train=_ubrmse(fitted), validation=_ubrmse(errors))


def fit_random_features(
    random_features: RandomFeatures, region: TrainingSet, donors: Sequence[TrainingSet]
) -> NDArray[np.float64]:
    """Fit coefficients of the features and of all random ones, each set of the latter by itself.

    Args:
        random_features: the sets of units.
        region: its training dates.
        donors: training dates of other regions.

    Returns:
        (folds, F + DRAWS * UNITS), as `ridge.fit_folds` fits them: the coefficients of the features are the mean over
        the sets, those of the units are divided by the number of sets, so that their sum is the mean estimate.
    """
    number = len(region.with_pattern[0].features)
    coefficients = np.zeros((len(region.folds), number + DRAWS * UNITS))
    parts = [_targets(part) for part in (region, *donors)]
    for draw in range(DRAWS):
        own, *others = (
            NormalEquations.of(
                (np.concatenate([f.features, random_features.units(f, draw)]) for f in features), targets
            )
            for features, targets in parts
        )
        of_draw = fit_folds(own, region.folds, _joined(others))
        coefficients[:, :number] += of_draw[:, :number] / DRAWS
        at = number + draw * UNITS
        coefficients[:, at : at + UNITS] = of_draw[:, number:] / DRAWS
    return coefficients


def _targets(region: TrainingSet) -> tuple[list[OverpassFeatures], list[NDArray[np.float32]]]:
    """Features and residuals of each date at the cells with a target, so that units are computed just there."""
    residuals = region.residuals(region.with_pattern)
    cells = np.isfinite(residuals)
    features = [f.at(valid) for f, valid in zip(region.with_pattern, cells, strict=True)]
    return features, [residual[valid] for residual, valid in zip(residuals, cells, strict=True)]


def fit_left_out(region: TrainingSet, donors: Sequence[TrainingSet]) -> NDArray[np.float64]:
    """Fit coefficients of the features to cells left out of training.

    The penalty draws them to those of all other cells, on the same scale: what the left-out cells do not show is taken
    to be as elsewhere, and between seen and unseen cells nothing can break.

    Args:
        region: its training dates.
        donors: training dates of other regions.

    Returns:
        (folds, F).
    """
    scale = penalty_scale(region.normal_equations(region.with_pattern))
    others = _joined([part.left_out_equations() for part in donors])
    elsewhere = fit_features(region, donors)
    return fit_folds(region.left_out_equations(), region.folds, others, scale, elsewhere)


def fit_features(region: TrainingSet, donors: Sequence[TrainingSet]) -> NDArray[np.float64]:
    """Fit coefficients of the features alone, without random ones, to cells that were not left out, (folds, F).

    Args:
        region: its training dates.
        donors: training dates of other regions.
    """
    own, *others = (part.normal_equations(part.with_pattern) for part in (region, *donors))
    return fit_folds(own, region.folds, _joined(others))


def _joined(problems: list[NormalEquations]) -> NormalEquations | None:
    """All dates of several regions, None without any."""
    return NormalEquations.joined(problems) if problems else None


def _ubrmse(errors: NDArray[np.floating]) -> float:
    """Standard deviation of the errors (n, H, W) within each image, then the mean over dates."""
    return float(np.mean([np.nanstd(e, dtype=np.float64) for e in errors]))
