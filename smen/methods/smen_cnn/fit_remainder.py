"""Fitting a network to what a base estimate leaves of a region's training dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.data.fill import Missing
from smen.data.records import TRAIN, VALIDATION
from smen.methods.smen_cnn.batches import Batch
from smen.methods.smen_cnn.determinism import reproducible
from smen.methods.smen_cnn.fit_network import fitted_network, training_dates
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.methods.smen_cnn.remainder import RemainderBuilder, remainder_builder
from smen.methods.smen_cnn.training import train

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Epoch
    from smen.methods.smen_cnn.fitted_network import FittedNetwork
    from smen.methods.smen_cnn.interface import Network
    from smen.methods.smen_cnn.recipe import TrainingRecipe
    from smen.methods.smen_cnn.resume import TrainingCheckpoint


def fit_remainder(
    fields: Fields,
    samples: Samples,
    recipe: TrainingRecipe,
    make_network: Callable[[], Network],
    *,
    missing: Missing = "climatology",
    checkpoint: TrainingCheckpoint | None = None,
) -> tuple[FittedNetwork, list[Epoch]]:
    """Train a network on what the base estimate leaves, each date's own target left out of its base.

    Without an early stop there is nothing for validation dates to decide: the network learns from them as well, as
    the baselines do.

    Args:
        fields: the region's arrays.
        samples: its half-orbits.
        recipe: resolved.
        make_network: returns a fresh network, its weights from torch's current seed.
        missing: what replaces a missing residual in the inputs.
        checkpoint: where the state of an unfinished training is saved and looked for; None: nowhere.

    Returns:
        The fitted network, and the training's history, one row per epoch.

    Raises:
        DataError: there is no date to train on, or the loss is not finite any more.
        SettingsError: the network does not exist or does not take its options.
    """
    if recipe.patience is None:
        samples = samples.with_split(np.where(samples.split == VALIDATION, TRAIN, samples.split).astype(np.uint8))
    learning = remainder_builder(fields, training_dates(fields, samples), missing)
    judging = replace(learning, samples=samples.with_target(VALIDATION))
    normalisation = Normalisation(0.0, learning.unit, learning.unit)
    with reproducible(recipe.threads), torch.random.fork_rng():
        torch.manual_seed(recipe.seed)
        network = make_network()
    batch = _batch(learning, leave_out=True)
    assert batch is not None  # noqa: S101  (there are training dates)
    validation = _batch(judging, leave_out=False)
    epochs = train(network, normalisation, batch, validation, recipe, ubrmse_loss, checkpoint)
    base = remainder_builder(fields, samples.with_target(TRAIN, VALIDATION), missing)
    fitted = fitted_network(fields, samples, network, normalisation, base.climatology)
    return replace(fitted, coarse_mean=learning.coarse_mean), epochs


def _batch(builder: RemainderBuilder, *, leave_out: bool) -> Batch | None:
    """Collect inputs and targets of all samples of a builder; None without samples."""
    rows = range(len(builder.samples))
    parts = [Batch(builder.inputs(r, leave_out=leave_out), builder.target(r, leave_out=leave_out)) for r in rows]
    return Batch.concatenated(parts) if parts else None
