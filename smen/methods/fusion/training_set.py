"""What a region's training dates teach: examples with and without a pattern, of which none has seen itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.fill import known_coarse
from smen.data.records import TRAIN, VALIDATION
from smen.methods.fusion.coarse_history import BASE, CoarseHistory, direction_bias
from smen.methods.fusion.error_model import ErrorModel
from smen.methods.fusion.features import CAUSES, Example, FeatureBuilder
from smen.methods.fusion.pattern import Pattern
from smen.methods.fusion.random_features import DRAWS, UNITS, RandomFeatures, skip
from smen.methods.fusion.ridge import NormalEquations, fit_folds, folds_of, penalty_scale, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

FOLDS = 5
"""Members of the ensemble, each blind to one block of the dates."""

APART = np.timedelta64(15, "D")
"""Dates nearer than this share weather: none of them is in the pattern that a training date is shown."""

DROPPED = 0.25
"""Share of the earlier frames that training leaves out at random: any may be missing one day."""

EVERY = 7
"""Of the cells of a date held out every so many enter the fit of the spread: neighbours tell the same."""

ABROAD_PENALTY = 3.0
"""Penalty, in dates, of the linear skip that is tried out on a region it has not seen."""


@dataclass(frozen=True)
class TrainingSet:
    """A region's training dates, made ready to learn from.

    Attributes:
        fields: the region's arrays.
        known: the dates, n of them.
        builder: makes their examples.
        pattern: of all dates.
        warm: an example of each date, its pattern without the dates near it.
        cold: the same without any pattern, as at a cell without dates.
        target: (n, H, W), m3/m3, NaN where missing.
        folds: which dates are held out in turn.
        owner: the fold of each date, (n,).
        variability: standard deviation of the coarse cells over space and time, m3/m3.
    """

    fields: Fields
    known: Samples
    builder: FeatureBuilder
    pattern: Pattern
    warm: list[Example]
    cold: list[Example]
    target: NDArray[np.float32]
    folds: list[NDArray[np.int64]]
    owner: NDArray[np.int64]
    variability: float

    @classmethod
    def of(cls, fields: Fields, samples: Samples, seed: int, without: tuple[str, ...] = ()) -> TrainingSet | None:
        """From the dates of the training period, those for validation included; None where there is none.

        Args:
            fields: the region's arrays.
            samples: its overpasses.
            seed: of which frames are left out.
            without: ingredients of the features that are left out, for an ablation.
        """
        known = samples.with_target(TRAIN, VALIDATION)
        valid = np.isfinite(fields.fine[known.fine]) & np.isfinite(_known(fields, known.coarse))
        known = known.select(valid.sum(axis=(1, 2)) >= 2)
        if not len(known):
            return None
        builder = builder_for(fields, known)
        builder.without = without
        residual, wetness = builder.residuals(known.fine)
        pattern = Pattern.of(residual, wetness)
        builder.climate = (float(wetness.min()), float(wetness.max()))
        chance = np.random.default_rng(seed)
        drops = chance.random(known.fine_history.shape) < DROPPED * (chance.random(len(known)) < 0.5)[:, None] * 2
        near = [np.abs(known.time - t) < APART for t in known.time]
        nothing = Pattern.empty(pattern)
        folds = folds_of(len(known), FOLDS)
        owner = np.zeros(len(known), np.int64)
        for k, fold in enumerate(folds):
            owner[fold] = k
        return cls(
            fields=fields,
            known=known,
            builder=builder,
            pattern=pattern,
            warm=[
                builder.example(known, i, pattern.without(residual[near[i]], wetness[near[i]]), drops[i])
                for i in range(len(known))
            ],
            cold=[builder.example(known, i, nothing, drops[i]) for i in range(len(known))],
            target=fields.fine[known.fine],
            folds=folds,
            owner=owner,
            variability=_variability(builder, known),
        )

    def left(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        """What the base estimate leaves of the targets, (n, H, W)."""
        return np.array([j - e.base for e, j in zip(examples, self.target, strict=True)], np.float32)

    def moments(self, examples: Sequence[Example]) -> NormalEquations:
        """The least squares problems of the dates."""
        return NormalEquations.of((e.features for e in examples), self.left(examples))

    def skips(
        self, examples: Sequence[Example], coefficients: NDArray[np.float64], hidden: RandomFeatures | None = None
    ) -> NDArray[np.float32]:
        """What the skip of each date's fold, which has not seen it, adds to its base, (n, H, W)."""
        return np.array([skip(e, coefficients[self.owner[i]], hidden) for i, e in enumerate(examples)], np.float32)

    def spread(self, examples: Sequence[Example], errors: NDArray[np.floating]) -> ErrorModel:
        """The spread fitted to errors (n, H, W) of dates held out, NaN where there is no target."""
        return ErrorModel.fit(*_gathered([(examples, errors)]))


