"""The paper's network as a method: fitted on a region's training dates, then a map for every overpass."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from smen.data.fill import Missing
from smen.data.quality import NO_VALUE, quality_codes
from smen.data.records import Prediction
from smen.errors import DataError
from smen.methods.calibrated_deviation import CalibratedDeviation
from smen.methods.protocol import Epoch, Method, MethodState, TrainingSummary
from smen.methods.smen_cnn import build_network, network_file
from smen.methods.smen_cnn.batches import Batch, gather
from smen.methods.smen_cnn.fit_network import fit_network
from smen.methods.smen_cnn.fit_remainder import fit_remainder
from smen.methods.smen_cnn.fitted_network import FittedNetwork, fitted_for
from smen.methods.smen_cnn.fold_errors import fold_errors
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.level import match_coarse_mean
from smen.methods.smen_cnn.map_classes import LOCAL, map_classes
from smen.methods.smen_cnn.recipe import SHORT_RECIPE, TrainingRecipe
from smen.methods.smen_cnn.remainder import RemainderBuilder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.quality import QualityCode
    from smen.data.records import Fields, Samples
    from smen.grid import Window
    from smen.methods.smen_cnn.interface import Network
    from smen.methods.smen_cnn.resume import TrainingCheckpoint

log = logging.getLogger(__name__)

Learns = Literal["remainder", "field"]

SAVED = (
    "network", "options", "history", "learns", "missing", "normalise", "level_matched", "calibration_folds", "label",
)  # fmt: skip
"""Attributes of the method that a checkpoint's header holds as they are."""


