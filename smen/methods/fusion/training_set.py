"""A region's training dates with the features that the method fits: no date has itself in its pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from smen.data.fill import known_coarse
from smen.data.records import TRAIN, VALIDATION
from smen.data.samples import with_later
from smen.methods.fusion.coarse_history import BASE, CoarseHistory, direction_bias
from smen.methods.fusion.completion_fit import fit_completion
from smen.methods.fusion.error_model import ErrorModel
from smen.methods.fusion.feature_builder import FeatureBuilder
from smen.methods.fusion.feature_names import VARIANCE_PREDICTORS
from smen.methods.fusion.feature_store import FeatureStore
from smen.methods.fusion.left_out import groups_of, left_out_cells
from smen.methods.fusion.pattern import Pattern, PatternEstimator
from smen.methods.fusion.pattern_sums import PatternSums
from smen.methods.fusion.random_features import RandomFeatures, ridge_correction
from smen.methods.fusion.ridge import NormalEquations, folds_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.fusion.overpass_features import OverpassFeatures

FOLDS = 5
"""Members of the ensemble, each fitted without one block of the dates."""

DROPPED_SHARE = 0.25
"""Share of the earlier fine fields that training leaves out at random: any may be missing in use."""

CELL_STEP = 7
"""Of the cells of a date held out every so many enter the fit of the error model: neighbours have similar errors."""


@dataclass(frozen=True)
class GroupPatterns:
    """Patterns without a group of dates.

    Attributes:
        dates: indices of the dates of the group.
        cells: those that the second pattern leaves out, bool (H, W).
        known: the pattern without these dates and those with the same weather.
        fewer: the same without those cells as well.
    """

    dates: NDArray[np.int64]
    cells: NDArray[np.bool_]
    known: Pattern
    fewer: Pattern


@dataclass(frozen=True)
class TrainingSet:
    """A region's n training dates with their features and targets.

    Attributes:
        fields: the region's arrays.
        dates: the training dates.
        builder: of their features.
        pattern: of all dates.
        groups: the dates in groups, each with the patterns that leave it out.
        with_pattern: features of each date, the pattern without the dates near it.
        left_out: the same with some cells left out of pattern and history, as if they had never been observed.
        target: fine fields, (n, H, W), m3/m3, NaN where missing.
        hidden: the cells that are left out of each date, (n, H, W).
        dropped: earlier fine fields that are left out of each date's history, (n, k).
        folds: indices of the dates that are held out in turn.
        variability: standard deviation of the coarse cells over space and time, m3/m3.
    """

    fields: Fields
    dates: Samples
    builder: FeatureBuilder
    pattern: Pattern
    groups: list[GroupPatterns]
    with_pattern: Sequence[OverpassFeatures]
    left_out: Sequence[OverpassFeatures]
    hidden: NDArray[np.bool_]
    dropped: NDArray[np.bool_]
    target: NDArray[np.float32]
    folds: list[NDArray[np.int64]]
    variability: float

    @classmethod
    def of(
        cls,
        fields: Fields,
        samples: Samples,
        seed: int,
        excluded: tuple[str, ...] = (),
        *,
        two_sided: bool = False,
        like: TrainingSet | None = None,
    ) -> TrainingSet | None:
        """Build the features of the dates of the training period, those for validation included.

        Args:
            fields: the region's arrays.
            samples: its overpasses.
            seed: of which earlier fine fields are left out.
            excluded: groups of features that are left out, for an ablation.
            two_sided: whether features tell of what comes after each date as well, but of no date beyond the training.
            like: the training set of the same dates and seed without that: its completed coarse field is used again, as
                is how well each cell's pattern is known, which depends on the dates alone and takes half of the time.

        Returns:
            None where there is no date.
        """
        dates = samples.with_target(TRAIN, VALIDATION)
        valid = np.isfinite(fields.fine[dates.fine]) & np.isfinite(_filled_coarse(fields, dates.coarse))
        dates = dates.select(valid.sum(axis=(1, 2)) >= 2)
        if not len(dates):
            return None
        if two_sided:
            dates = with_later(dates, fields, dates.fine)
        builder = _builder_of(fields, dates, excluded, two_sided=two_sided, like=like)
        residual, wetness = builder.residuals(dates.fine)
        sums = PatternSums.of(residual, wetness)
        estimator = PatternEstimator.of(sums, fields.covariates)
        pattern = estimator.pattern(sums, None if like is None else like.pattern.unknown, same_cells=like is not None)
        builder.wetness_range = (float(wetness.min()), float(wetness.max()))
        dropped = _dropped(dates.fine_history.shape, seed)
        groups = _patterns_of_groups(estimator, pattern, sums, residual, wetness, dates, seed, like)
        hidden = np.zeros(residual.shape, bool)
        for part in groups:
            hidden[part.dates] = part.cells
        with_pattern = FeatureStore(builder.build(dates, i, p.known, dropped[i]) for p in groups for i in p.dates)
        left_out = FeatureStore(builder.build(dates, i, p.fewer, dropped[i], p.cells) for p in groups for i in p.dates)
        return cls(
            fields=fields,
            dates=dates,
            builder=builder,
            pattern=pattern,
            groups=groups,
            with_pattern=with_pattern,
            left_out=left_out,
            hidden=hidden,
            dropped=dropped,
            target=fields.fine[dates.fine],
            folds=folds_of(len(dates), FOLDS),
            variability=_variability(builder, dates),
        )

    @cached_property
    def without_pattern(self) -> Sequence[OverpassFeatures]:
        """Features of each date without any pattern, as at a cell without training dates."""
        empty = Pattern.empty(self.pattern)
        return FeatureStore(self.builder.build(self.dates, i, empty, self.dropped[i]) for i in range(len(self.dates)))

    @cached_property
    def fold_of(self) -> NDArray[np.int64]:
        """The fold of each date, (n,)."""
        fold_of = np.zeros(len(self.dates), np.int64)
        for k, fold in enumerate(self.folds):
            fold_of[fold] = k
        return fold_of

    def residuals(self, features: Sequence[OverpassFeatures]) -> NDArray[np.float32]:
        """Residuals of the targets from the base estimates of n dates, (n, H, W), m3/m3, NaN where missing."""
        return np.array([j - f.base for f, j in zip(features, self.target, strict=True)], np.float32)

    def left_out_residuals(self) -> NDArray[np.float32]:
        """Residuals of the targets at cells left out, (n, H, W), m3/m3, NaN elsewhere."""
        return np.where(self.hidden, self.residuals(self.left_out), np.float32(np.nan))

    def left_out_equations(self) -> NormalEquations:
        """Set up the least-squares problems of the residuals at cells left out."""
        return NormalEquations.of((f.features for f in self.left_out), self.left_out_residuals())

    def normal_equations(self, features: Sequence[OverpassFeatures]) -> NormalEquations:
        """Set up the least-squares problems of n dates' residuals on their features."""
        return NormalEquations.of((f.features for f in features), self.residuals(features))

    def out_of_fold_correction(
        self,
        features: Sequence[OverpassFeatures],
        coefficients: NDArray[np.float64],
        random_features: RandomFeatures | None = None,
    ) -> NDArray[np.float32]:
        """Compute each date's correction with the coefficients of its fold, which were fitted without it.

        Args:
            features: of the n dates.
            coefficients: of each fold, (folds, F), or with random features (folds, F + U).
            random_features: the random ones, or None.

        Returns:
            float32 (n, H, W), m3/m3.
        """
        return np.array(
            [ridge_correction(f, coefficients[self.fold_of[i]], random_features) for i, f in enumerate(features)],
            np.float32,
        )


