"""The default network as a method: a linear skip and small networks over what the coarse and fine past tell."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from smen.data.fill import known_coarse
from smen.data.quality import NO_VALUE, quality_codes, static_surface
from smen.data.records import MISSING, Prediction
from smen.errors import DataError, SettingsError
from smen.methods.fusion import fusion_file
from smen.methods.fusion.coarse_history import CoarseHistory
from smen.methods.fusion.features import INGREDIENTS, FeatureBuilder
from smen.methods.fusion.parameters import FusionParameters, abroad, bounded, estimate_seen_cells, estimate_unseen_cells
from smen.methods.fusion.pattern import Pattern
from smen.methods.fusion.random_features import RandomFeatures, skip
from smen.methods.fusion.ridge import NormalEquations, fit_folds
from smen.methods.fusion.training_set import TrainingSet, fit_abroad, fit_hidden
from smen.methods.protocol import Method, MethodState, TrainingSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.quality import QualityCode
    from smen.data.records import Fields, Samples
    from smen.grid import Window

log = logging.getLogger(__name__)


@dataclass
class FusionMethod(Method):
    """Linear skip, ensemble and calibrated spread.

    Attributes:
        history: k, the number of earlier fine fields.
        options: for ablations, `hidden`: False for a skip without hidden units, and `without`: names of
            `features.INGREDIENTS` to leave out.
        seed: of the frames that training leaves out, and of the random features.
        label: name in tables.
        learnt: what `fit` or a checkpoint gave.
        summary: ubRMSE on the training dates, and of their out-of-fold estimates.
    """

    history: int = 4
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    label: str | None = None
    learnt: FusionParameters | None = None
    summary: TrainingSummary | None = None
    _builder: tuple[Fields, FeatureBuilder] | None = field(default=None, repr=False, compare=False)
    _abroad: tuple[Fields, FusionParameters] | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Short name, as in tables."""
        return self.label or "fusion"

    @classmethod
    def from_settings(cls, history: int, settings: Mapping[str, Any]) -> Self:
        """Make the method, unfitted, from what a user may set: of that the seed alone acts on a fit in closed form.

        Args:
            history: k, the number of earlier fine fields.
            settings: the keys of the section `fusion` that a training uses: `seed`.
        """
        return cls(history=history, seed=settings["seed"])

    def fit(self, fields: Fields, samples: Samples, donor_regions: Sequence[tuple[Fields, Samples]] = ()) -> None:
        """Learn from the dates of the training period, those for validation included: each fold validates the others.

        Args:
            fields: the region's arrays.
            samples: its overpasses.
            donor_regions: the same of other regions to learn from as well. The weight of their dates is the one that
                serves the region's own dates best; a region without dates of its own learns from them alone.

        Raises:
            DataError: there is no date to train on, the samples' history has another length, or other regions have
                another coarse product.
        """
        for part in (samples, *(s for _, s in donor_regions)):
            self._check_history(part)
        if any(f.coarse_grid != fields.coarse_grid for f, _ in donor_regions):
            raise DataError("the other regions have another coarse product: learn from regions with the same one")
        without = self._without()
        own = TrainingSet.of(fields, samples, self.seed, without)
        studies = [s for f, p in donor_regions if (s := TrainingSet.of(f, p, self.seed, without))]
        if own is None and not studies:
            raise DataError(
                "no half-orbit of the training period has both a fine field that covers enough of the window and a "
                "coarse field: widen the period, lower the minimum coverage, or use a network trained elsewhere"
            )
        home = studies[0] if own is None else own
        rest = [study for study in studies if study is not home]
        learnt = self._learn(home, rest)
        self.learnt = learnt if own is not None else abroad(learnt, fields)
        self._builder = None

    def _learn(self, study: TrainingSet, others: list[TrainingSet]) -> FusionParameters:
        """What a region's dates teach, with the help of other regions'."""
        known, fields, examples, pattern = study.known, study.fields, study.warm, study.pattern
        hidden = None
        if self.options.get("hidden", True):
            hidden = RandomFeatures.of(examples, float(np.sqrt(pattern.within)), self.seed)
            warm = fit_hidden(hidden, study, others)
        else:
            warm = fit_folds(study.moments(examples), study.folds, _joined([s.moments(s.warm) for s in others]))
        left, skips = study.left(examples), study.skips(examples, warm, hidden)
        unit = max(float(np.sqrt(np.nanmean((left - skips) ** 2, dtype=np.float64))), 1e-4)
        plain = np.array([skip(e, warm.mean(axis=0), hidden) for e in examples], np.float32)
        self.summary = TrainingSummary(train=_ubrmse(left - plain), validation=_ubrmse(left - skips))
        cold = fit_folds(study.moments(study.cold), study.folds, _joined([s.moments(s.cold) for s in others]))
        elsewhere, abroad_spread = fit_abroad([study, *others])
        coarse = fields.coarse[known.coarse]
        assert study.builder.usual is not None  # noqa: S101  (made of the training dates)
        return FusionParameters(
            window=fields.window,
            coarse_grid=fields.coarse_grid,
            pattern=pattern,
            offset=study.builder.state.offset,
            usual=study.builder.usual,
            noise=study.builder.noise,
            warm=warm,
            cold=cold,
            elsewhere=elsewhere,
            hidden=hidden,
            unit=unit,
            spread=study.spread(examples, left - skips),
            cold_spread=study.spread(study.cold, study.left(study.cold) - study.skips(study.cold, cold)),
            abroad_spread=abroad_spread,
            variability=float(np.mean([s.variability for s in (study, *others)])),
            bounds=(max(float(np.nanmin(study.target)), 0.0), float(np.nanmax(study.target))),
            climate=(float(np.nanmin(coarse)), float(np.nanmax(coarse))),
            wetness=study.builder.climate,
            surface=static_surface(fields, known.coarse, known.fine),
            training_times=known.time,
            simulated=fields.simulated,
        )

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
        deviation, quality = mean.copy(), np.zeros(mean.shape, np.uint8)
        for row in range(len(samples)):
            quality[row] = quality_codes(fields, samples, row, surface, pattern.count, learnt.climate)
            if samples.coarse[row] == MISSING:
                continue
            hidden = ~np.isfinite(known_coarse(fields.coarse_at(samples.coarse[row])))
            hidden |= np.isin(quality[row], NO_VALUE)
            if hidden.all():
                continue
            value, error = np.zeros(fields.window.shape, np.float32), np.zeros(fields.window.shape, np.float32)
            if not cold.all():
                value, error = estimate_seen_cells(learnt, builder.example(samples, row, pattern))
            if cold.any():
                example = builder.example(samples, row, nothing)
                other, wider = estimate_unseen_cells(learnt, example, self._variability(builder, samples.coarse[row]))
                value, error = np.where(cold, other, value), np.where(cold, wider, error)
            mean[row] = np.where(hidden, np.nan, bounded(value, learnt.bounds, learnt.unit))
            deviation[row] = np.where(hidden, np.nan, error)
        return Prediction(mean=mean, standard_deviation=deviation, quality=quality)

    def fitted(self, fields: Fields) -> FusionParameters:
        """What was learnt; for fields of another window, what of it holds there too.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        if self.learnt is None:
            raise DataError(f"the network {self.name!r} is not trained: fit it, or load its checkpoint")
        if self.learnt.coarse_grid != fields.coarse_grid:
            raise DataError(
                f"the network {self.name!r} was trained with coarse cells of {self.learnt.coarse_grid.name}, "
                f"and the fields have those of {fields.coarse_grid.name}: train it with this coarse product"
            )
        if self.learnt.window == fields.window:
            return self.learnt
        if self._abroad is None or self._abroad[0] is not fields:
            self._abroad = fields, abroad(self.learnt, fields)
        return self._abroad[1]

    def surface(self, fields: Fields) -> dict[QualityCode, NDArray[np.bool_]]:
        """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each.

        Raises:
            DataError: the method is not trained, or the fields are of another coarse product.
        """
        return self.fitted(fields).surface

    def training_summary(self) -> TrainingSummary:
        """Return ubRMSE on the training dates, and of their out-of-fold estimates.

        Raises:
            DataError: the method is not trained.
        """
        if self.summary is None:
            raise DataError(f"the method {self.name!r} is not trained: fit it, or load its checkpoint")
        return self.summary

    def save(self) -> MethodState:
        """Return coefficients, pattern, error models and options.

        Raises:
            DataError: the method is not trained.
        """
        if self.learnt is None:
            raise DataError(f"the method {self.name!r} is not trained: there is nothing to save")
        own = {"history": self.history, "options": dict(self.options), "seed": self.seed, "label": self.label}
        header = {**own, **fusion_file.header_of(self.learnt)}
        return MethodState(fusion_file.tensors_of(self.learnt), header, self.training_summary())

    @classmethod
    def load(cls, state: MethodState, window: Window | None = None) -> Self:
        """Make the fitted method from its state.

        Args:
            state: what `save` returned.
            window: any region: in another than its own the method works as at cells without a training date, and its
                standard deviations account for that.

        Raises:
            KeyError, TypeError, ValueError: the state is of another version or damaged.
        """
        own = {name: state.header[name] for name in ("history", "options", "seed", "label")}
        return cls(**own, learnt=fusion_file.restore(state.header, state.tensors), summary=state.summary)

    def _variability(self, builder: FeatureBuilder, coarse: int) -> float | None:
        """How much the coarse field of another region than the training's varies; None at home.

        Before enough of it was seen, it is taken to vary as that of the training does.
        """
        assert self.learnt is not None  # noqa: S101  (the caller has looked)
        if not self.learnt.abroad and self.learnt.window == builder.fields.window:
            return None
        found = builder.state.variability(int(coarse))
        return found if np.isfinite(found) else self.learnt.variability

    def _without(self) -> tuple[str, ...]:
        """The ingredients to leave out.

        Raises:
            SettingsError: there is no such ingredient.
        """
        names = tuple(self.options.get("without", ()))
        if unknown := [name for name in names if name not in INGREDIENTS]:
            raise SettingsError(f"there is no ingredient {unknown[0]!r} to leave out; known: {', '.join(INGREDIENTS)}")
        return names

    def _check_history(self, samples: Samples) -> None:
        if samples.fine_history.shape[1] != self.history:
            raise DataError(
                f"the samples hold {samples.fine_history.shape[1]} earlier fields and the network takes "
                f"{self.history}: run `smen pair` again"
            )

    def _builder_of(self, fields: Fields, learnt: FusionParameters) -> FeatureBuilder:
        """The builder for these fields, kept from one call to the next."""
        if self._builder is None or self._builder[0] is not fields:
            assert self.learnt is not None  # noqa: S101  (the caller has looked)
            usual = learnt.usual if self.learnt.window == fields.window and not self.learnt.abroad else None
            state = CoarseHistory.of(fields, learnt.offset)
            self._builder = fields, FeatureBuilder(fields, state, usual, learnt.noise, learnt.wetness, self._without())
        return self._builder[1]


def _ubrmse(errors: NDArray[np.floating]) -> float:
    """ErrorModel of the errors within each image, then the mean over dates."""
    return float(np.mean([np.nanstd(e, dtype=np.float64) for e in errors]))


def _joined(problems: list[NormalEquations]) -> NormalEquations | None:
    """All dates of several regions, None without any."""
    return NormalEquations.joined(problems) if problems else None