@dataclass
class NetworkMethod(Method):
    """A network with the filling of its inputs, the level of its maps and its training.

    Attributes:
        network: name in `smen.methods.smen_cnn.NETWORKS`.
        options: arguments of the network.
        history: k, the number of earlier fine fields.
        learns: `remainder`: what the interpolated coarse field and the mean residual leave of the fine field, to
            which it is added again; `field`: the fine field itself, as published.
        missing: what replaces a missing residual.
        normalise: whether inputs are brought to numbers near one, of a network of the field; the paper does not say.
        level_matched: whether maps get the level of the coarse field (`smen.methods.smen_cnn.level`).
        calibration_folds: folds of dates by which the standard deviation of the maps' errors is calibrated; 0: the
            maps have none.
        training: the recipe; `fit` replaces every `auto` by what it means on this machine.
        label: name in tables; by default that of the network.
        checkpoint: where the state of an unfinished training is saved; None: nowhere.
        fitted: result of `fit`, or of a checkpoint; None before.
        epochs: the training's history, one row per epoch.
    """

    network: str = "smen"
    options: Mapping[str, Any] = field(default_factory=dict)
    history: int = 4
    learns: Learns = "remainder"
    missing: Missing = "climatology"
    normalise: bool = True
    level_matched: bool = True
    calibration_folds: int = 3
    training: TrainingRecipe = SHORT_RECIPE
    label: str | None = None
    checkpoint: TrainingCheckpoint | None = field(default=None, repr=False, compare=False)
    fitted: FittedNetwork | None = None
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
        own = {"missing": options.pop("missing_residual")}
        own |= {name: options.pop(name) for name in ("learns", "calibration_folds")}
        recipe = TrainingRecipe(batch=options.pop("batch_size"), **options)
        return cls(history=history, training=recipe, **own)

    def fit(self, fields: Fields, samples: Samples, donor_regions: Sequence[tuple[Fields, Samples]] = ()) -> None:
        """Train on the region's dates, and once more without each fold of them, for the errors of its maps.

        Validation dates decide when to stop, where the recipe stops early; else a network of the remainder learns
        from them as well.

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
        self._check_history(samples)
        self.training = self.training.resolved()
        fitted, self.epochs = self._trained(fields, samples, self.training, self.checkpoint)
        self.fitted = self._calibrated(fitted, fields, samples) if self.calibration_folds else fitted

    def _trained(
        self, fields: Fields, samples: Samples, recipe: TrainingRecipe, checkpoint: TrainingCheckpoint | None = None
    ) -> tuple[FittedNetwork, list[Epoch]]:
        """Train one network; return it and the training's history."""

        def network() -> Network:
            return build_network(self.network, self.history, self.options)

        if self.learns == "remainder":
            return fit_remainder(fields, samples, recipe, network, missing=self.missing, checkpoint=checkpoint)

        def batch(builder: InputBuilder, leave_out: bool) -> Batch | None:
            return gather(builder, partial(builder.inputs, leave_out=leave_out))

        return fit_network(
            fields,
            samples,
            recipe,
            network,
            batch,
            missing=self.missing,
            normalise=self.normalise,
            checkpoint=checkpoint,
        )

    def _calibrated(self, fitted: FittedNetwork, fields: Fields, samples: Samples) -> FittedNetwork:
        """Return the network with the deviation of its maps, and the scores of the dates held out.

        Networks of folds are trained for as many epochs as the weights that were kept.
        """
        kept = self.training_summary().best_epoch or len(self.epochs)
        recipe = replace(self.training, epochs=kept, patience=None)
        errors = fold_errors(
            lambda fields, samples: self._trained(fields, samples, recipe)[0],
            lambda fitted, fields, samples: replace(self, fitted=fitted).predict(fields, samples),
            fields,
            samples,
            self.calibration_folds,
            self.training.seed,
        )
        if not errors.ubrmse:
            log.warning("no date could be held out: the maps have no standard deviation")
            return fitted
        deviation = CalibratedDeviation.fit(errors.records, LOCAL)
        return replace(fitted, deviation=deviation, held_out=errors.ubrmse)

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Map every overpass, with or without history; holes only where the coarse field has large ones.

        Each overpass is computed by itself, so that its map does not depend on which others are asked for.

        Args:
            fields: of the region that the method was fitted for.
            samples: N overpasses, with k earlier fine fields.

        Returns:
            Estimates and, where dates were held out, the standard deviation of their errors, m3/m3, and quality
            codes, (N, H, W).

        Raises:
            DataError: the method is not fitted, or the fields are of another window or coarse product.
        """
        fitted = self.fitted_for(fields)
        self._check_history(samples)
        if fitted.coarse_mean is None:
            mean = self._field_maps(fitted, fields, samples)
        else:
            mean = self._remainder_maps(fitted, fields, samples, fitted.coarse_mean)
        quality = np.zeros(mean.shape, np.uint8)
        deviation = None if fitted.deviation is None else np.full(mean.shape, np.nan, np.float32)
        for row in range(len(samples)):
            quality[row] = quality_codes(fields, samples, row, fitted.surface, fitted.climatology.count, fitted.climate)
            if deviation is not None and fitted.deviation is not None:
                classes = map_classes(fields, samples, row, fitted.climatology, fitted.climate)
                deviation[row] = fitted.deviation.field(classes)
        mean[np.isin(quality, NO_VALUE)] = np.nan
        if deviation is not None:
            deviation[np.isnan(mean)] = np.nan
        return Prediction(mean=mean, standard_deviation=deviation, quality=quality)

    def _field_maps(self, fitted: FittedNetwork, fields: Fields, samples: Samples) -> NDArray[np.float32]:
        """Map overpasses by a network that learned the field itself."""
        builder = InputBuilder(fields, samples, fitted.climatology, fitted.normalisation, self.missing)

        def finish(row: int, output: NDArray[np.float32], coarse: NDArray[np.float32]) -> NDArray[np.float32]:
            # No soil holds less than no water: only where detail exceeds the level does this touch a cell.
            # A level that is not matched is arbitrary, and to cut at 0 would take detail away.
            matched = match_coarse_mean(output, coarse, fitted.climatology)
            return np.maximum(matched, 0) if self.level_matched else output

        return fitted.estimate(fields, samples, builder.inputs, self.training.threads, finish)

    def _remainder_maps(
        self, fitted: FittedNetwork, fields: Fields, samples: Samples, coarse_mean: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Map overpasses by the base estimate and a network that learned what it leaves."""
        unit = fitted.normalisation.residual_std
        builder = RemainderBuilder(fields, samples, fitted.climatology, coarse_mean, unit, self.missing)

        def finish(row: int, output: NDArray[np.float32], coarse: NDArray[np.float32]) -> NDArray[np.float32]:
            estimate = builder.base(row) + output
            matched = match_coarse_mean(estimate, builder.interpolated(row), fitted.climatology)
            return np.maximum(matched if self.level_matched else estimate, 0)

        return fitted.estimate(fields, samples, builder.inputs, self.training.threads, finish)

    def fitted_for(self, fields: Fields) -> FittedNetwork:
        """Return the fitted network if it can be used for these fields.

        Raises:
            DataError: the method is not fitted, or the fields are of another window or coarse product.
        """
        return fitted_for(self.fitted, self.name, fields)

    def _check_history(self, samples: Samples) -> None:
        """Refuse samples with another length of history."""
        if samples.fine_history.shape[1] != self.history:
            raise DataError(
                f"the samples hold {samples.fine_history.shape[1]} earlier fields and the network takes "
                f"{self.history}: run `smen pair` again"
            )

    def surface(self, fields: Fields) -> dict[QualityCode, NDArray[np.bool_]]:
        """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each.

        Raises:
            DataError: the method is not trained, or the fields are of another window or coarse product.
        """
        return self.fitted_for(fields).surface

    def error_correlation(self, fields: Fields, *, retrospective: bool = False) -> None:
        """Return None: how the errors of the network's maps go together is not known.

        Args:
            fields: the region's arrays.
            retrospective: without effect, the network maps causally.

        Raises:
            DataError: the method is not trained, or the fields are of another window or coarse product.
        """
        self.fitted_for(fields)

    def training_summary(self) -> TrainingSummary:
        """Return the losses of the epoch whose weights were kept, and the history of the training.

        Raises:
            DataError: the method is not trained.
        """
        if not self.epochs:
            raise DataError(f"the network {self.name!r} is not trained: there is no history of a training")
        summary = TrainingSummary.of_epochs(self.epochs)
        if math.isnan(summary.validation) and self.held_out:
            return replace(summary, validation=float(np.mean(list(self.held_out.values()))))
        return summary

    @property
    def held_out(self) -> dict[str, float] | None:
        """Return the ubRMSE of each date by the networks that did not learn from it, m3/m3, by its half-orbit's time.

        None where no such networks were trained.
        """
        return dict(self.fitted.held_out) or None if self.fitted else None

    def save(self) -> MethodState:
        """Return weights, climatology, normalisation and recipe.

        Raises:
            DataError: the method is not trained.
        """
        if self.fitted is None:
            raise DataError(f"the network {self.name!r} is not trained: there is nothing to save")
        header = {name: getattr(self, name) for name in SAVED}
        header |= {"options": dict(self.options), "training": asdict(self.training)}
        header |= network_file.header_of(self.fitted)
        return MethodState(network_file.tensors_of(self.fitted), header, self.training_summary())

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
        fitted = network_file.restore(state.tensors, header, header["network"], header["history"], header["options"])
        if window is not None and window != fitted.window:
            raise DataError(f"trained for {fitted.window}, not for {window}: train a network for this region")
        return cls(
            **{name: header[name] for name in SAVED},
            training=TrainingRecipe(**header["training"]),
            fitted=fitted,
            epochs=list(state.summary.epochs),
        )
