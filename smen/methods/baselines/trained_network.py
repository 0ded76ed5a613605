"""What the comparable networks share: fitted with an early stop on the validation dates, then one map at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.data.climatology import Climatology
from smen.data.fill import known_coarse, residuals_of
from smen.data.records import MISSING, TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.protocol import Epoch
from smen.methods.smen_cnn.determinism import reproducible
from smen.methods.smen_cnn.inputs import Batch, InputBuilder, Normalisation
from smen.methods.smen_cnn.interface import Inputs, Network
from smen.methods.smen_cnn.losses import rmse_loss
from smen.methods.smen_cnn.recipe import TrainingRecipe
from smen.methods.smen_cnn.training import denormalised, train

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples


@dataclass(frozen=True)
class Trained:
    """What a fit gives: the network at rest, how its numbers become m3/m3, and the mean residual."""

    network: Network
    normalisation: Normalisation
    climatology: Climatology


@dataclass
class TrainedMethod(ABC):
    """A network as a method, its inputs and its shape left to each.

    Attributes:
        training: how it is trained; `fit` replaces every `auto` by what it meant.
        epochs: the training's history, one row per epoch; losses are `rmse_loss`.
        learnt: what `fit` gave.
    """

    training: TrainingRecipe = field(default_factory=TrainingRecipe)
    epochs: list[Epoch] = field(default_factory=list, repr=False)
    learnt: Trained | None = field(default=None, repr=False)
    name: str = "network"

    @abstractmethod
    def network(self, samples: Samples) -> Network:
        """A fresh network for such samples, with weights from torch's current seed."""

    @abstractmethod
    def inputs(self, builder: InputBuilder, row: int, *, leave_out: bool = False) -> Inputs:
        """What the network receives of one overpass, a batch of one, its maps (H, W)."""

    def batch(self, builder: InputBuilder, *, leave_out: bool) -> Batch | None:
        """All dates of a builder to learn from or to be checked by; None without any."""
        rows = range(len(builder.samples))
        if not rows:
            return None
        made = [self.inputs(builder, row, leave_out=leave_out) for row in rows]
        joined = Inputs(*(torch.cat(parts) for parts in zip(*made, strict=True)))
        return Batch(joined, torch.cat([builder.target(row) for row in rows]))

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Train on the training dates, stop by the validation dates.

        While the network is trained, the mean residual is that of the training dates alone, each date's own left out;
        afterwards that of the validation dates is added, for maps are made of later ones.

        Raises:
            DataError: there is no date to train on, or the loss is no number any more.
        """
        self.training = self.training.resolved()
        learning, checking = samples.with_target(TRAIN), samples.with_target(VALIDATION)
        residuals = residuals_of(fields, learning.fine)
        climatology = Climatology.of(residuals)
        normalisation = Normalisation.of(fields.coarse_at(learning.coarse), residuals)
        learn, check = (InputBuilder(fields, part, climatology, normalisation) for part in (learning, checking))
        with reproducible(self.training.threads), torch.random.fork_rng():
            torch.manual_seed(self.training.seed)
            network = self.network(samples)
        dates = self.batch(learn, leave_out=True)
        assert dates is not None  # noqa: S101  (a climatology has been made of them)
        checked = self.batch(check, leave_out=False)
        self.epochs = train(network, normalisation, dates, checked, self.training, loss=rmse_loss)
        known = samples.with_target(TRAIN, VALIDATION)
        self.learnt = Trained(network, normalisation, Climatology.of(residuals_of(fields, known.fine)))

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """The network's map of each overpass, in float32, where the coarse field with small holes filled is known.

        Raises:
            DataError: it is not fitted.
        """
        if self.learnt is None:
            raise DataError(f"the method {self.name} is not fitted: fit it on the training dates")
        learnt = self.learnt
        mean = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
        builder = InputBuilder(fields, samples, learnt.climatology, learnt.normalisation)
        with reproducible(self.training.threads), torch.inference_mode():
            for row in np.flatnonzero(samples.coarse != MISSING):
                known = np.isfinite(known_coarse(fields.coarse_at(samples.coarse[row])))
                if known.any():
                    estimate = denormalised(learnt.network, learnt.normalisation, self.inputs(builder, int(row)))
                    mean[row] = np.where(known, estimate[0].numpy(), np.nan)
        return Prediction(mean)