def fit_hidden(hidden: RandomFeatures, study: TrainingSet, others: Sequence[TrainingSet]) -> NDArray[np.float64]:
    """Coefficients of the features, then of all hidden units, (folds, F + DRAWS * UNITS), as `linear.fit_folds` does.

    Args:
        hidden: the units.
        study: the region's dates.
        others: those of other regions to learn from as well.
    """
    number = len(study.warm[0].features)
    found = np.zeros((len(study.folds), number + DRAWS * UNITS))
    for draw in range(DRAWS):
        own, *theirs = (
            NormalEquations.of((np.concatenate([e.features, hidden.units(e, draw)]) for e in s.warm), s.left(s.warm))
            for s in (study, *others)
        )
        coefficients = fit_folds(own, study.folds, NormalEquations.joined(theirs) if theirs else None)
        found[:, :number] += coefficients[:, :number] / DRAWS
        at = number + draw * UNITS
        found[:, at : at + UNITS] = coefficients[:, number:] / DRAWS
    return found


def fit_abroad(studies: Sequence[TrainingSet]) -> tuple[NDArray[np.float64], ErrorModel]:
    """The linear skip of a region without dates, and how far it errs there.

    Where several regions were learnt from, each in turn is estimated by what the others teach (conformal over
    regions); where there is only one, by its own dates held out.

    Returns:
        Coefficients (1, F) of all regions together; the spread in units of a region's variability.
    """
    problems = [study.moments(study.cold) for study in studies]
    everything = NormalEquations.joined(problems)
    scale = penalty_scale(everything)

    def joint(parts: Sequence[NormalEquations]) -> NDArray[np.float64]:
        # Each region has the same weight, however many dates it has.
        weights = [1 / len(part) for part in parts]
        total = sum(len(part) for part in parts) / len(parts)
        matrix = total * sum(w * p.matrices.sum(axis=0) for w, p in zip(weights, parts, strict=True))
        vector = total * sum(w * p.vectors.sum(axis=0) for w, p in zip(weights, parts, strict=True))
        return solve(np.asarray(matrix), np.asarray(vector), ABROAD_PENALTY, scale)

    tried = []
    for k, study in enumerate(studies):
        rest = [*problems[:k], *problems[k + 1 :]]
        found = np.tile(joint(rest), (len(study.folds), 1)) if rest else fit_folds(problems[k], study.folds)
        errors = study.left(study.cold) - study.skips(study.cold, found)
        tried.append((study.cold, errors / np.float32(study.variability)))
    return joint(problems)[None], ErrorModel.fit(*_gathered(tried))


def builder_for(fields: Fields, known: Samples) -> FeatureBuilder:
    """The builder of a training: statistics of the coarse field and of the noise come from its dates."""
    state = CoarseHistory.of(fields, direction_bias(fields, known.time[-1]))
    stack = state.averages[BASE, known.coarse].astype(np.float64)
    count = np.isfinite(stack).sum(axis=0)
    usual = np.divide(np.where(np.isfinite(stack), stack, 0).sum(axis=0), count,
                      out=np.full(count.shape, np.nan), where=count > 0)  # fmt: skip
    noise = np.ones(fields.window.shape, np.float32)
    stated = stated_noise(fields, known)
    if stated is not None and np.isfinite(stated).any():
        variance = np.where(np.isfinite(stated), stated, 0).astype(np.float64) ** 2
        number = np.isfinite(stated).sum(axis=0)
        overall = variance.sum() / number.sum()
        noise = ((variance.sum(axis=0) + overall) / (number + 1) / max(overall, 1e-12)).astype(np.float32)
    return FeatureBuilder(fields, state, usual, noise, (-np.inf, np.inf))


def stated_noise(fields: Fields, known: Samples) -> NDArray[np.float32] | None:
    """The product's own standard deviation of the dates, (n, H, W)."""
    return None if fields.fine_noise is None else fields.fine_noise[known.fine]


def _gathered(
    tried: Sequence[tuple[Sequence[Example], NDArray[np.floating]]],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Causes (C, n), errors (n,) and date (n,) of some of the cells of all dates."""
    causes, values, dates = [], [], []
    number = 0
    for examples, errors in tried:
        for example, error in zip(examples, errors, strict=True):
            cells = np.flatnonzero(np.isfinite(error))
            cells = cells[number % EVERY :: EVERY] if len(cells) > EVERY else cells
            causes.append(example.causes.reshape(len(CAUSES), -1)[:, cells])
            values.append(error.ravel()[cells])
            dates.append(np.full(len(cells), number, np.int64))
            number += 1
    return np.concatenate(causes, axis=1), np.concatenate(values), np.concatenate(dates)


def _variability(builder: FeatureBuilder, known: Samples) -> float:
    """How much the coarse field varies up to the last date, m3/m3."""
    found = builder.state.variability(int(known.coarse.max()))
    return max(found, 1e-4) if np.isfinite(found) else float(np.nanstd(builder.state.cells[: known.coarse.max() + 1]))


def _known(fields: Fields, coarse: NDArray[np.integer]) -> NDArray[np.float32]:
    """Coarse fields with small holes filled, (n, H, W)."""
    return np.array([known_coarse(fields.coarse_at(i)) for i in coarse]).reshape(-1, *fields.window.shape)
