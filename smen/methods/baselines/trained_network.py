"""Networks as baselines: fitted with an early stop on the validation dates, then one map at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from smen.data.records import Prediction
from smen.methods.protocol import Epoch
from smen.methods.smen_cnn.batches import Batch, gather
from smen.methods.smen_cnn.fit_network import fit_network
from smen.methods.smen_cnn.fitted_network import FittedNetwork, fitted_for
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.interface import Inputs, Network
from smen.methods.smen_cnn.losses import rmse_loss
from smen.methods.smen_cnn.recipe import TrainingRecipe

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples


@dataclass
class NetworkBaseline(ABC):
    """A baseline that is a network; a subclass defines its layers and its inputs.

    Attributes:
        training: the recipe; `fit` replaces every `auto` by what it means on this machine.
        epochs: the training's history, one row per epoch; losses are `rmse_loss`.
        fitted: result of `fit`; None before.
    """

    training: TrainingRecipe = field(default_factory=TrainingRecipe)
    epochs: list[Epoch] = field(default_factory=list, repr=False)
    fitted: FittedNetwork | None = field(default=None, repr=False)
    name: str = "network"

    @abstractmethod
    def network(self, samples: Samples) -> Network:
        """Return a fresh network for such samples, with weights from torch's current seed."""

    @abstractmethod
    def inputs(self, builder: InputBuilder, row: int, *, leave_out: bool = False) -> Inputs:
        """Build the network's inputs of one overpass, a batch of one.

        Args:
            builder: of the paper's network's inputs, and of the samples.
            row: index into the samples.
            leave_out: whether to leave the row's own target out of the climatology.
        """

    def batch(self, builder: InputBuilder, leave_out: bool) -> Batch | None:
        """Collect all dates of a builder for training or validation.

        Args:
            builder: of samples that all have a target.
            leave_out: whether to leave each date's own target out of the climatology.

        Returns:
            One row per date; None without any.
        """
        return gather(builder, lambda row: self.inputs(builder, row, leave_out=leave_out))

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Train on the training dates, stop by the validation dates (`fit_network`).

        Args:
            fields: the region's arrays.
            samples: its half-orbits.

        Raises:
            DataError: there is no date to train on, or the loss is not finite any more.
        """
        self.training = self.training.resolved()
        self.fitted, self.epochs = fit_network(
            fields, samples, self.training, lambda: self.network(samples), self.batch, loss=rmse_loss
        )

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Map each overpass, in float32, where the coarse field with small holes filled has a value.

        Args:
            fields: of the region that the method was fitted for.
            samples: N overpasses.

        Returns:
            Estimates, (N, H, W), m3/m3.

        Raises:
            DataError: it is not fitted, or the fields are of another window or coarse product.
        """
        fitted = fitted_for(self.fitted, self.name, fields)
        builder = InputBuilder(fields, samples, fitted.climatology, fitted.normalisation)

        def inputs_of(row: int) -> Inputs:
            return self.inputs(builder, row)

        return Prediction(fitted.estimate(fields, samples, inputs_of, self.training.threads))
