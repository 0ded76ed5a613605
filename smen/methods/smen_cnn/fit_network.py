"""Fitting a network to a region's training dates, stopped by its validation dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.data.climatology import Climatology
from smen.data.fill import Missing, residuals_of
from smen.data.quality import static_surface
from smen.data.records import TRAIN, VALIDATION
from smen.errors import DataError
from smen.methods.no_training_date import no_training_date
from smen.methods.smen_cnn.determinism import reproducible
from smen.methods.smen_cnn.fitted_network import FittedNetwork
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.methods.smen_cnn.training import Loss, train

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Epoch
    from smen.methods.smen_cnn.batches import Batch
    from smen.methods.smen_cnn.interface import Network
    from smen.methods.smen_cnn.recipe import TrainingRecipe
    from smen.methods.smen_cnn.resume import TrainingCheckpoint


def fit_network(
    fields: Fields,
    samples: Samples,
    recipe: TrainingRecipe,
    make_network: Callable[[], Network],
    make_batch: Callable[[InputBuilder, bool], Batch | None],
    *,
    missing: Missing = "climatology",
    normalise: bool = True,
    loss: Loss = ubrmse_loss,
    checkpoint: TrainingCheckpoint | None = None,
) -> tuple[FittedNetwork, list[Epoch]]:
    """Train a network on the training dates, stop by the validation dates.

    While the network is trained, its climatology is made of the training dates alone, and each date's own target left
    out; afterwards that of the validation dates is added, for maps are made of later ones.

    Args:
        fields: the region's arrays.
        samples: its half-orbits.
        recipe: resolved.
        make_network: returns a fresh network, its weights from torch's current seed.
        make_batch: (builder, leave_out) -> inputs and targets of the builder's dates, None without any; with
            `leave_out` each date's own target is left out of its climatology.
        missing: what replaces a missing residual in the inputs.
        normalise: whether inputs are brought to numbers near one.
        loss: what is minimised.
        checkpoint: where the state of an unfinished training is saved and looked for; None: nowhere.

    Returns:
        The fitted network, and the training's history, one row per epoch.

    Raises:
        DataError: there is no date to train on, or the loss is not finite any more.
        SettingsError: the network does not exist or does not take its options.
    """
    training, validation = training_dates(fields, samples), samples.with_target(VALIDATION)
    climatology, normalisation = _statistics(fields, training, normalise)
    with reproducible(recipe.threads), torch.random.fork_rng():
        torch.manual_seed(recipe.seed)
        network = make_network()

    def batch(part: Samples, leave_out: bool) -> Batch | None:
        return make_batch(InputBuilder(fields, part, climatology, normalisation, missing), leave_out)

    training_batch = batch(training, True)
    assert training_batch is not None  # noqa: S101  (there are training dates)
    epochs = train(network, normalisation, training_batch, batch(validation, False), recipe, loss, checkpoint)
    residuals = residuals_of(fields, samples.with_target(TRAIN, VALIDATION).fine)
    return fitted_network(fields, samples, network, normalisation, Climatology.of(residuals)), epochs


def training_dates(fields: Fields, samples: Samples) -> Samples:
    """Return the half-orbits to train on.

    Args:
        fields: the region's arrays.
        samples: its half-orbits.

    Raises:
        DataError: there is none, or none has a valid coarse cell.
    """
    training = samples.with_target(TRAIN)
    if not len(training) or not np.isfinite(fields.coarse[training.coarse]).any():
        raise DataError(no_training_date(fields, samples))
    return training


def _statistics(fields: Fields, training: Samples, normalise: bool) -> tuple[Climatology, Normalisation]:
    """Return climatology and normalisation of the training dates."""
    residuals, coarse = residuals_of(fields, training.fine), fields.coarse_at(training.coarse)
    climatology = Climatology.of(residuals)
    return climatology, Normalisation.of(coarse, residuals) if normalise else Normalisation()


def fitted_network(
    fields: Fields, samples: Samples, network: Network, normalisation: Normalisation, climatology: Climatology
) -> FittedNetwork:
    """Return a trained network with what its maps need.

    Args:
        fields: the region's arrays.
        samples: its half-orbits.
        network: trained.
        normalisation: of its inputs and outputs.
        climatology: of the training and validation dates.
    """
    dates = samples.with_target(TRAIN, VALIDATION)
    coarse = fields.coarse[dates.coarse]
    return FittedNetwork(
        window=fields.window,
        network=network,
        normalisation=normalisation,
        climatology=climatology,
        climate=(float(np.nanmin(coarse)), float(np.nanmax(coarse))),
        surface=static_surface(fields, dates.coarse, dates.fine),
        coarse_grid=fields.coarse_grid,
        training_times=samples.with_target(TRAIN).time,
        validation_times=samples.with_target(VALIDATION).time,
        simulated=fields.simulated,
    )
