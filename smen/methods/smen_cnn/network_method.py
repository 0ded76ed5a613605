"""A network as a method: fitted on a region's training dates, then a map for every overpass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from smen.data.climatology import Climatology
from smen.data.fill import Missing, known_coarse, residuals_of
from smen.data.quality import NO_VALUE, quality_codes, static_surface
from smen.data.records import MISSING, TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.protocol import Epoch, Method, MethodState, TrainingSummary
from smen.methods.smen_cnn import build_network, network_file
from smen.methods.smen_cnn.determinism import reproducible
from smen.methods.smen_cnn.fitted_network import FittedNetwork
from smen.methods.smen_cnn.inputs import InputBuilder, Normalisation, gather
from smen.methods.smen_cnn.level import match_coarse_mean
from smen.methods.smen_cnn.recipe import TrainingRecipe
from smen.methods.smen_cnn.training import denormalised, train

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.quality import QualityCode
    from smen.data.records import Fields, Samples
    from smen.grid import Window
    from smen.methods.smen_cnn.resume import TrainingCheckpoint


@dataclass
class NetworkMethod(Method):
    """A network with its fill, its level and its training.

    Attributes:
        network: name in `smen.methods.smen_cnn.NETWORKS`.
        options: arguments of the network.
        history: k, the number of earlier fine fields.
        missing: what stands for a missing residual.
        normalise: whether inputs are brought to numbers near one; the paper does not say.
        level_matched: whether maps get the level of the coarse field (`smen.methods.smen_cnn.level`).
        training: how it is trained; `fit` replaces every `auto` by what it meant.
        label: name in tables; by default that of the network.
        checkpoint: where the state of its training lies while it lasts; None: nowhere.
        learnt: what `fit` or a checkpoint gave.
        epochs: the training's history, one row per epoch.
    """

    network: str = "smen"
    options: Mapping[str, Any] = field(default_factory=dict)
    history: int = 4
    missing: Missing = "climatology"
    normalise: bool = True
    level_matched: bool = True
    training: TrainingRecipe = field(default_factory=TrainingRecipe)
    label: str | None = None
    checkpoint: TrainingCheckpoint | None = field(default=None, repr=False, compare=False)
    learnt: FittedNetwork | None = None
    epochs: list[Epoch] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Short name, as in tables."""
        return self.label or self.network

    @classmethod
    def from_settings(cls, history: int, settings: Mapping[str, Any]) -> Self:
        """Make the method, untrained, from what a user may set.

        Args:
            history: k, the number of earlier fine fields.
            settings: the keys of the section `smen` that a training uses, threads as a number.
        """
        options = dict(settings)
        missing = options.pop("missing_residual")
        recipe = TrainingRecipe(batch=options.pop("batch_size"), **options)
        return cls(history=history, missing=missing, training=recipe)

    def fit(self, fields: Fields, samples: Samples, donor_regions: Sequence[tuple[Fields, Samples]] = ()) -> None:
        """Train on the training dates, stop by the validation dates.

        While the network is trained, its climatology is made of the training dates alone, and each date's own target
        left out; afterwards that of the validation dates is added, for maps are made of later ones.

        Args:
            fields: the region's arrays.
            samples: its half-orbits, with k earlier fine fields.
            donor_regions: none: this network learns from its own region alone.

        Raises:
            DataError: there is no date to train on, the samples' history has another length, or there are donor
                regions.
            SettingsError: the network does not exist or does not take these options.
        """
        if donor_regions:
            raise DataError(f"the network {self.name!r} learns from its own region alone: give it no donor regions")
        if samples.fine_history.shape[1] != self.history:
            raise DataError(
                f"the samples hold {samples.fine_history.shape[1]} earlier fields and the network takes "
                f"{self.history}: run `smen pair` again"
            )
        self.training = self.training.resolved()
        learning, checking = samples.with_target(TRAIN), samples.with_target(VALIDATION)
        if not len(learning):
            raise DataError(
                "no half-orbit of the training period has a fine field that covers enough of the window: widen the "
                "period, lower the minimum coverage, or use a network trained elsewhere"
            )
        learnt_residuals = residuals_of(fields, learning.fine)
        coarse = fields.coarse_at(learning.coarse)
        if not np.isfinite(coarse).any():
            raise DataError("no training date has a valid coarse cell: widen the training period")
        climatology = Climatology.of(learnt_residuals)
        normalisation = Normalisation.of(coarse, learnt_residuals) if self.normalise else Normalisation()
        with reproducible(self.training.threads), torch.random.fork_rng():
            torch.manual_seed(self.training.seed)
            network = build_network(self.network, self.history, self.options)

        def builder(part: Samples) -> InputBuilder:
            return InputBuilder(fields, part, climatology, normalisation, self.missing)

        self.epochs = train(
            network,
            normalisation,
            gather(builder(learning), leave_out=True),
            gather(builder(checking), leave_out=False) if len(checking) else None,
            self.training,
            checkpoint=self.checkpoint,
        )
        known = samples.with_target(TRAIN, VALIDATION)
        valid = fields.coarse[known.coarse]
        self.learnt = FittedNetwork(
            window=fields.window,
            network=network,
            normalisation=normalisation,
            climatology=Climatology.of(residuals_of(fields, known.fine)),
            climate=(float(np.nanmin(valid)), float(np.nanmax(valid))),
            surface=static_surface(fields, known.coarse, known.fine),
            coarse_grid=fields.coarse_grid,
            training_times=learning.time,
            validation_times=checking.time,
            simulated=fields.simulated,
        )

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """A map for every overpass, with or without history; holes only where the coarse field has big ones.

        Each overpass is computed by itself, so that its map does not depend on which others are asked for.

        Raises:
            DataError: the method is not trained, or the fields are of another window or coarse product.
        """
        learnt = self.fitted(fields)
        if samples.fine_history.shape[1] != self.history:
            raise DataError(
                f"the samples hold {samples.fine_history.shape[1]} earlier fields and the network takes "
                f"{self.history}: run `smen pair` again"
            )
        mean = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
        quality = np.zeros(mean.shape, np.uint8)
        builder = InputBuilder(fields, samples, learnt.climatology, learnt.normalisation, self.missing)
        for_inference = learnt.network.for_inference()
        with reproducible(self.training.threads), torch.inference_mode():
            for row in range(len(samples)):
                quality[row] = quality_codes(
                    fields, samples, row, learnt.surface, learnt.climatology.count, learnt.climate
                )
                if samples.coarse[row] == MISSING:
                    continue
                coarse = known_coarse(fields.coarse_at(samples.coarse[row]))
                estimate = denormalised(for_inference, learnt.normalisation, builder.inputs(row))[0].numpy()
                if self.level_matched:
                    estimate = match_coarse_mean(estimate, coarse, learnt.climatology)
                hidden = ~np.isfinite(coarse) | np.isin(quality[row], NO_VALUE)
                if self.level_matched:
                    # No soil holds less than no water: only where detail exceeds the level does this touch a cell.
                    # A level that is not matched is arbitrary, and to cut at 0 would take detail away.
                    estimate = np.maximum(estimate, 0)
                mean[row] = np.where(hidden, np.nan, estimate)
        return Prediction(mean=mean, quality=quality)

    def fitted(self, fields: Fields) -> FittedNetwork:
        """What was learnt, if it is for these fields.

        Raises:
            DataError: the method is not trained, or the fields are of another window or coarse product.
        """
        if self.learnt is None:
            raise DataError(f"the network {self.name!r} is not trained: fit it, or load its checkpoint")
        if (self.learnt.window, self.learnt.coarse_grid) != (fields.window, fields.coarse_grid):
            raise DataError(
                f"the network {self.name!r} was trained for {self.learnt.window} with coarse cells of "
                f"{self.learnt.coarse_grid.name}, and the fields lie on {fields.window} with those of "
                f"{fields.coarse_grid.name}: train it for this region"
            )
        return self.learnt

    def surface(self, fields: Fields) -> dict[QualityCode, NDArray[np.bool_]]:
        """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each.

        Raises:
            DataError: the method is not trained, or the fields are of another window or coarse product.
        """
        return self.fitted(fields).surface

    def training_summary(self) -> TrainingSummary:
        """Return the losses of the epoch whose weights were kept, and the history of the training.

        Raises:
            DataError: the method is not trained.
        """
        if not self.epochs:
            raise DataError(f"the network {self.name!r} is not trained: there is no history of a training")
        return TrainingSummary.of_epochs(self.epochs)

    def save(self) -> MethodState:
        """Return weights, climatology, normalisation and recipe.

        Raises:
            DataError: the method is not trained.
        """
        if self.learnt is None:
            raise DataError(f"the network {self.name!r} is not trained: there is nothing to save")
        own = {
            "network": self.network,
            "options": dict(self.options),
            "history": self.history,
            "missing": self.missing,
            "normalise": self.normalise,
            "level_matched": self.level_matched,
            "label": self.label,
            "training": asdict(self.training),
        }
        header = {**own, **network_file.header_of(self.learnt)}
        return MethodState(network_file.tensors_of(self.learnt), header, self.training_summary())

    @classmethod
    def load(cls, state: MethodState, window: Window | None = None) -> Self:
        """Make the trained method from its state.

        Args:
            state: what `save` returned.
            window: the region it is to be used for: the one that it was trained for, or None.

        Raises:
            DataError: it was trained for another window.
            KeyError, RuntimeError, TypeError, ValueError: the state is of another version or damaged.
        """
        header = state.header
        names = ("network", "options", "history", "missing", "normalise", "level_matched", "label")
        learnt = network_file.restore(state.tensors, header, header["network"], header["history"], header["options"])
        if window is not None and window != learnt.window:
            raise DataError(f"trained for {learnt.window}, not for {window}: train a network for this region")
        return cls(
            **{name: header[name] for name in names},
            training=TrainingRecipe(**header["training"]),
            learnt=learnt,
            epochs=list(state.summary.epochs),
        )
