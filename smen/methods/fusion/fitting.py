"""Fit all parameters of the method to a region's training dates, with the help of donor regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from smen.data.quality import static_surface
from smen.methods.fusion.parameters import FusionParameters
from smen.methods.fusion.random_features import DRAWS, UNITS, RandomFeatures, ridge_correction
from smen.methods.fusion.region_transfer import fit_transfer
from smen.methods.fusion.ridge import NormalEquations, fit_folds
from smen.methods.fusion.training_set import TrainingSet, fit_error_model
from smen.methods.fusion.estimates import RegionCoefficients
from smen.methods.protocol import TrainingSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fit_parameters(
    region: TrainingSet, donors: Sequence[TrainingSet], seed: int, *, with_random_features: bool = True
) -> tuple[FusionParameters, TrainingSummary]:
    """Fit all parameters.

    Args:
        region: its training dates.
        donors: training dates of other regions.
        seed: of the random features.
        with_random_features: False for a ridge regression of the features alone, for an ablation.

    Returns:
        The parameters, and the ubRMSE of fitted and of out-of-fold estimates.
    """
    seen, unseen = region.with_pattern, region.left_out
    random_features = None
    if with_random_features:
        random_features = RandomFeatures.of(seen, float(np.sqrt(region.pattern.within)), seed)
        coefficients = fit_random_features(random_features, region, donors)
    else:
        coefficients = _fit_with_donors(region, donors, with_pattern=True)
    unseen_coefficients = _fit_with_donors(region, donors, with_pattern=False)
    both = RegionCoefficients(coefficients, unseen_coefficients, random_features)
    residuals, mean = region.residuals(seen), both.mean()
    errors = residuals - np.array([both.of_fold(region.fold_of[i]).correction(f) for i, f in enumerate(seen)])
    unseen_errors = region.left_out_residuals() - np.array(
        [both.of_fold(region.fold_of[i]).correction(f) for i, f in enumerate(unseen)]
    )
    fitted = np.array([mean.correction(f) for f in seen], np.float32)
    summary = TrainingSummary(train=_ubrmse(residuals - fitted), validation=_ubrmse(errors))
    transfer_coefficients, transfer_error = fit_transfer([region, *donors])
    coarse = region.fields.coarse[region.dates.coarse]
    assert region.builder.mean_coarse is not None  # noqa: S101  (made of the training dates)
    return FusionParameters(
        window=region.fields.window,
        coarse_grid=region.fields.coarse_grid,
        pattern=region.pattern,
        direction_bias=region.builder.history.direction_bias,
        mean_coarse=region.builder.mean_coarse,
        relative_noise=region.builder.relative_noise,
        seen_coefficients=coefficients,
        unseen_coefficients=unseen_coefficients,
        transfer_coefficients=transfer_coefficients,
        random_features=random_features,
        typical_error=max(float(np.sqrt(np.nanmean(errors**2, dtype=np.float64))), 1e-4),
        error=fit_error_model([(seen, errors), (unseen, unseen_errors)]),
        transfer_error=transfer_error,
        variability=float(np.mean([part.variability for part in (region, *donors)])),
        bounds=(max(float(np.nanmin(region.target)), 0.0), float(np.nanmax(region.target))),
        coarse_range=(float(np.nanmin(coarse)), float(np.nanmax(coarse))),
        wetness_range=region.builder.wetness_range,
        surface=static_surface(region.fields, region.dates.coarse, region.dates.fine),
        training_times=region.dates.time,
        simulated=region.fields.simulated,
    ), summary


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
    for draw in range(DRAWS):
        own, *others = (
            NormalEquations.of(
                (np.concatenate([f.features, random_features.units(f, draw)]) for f in part.with_pattern),
                part.residuals(part.with_pattern),
            )
            for part in (region, *donors)
        )
        of_draw = fit_folds(own, region.folds, _joined(others))
        coefficients[:, :number] += of_draw[:, :number] / DRAWS
        at = number + draw * UNITS
        coefficients[:, at : at + UNITS] = of_draw[:, number:] / DRAWS
    return coefficients


def _fit_with_donors(region: TrainingSet, donors: Sequence[TrainingSet], *, with_pattern: bool) -> NDArray[np.float64]:
    """Coefficients of the features alone, (folds, F), for cells with or without a pattern."""
    own, *others = (
        part.normal_equations(part.with_pattern)
        if with_pattern
        else NormalEquations.of((f.features for f in part.left_out), part.left_out_residuals())
        for part in (region, *donors)
    )
    return fit_folds(own, region.folds, _joined(others))


def _joined(problems: list[NormalEquations]) -> NormalEquations | None:
    """All dates of several regions, None without any."""
    return NormalEquations.joined(problems) if problems else None


def _ubrmse(errors: NDArray[np.floating]) -> float:
    """Standard deviation of the errors (n, H, W) within each image, then the mean over dates."""
    return float(np.mean([np.nanstd(e, dtype=np.float64) for e in errors]))
