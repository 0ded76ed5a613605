"""The default network as a method: a linear skip and small networks over what the coarse and fine past tell."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from smen.errors import DataError
from smen.learning.contracts import MISSING, TRAIN, VALIDATION, Prediction
from smen.learning.fill import known_coarse
from smen.learning.fusion.features import CAUSES, Example, FeatureBuilder
from smen.learning.fusion.knowledge import (
    Knowledge,
    abroad,
    bounded,
    cold_estimate,
    member_inputs,
    warm_estimate,
)
from smen.learning.fusion.linear import fit_folds, folds_of, moments
from smen.learning.fusion.members import Lesson, train_member, weights_of
from smen.learning.fusion.pattern import Pattern
from smen.learning.fusion.spread import Spread
from smen.learning.fusion.state import BASE, CoarseState, direction_bias
from smen.learning.quality import NO_VALUE, source_codes, static_surface
from smen.learning.training import Epoch, Training, reproducible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.learning.contracts import Fields, Samples
    from smen.learning.networks.fusion import Fusion

log = logging.getLogger(__name__)

FOLDS = 5
"""Members of the ensemble, each blind to one block of the dates."""

APART = np.timedelta64(15, "D")
"""Dates nearer than this share weather: none of them is in the pattern that a training date is shown."""

DROPPED = 0.25
"""Share of the earlier frames that training leaves out at random: any may be missing one day."""

EVERY = 7
"""Of the cells of a date held out every so many enter the fit of the spread: neighbours tell the same."""


@dataclass
class FusionMethod:
    """Linear skip, ensemble and calibrated spread.

    Attributes:
        history: k, the number of earlier fine fields.
        options: `networks`: whether the non-linear members are trained; without them the linear skip stands alone.
        training: how; `fit` replaces every `auto` by what it meant.
        label: name in tables.
        learnt: what `fit` or a checkpoint gave.
        epochs: the training's history in m3/m3: the linear skip's closed form, then the mean over members.
    """

    history: int = 4
    options: Mapping[str, Any] = field(default_factory=dict)
    training: Training = field(default_factory=Training)
    label: str | None = None
    learnt: Knowledge | None = None
    epochs: list[Epoch] = field(default_factory=list)
    _builder: tuple[Fields, FeatureBuilder] | None = field(default=None, repr=False, compare=False)
    _abroad: tuple[Fields, Knowledge] | None = field(default=None, repr=False, compare=False)

    @property
    def network(self) -> str:
        """Name in settings."""
        return "fusion"

    @property
    def name(self) -> str:
        """Short name, as in tables."""
        return self.label or self.network

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Learn from the dates of the training period, those for validation included: each fold validates a member.

        Raises:
            DataError: there is no date to train on, or the samples' history has another length.
        """
        self._check_history(samples)
        self.training = self.training.resolved()
        known = samples.with_target(TRAIN, VALIDATION)
        valid = np.isfinite(fields.fine[known.fine]) & np.isfinite(_known(fields, known.coarse))
        known = known.select(valid.sum(axis=(1, 2)) >= 2)
        if not len(known):
            raise DataError(
                "no half-orbit of the training period has both a fine field that covers enough of the window and a "
                "coarse field: widen the period, lower the minimum coverage, or use a network trained elsewhere"
            )
        builder = _builder_for(fields, known)
        residual, wetness = builder.residuals(known.fine)
        target = fields.fine[known.fine]
        pattern = Pattern.of(residual, wetness)
        builder.climate = (float(wetness.min()), float(wetness.max()))
        folds = folds_of(len(known), FOLDS)
        chance = np.random.default_rng(self.training.seed)
        drops = chance.random(known.history.shape) < DROPPED * (chance.random(len(known)) < 0.5)[:, None] * 2
        near = [np.abs(known.time - t) < APART for t in known.time]
        examples = [
            builder.example(known, i, pattern.without(residual[near[i]], wetness[near[i]]), drops[i])
            for i in range(len(known))
        ]
        dates = [moments(e.features, j - e.base) for e, j in zip(examples, target, strict=True)]
        warm = fit_folds(dates, folds)
        scale = np.sqrt(np.maximum(np.mean([np.diag(d[0]) for d in dates], axis=0), 1e-12))
        left = np.array([j - e.base for e, j in zip(examples, target, strict=True)], np.float32)
        own = np.zeros(len(known), np.int64)  # the fold of each date
        for k, fold in enumerate(folds):
            own[fold] = k
        skips = np.array([np.tensordot(warm[own[i]], e.features, 1) for i, e in enumerate(examples)], np.float32)
        unit = float(np.sqrt(np.nanmean((left - skips) ** 2, dtype=np.float64)))
        plain = np.array([np.tensordot(warm.mean(axis=0), e.features, 1) for e in examples], np.float32)
        both = {"train": _urmse(left - plain), "validation": _urmse(left - skips)}
        self.epochs = [Epoch(epoch=1, train=both["train"], validation=both["validation"], learning_rate=0, best=True)]
        members, corrections = self._members(
            examples, left, warm, folds, scale, max(unit, 1e-4), weights_of(target, _noise(fields, known))
        )
        spread = _spread(examples, left - skips - corrections)
        nothing = Pattern.empty(pattern)
        blank = [builder.example(known, i, nothing, drops[i]) for i in range(len(known))]
        cold = fit_folds([moments(e.features, j - e.base) for e, j in zip(blank, target, strict=True)], folds)
        errors = [j - e.base - np.tensordot(cold[own[i]], e.features, 1)
                  for i, (e, j) in enumerate(zip(blank, target, strict=True))]  # fmt: skip
        coarse = fields.coarse[known.coarse]
        assert builder.usual is not None  # noqa: S101  (made of the training dates)
        self.learnt = Knowledge(
            window=fields.window,
            coarse_nesting=fields.coarse_nesting,
            pattern=pattern,
            offset=builder.state.offset,
            usual=builder.usual,
            noise=builder.noise,
            warm=warm,
            cold=cold,
            scale=scale,
            unit=max(unit, 1e-4),
            members=members,
            spread=spread,
            cold_spread=_spread(blank, np.array(errors)),
            bounds=(max(float(np.nanmin(target)), 0.0), float(np.nanmax(target))),
            climate=(float(np.nanmin(coarse)), float(np.nanmax(coarse))),
            wetness=builder.climate,
            surface=static_surface(fields, known.coarse, known.fine),
            training_times=known.time,
            simulated=fields.simulated,
        )
        self._builder = None

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """A map for every overpass, its standard deviation, and what each cell rests on.

        In a region that it was not trained for, everything is as where a cell has no training date.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        learnt = self.fitted(fields)
        self._check_history(samples)
        builder = self._builder_of(fields, learnt)
        pattern, surface = learnt.pattern, learnt.surface
        nothing = Pattern.empty(pattern)
        cold = pattern.count == 0
        mean = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
        deviation, source = mean.copy(), np.zeros(mean.shape, np.uint8)
        with reproducible(self.training.threads), torch.inference_mode():
            for row in range(len(samples)):
                source[row] = source_codes(fields, samples, row, surface, pattern.count, learnt.climate)
                if samples.coarse[row] == MISSING:
                    continue
                hidden = ~np.isfinite(known_coarse(fields.coarse[samples.coarse[row]]))
                hidden |= np.isin(source[row], NO_VALUE)
                if hidden.all():
                    continue
                value, error = np.zeros(fields.window.shape, np.float32), np.zeros(fields.window.shape, np.float32)
                if not cold.all():
                    value, error = warm_estimate(learnt, builder.example(samples, row, pattern))
                if cold.any():
                    other, wider = cold_estimate(learnt, builder.example(samples, row, nothing))
                    value, error = np.where(cold, other, value), np.where(cold, wider, error)
                mean[row] = np.where(hidden, np.nan, bounded(value, learnt.bounds, learnt.unit))
                deviation[row] = np.where(hidden, np.nan, error)
        return Prediction(mean=mean, standard_deviation=deviation, source=source)

    def fitted(self, fields: Fields) -> Knowledge:
        """What was learnt; for fields of another window, what of it holds there too.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        if self.learnt is None:
            raise DataError(f"the network {self.name!r} is not trained: fit it, or load its checkpoint")
        if self.learnt.coarse_nesting != fields.coarse_nesting:
            raise DataError(
                f"the network {self.name!r} was trained with coarse cells of {self.learnt.coarse_nesting} fine ones, "
                f"and the fields have {fields.coarse_nesting}: train it with this coarse product"
            )
        if self.learnt.window == fields.window:
            return self.learnt
        if self._abroad is None or self._abroad[0] is not fields:
            self._abroad = fields, abroad(self.learnt, fields)
        return self._abroad[1]

    def _check_history(self, samples: Samples) -> None:
        if samples.history.shape[1] != self.history:
            raise DataError(
                f"the samples hold {samples.history.shape[1]} earlier fields and the network takes {self.history}: "
                "run `smen pair` again"
            )

    def _members(
        self,
        examples: list[Example],
        left: NDArray[np.float32],
        warm: NDArray[np.float64],
        folds: list[NDArray[np.int64]],
        scale: NDArray[np.float64],
        unit: float,
        weight: NDArray[np.float32],
    ) -> tuple[list[Fusion], NDArray[np.float32]]:
        """The networks of all folds, and the correction of each date by the one that never saw it, m3/m3."""
        corrections = np.zeros(left.shape, np.float32)
        if not self.options.get("networks", False):
            return [], corrections
        inputs = torch.from_numpy(np.stack([member_inputs(e, scale) for e in examples]))
        lesson = Lesson(inputs, torch.from_numpy(weight))
        members: list[Fusion] = []
        histories: list[list[Epoch]] = []
        with reproducible(self.training.threads), torch.random.fork_rng():
            for k, fold in enumerate(folds):
                skip = np.array([np.tensordot(warm[k], e.features, 1) for e in examples], np.float32)
                rest = torch.from_numpy(np.nan_to_num((left - skip) / unit).astype(np.float32))
                network, found, rows = train_member(lesson, rest, fold, self.training, k)
                members.append(network)
                histories.append(rows)
                corrections[fold] = unit * found.numpy()
                log.info("member %d of %d: %.4f of the linear skip's error on dates held out", k + 1, len(folds),
                         rows[-1]["validation"])  # fmt: skip
        for same in zip(*histories, strict=True):
            learnt = unit * float(np.mean([row["train"] for row in same]))
            checked = unit * float(np.mean([row["validation"] for row in same]))
            last = same[0]
            self.epochs.append(
                Epoch(
                    epoch=last["epoch"] + 1,
                    train=learnt,
                    validation=checked,
                    learning_rate=last["learning_rate"],
                    best=last["best"],
                )
            )
        return members, corrections

    def _builder_of(self, fields: Fields, learnt: Knowledge) -> FeatureBuilder:
        """The builder for these fields, kept from one call to the next."""
        if self._builder is None or self._builder[0] is not fields:
            assert self.learnt is not None  # noqa: S101  (the caller has looked)
            usual = learnt.usual if self.learnt.window == fields.window else None
            state = CoarseState.of(fields, learnt.offset)
            self._builder = fields, FeatureBuilder(fields, state, usual, learnt.noise, learnt.wetness)
        return self._builder[1]