def fit_error_model(parts: Sequence[tuple[Sequence[OverpassFeatures], NDArray[np.floating]]]) -> ErrorModel:
    """Fit one error model to dates held out of several regions; every date has the same weight.

    Args:
        parts: of each region the features of its n dates, and their errors (n, H, W), NaN where there is no target.
    """
    predictors, values, dates = [], [], []
    number = 0
    for features, errors in parts:
        for overpass, error in zip(features, errors, strict=True):
            cells = np.flatnonzero(np.isfinite(error))
            cells = cells[number % CELL_STEP :: CELL_STEP] if len(cells) > CELL_STEP else cells
            predictors.append(overpass.variance_predictors.reshape(len(VARIANCE_PREDICTORS), -1)[:, cells])
            values.append(error.ravel()[cells])
            dates.append(np.full(len(cells), number, np.int64))
            number += 1
    return ErrorModel.fit(np.concatenate(predictors, axis=1), np.concatenate(values), np.concatenate(dates))


def _patterns_of_groups(
    estimator: PatternEstimator,
    pattern: Pattern,
    sums: PatternSums,
    residual: NDArray[np.float32],
    wetness: NDArray[np.float32],
    dates: Samples,
    seed: int,
    like: TrainingSet | None,
) -> list[GroupPatterns]:
    """Estimate the patterns that leave out each group of dates, and those that leave out some cells as well.

    Args:
        estimator: with the covariances of all dates.
        pattern: of all dates.
        sums: over all dates.
        residual: of the n dates, (n, H, W), m3/m3.
        wetness: anomaly of the coarse field, (n, H, W), m3/m3.
        dates: the n dates.
        seed: of the cells that are left out.
        like: a training set of the same dates and seed, which has the same groups and cells: how well its patterns
            are known is not computed again. None: compute it.
    """
    rng = np.random.default_rng(seed)
    groups = []
    for number, (group, near) in enumerate(groups_of(dates.time)):
        cells = left_out_cells(sums.count > 0, rng)
        rest = sums.without(residual[near], wetness[near])
        if like is None:
            known, fewer = (estimator.pattern(part, pattern.unknown) for part in (rest, rest.without_cells(cells)))
        else:
            same = like.groups[number]
            known = estimator.pattern(rest, same.known.unknown, same_cells=True)
            fewer = estimator.pattern(rest.without_cells(cells), same.fewer.unknown, same_cells=True)
        groups.append(GroupPatterns(group, cells, known, fewer))
    return groups