def _urmse(errors: NDArray[np.floating]) -> float:
    """Spread of the errors within each image, then the mean over dates."""
    return float(np.mean([np.nanstd(e, dtype=np.float64) for e in errors]))


def _spread(examples: list[Example], errors: NDArray[np.floating]) -> Spread:
    """Fit the spread to errors (n, H, W) of dates held out, NaN where there is no target."""
    causes, values, dates = [], [], []
    for i, example in enumerate(examples):
        cells = np.flatnonzero(np.isfinite(errors[i]))
        cells = cells[i % EVERY :: EVERY] if len(cells) > EVERY else cells
        causes.append(example.causes.reshape(len(CAUSES), -1)[:, cells])
        values.append(errors[i].ravel()[cells])
        dates.append(np.full(len(cells), i))
    return Spread.fit(np.concatenate(causes, axis=1), np.concatenate(values), np.concatenate(dates))


def _builder_for(fields: Fields, known: Samples) -> FeatureBuilder:
    """The builder of a training: statistics of the coarse field and of the noise come from its dates."""
    state = CoarseState.of(fields, direction_bias(fields, known.time[-1]))
    stack = state.averages[BASE, known.coarse].astype(np.float64)
    count = np.isfinite(stack).sum(axis=0)
    usual = np.divide(np.where(np.isfinite(stack), stack, 0).sum(axis=0), count,
                      out=np.full(count.shape, np.nan), where=count > 0)  # fmt: skip
    noise = np.ones(fields.window.shape, np.float32)
    stated = _noise(fields, known)
    if stated is not None and np.isfinite(stated).any():
        variance = np.where(np.isfinite(stated), stated, 0).astype(np.float64) ** 2
        number = np.isfinite(stated).sum(axis=0)
        overall = variance.sum() / number.sum()
        noise = ((variance.sum(axis=0) + overall) / (number + 1) / max(overall, 1e-12)).astype(np.float32)
    return FeatureBuilder(fields, state, usual, noise, (-np.inf, np.inf))


def _noise(fields: Fields, known: Samples) -> NDArray[np.float32] | None:
    """The product's own standard deviation of the dates, (n, H, W)."""
    return None if fields.fine_noise is None else fields.fine_noise[known.fine]


def _known(fields: Fields, coarse: NDArray[np.integer]) -> NDArray[np.float32]:
    """Coarse fields with small holes filled, (n, H, W)."""
    return np.array([known_coarse(fields.coarse[i]) for i in coarse]).reshape(-1, *fields.window.shape)