def _dropped(shape: tuple[int, ...], seed: int) -> NDArray[np.bool_]:
    """Draw which earlier fine fields (n, k) are left out: at half of the dates, each with twice the share."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.random(shape) < DROPPED_SHARE * (rng.random(shape[0]) < 0.5)[:, None] * 2)


def _builder_of(
    fields: Fields, dates: Samples, excluded: tuple[str, ...], *, two_sided: bool, like: TrainingSet | None
) -> FeatureBuilder:
    """Return the builder of a training: statistics of the coarse field and of the noise come from its dates."""
    bias = direction_bias(fields, dates.time[-1])
    completed = None if like is None else like.builder.history.completed
    completion = fit_completion(fields, bias, dates.time[-1]) if completed is None else completed.completion
    history = CoarseHistory.of(fields, bias, completion, two_sided=two_sided, completed=completed)
    stack = history.averages[BASE, dates.coarse].astype(np.float64)
    count = np.isfinite(stack).sum(axis=0)
    total = np.where(np.isfinite(stack), stack, 0).sum(axis=0)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return FeatureBuilder(fields, history, mean, _relative_noise(fields, dates), (-np.inf, np.inf), excluded)


def _relative_noise(fields: Fields, dates: Samples) -> NDArray[np.float32]:
    """Mean variance that the product states for each cell relative to that of all cells, (H, W); 1 if it states none.

    A cell's mean is drawn to that of all cells as if by one more date.
    """
    stated = None if fields.fine_noise is None else fields.fine_noise[dates.fine]
    if stated is None or not np.isfinite(stated).any():
        return np.ones(fields.window.shape, np.float32)
    variance = np.where(np.isfinite(stated), stated, 0).astype(np.float64) ** 2
    number = np.isfinite(stated).sum(axis=0)
    overall = variance.sum() / number.sum()
    return np.asarray((variance.sum(axis=0) + overall) / (number + 1) / max(overall, 1e-12), np.float32)


def _variability(builder: FeatureBuilder, dates: Samples) -> float:
    """Standard deviation of the coarse field up to the last date, m3/m3."""
    last = int(dates.coarse.max())
    variability = builder.history.variability(last)
    if np.isfinite(variability):
        return max(variability, 1e-4)
    return float(np.nanstd(builder.history.cells[: last + 1]))


def _filled_coarse(fields: Fields, coarse: NDArray[np.integer]) -> NDArray[np.float32]:
    """Coarse fields with small holes filled, (n, H, W)."""
    return np.array([known_coarse(fields.coarse_at(i)) for i in coarse]).reshape(-1, *fields.window.shape)
