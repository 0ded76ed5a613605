"""Training: Adam, early stop on the validation dates, the same bytes for the same inputs and settings.

A training ends by its number of epochs or by the patience of its early stop, never by the clock: otherwise the
weights would depend on how busy the machine was.
"""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from tqdm import tqdm

from smen.errors import DataError
from smen.methods.protocol import Epoch
from smen.methods.smen_cnn.determinism import reproducible
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.normalisation import denormalised
from smen.methods.smen_cnn.training_state import TrainingState

if TYPE_CHECKING:
    from smen.methods.smen_cnn.batches import Batch
    from smen.methods.smen_cnn.interface import Network
    from smen.methods.smen_cnn.normalisation import Normalisation
    from smen.methods.smen_cnn.recipe import TrainingRecipe
    from smen.methods.smen_cnn.resume import TrainingCheckpoint

log = logging.getLogger(__name__)

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(estimate, target, valid), each (B, H, W), the first two in m3/m3 -> scalar in m3/m3."""

LOG_EVERY = 10
"""Epochs from one line of the log to the next."""


def train(
    network: Network,
    normalisation: Normalisation,
    training_batch: Batch,
    validation_batch: Batch | None,
    recipe: TrainingRecipe,
    loss: Loss = ubrmse_loss,
    checkpoint: TrainingCheckpoint | None = None,
) -> list[Epoch]:
    """Train a network in place; at the end it holds the weights of the epoch with the least validation loss.

    Without validation dates there is no criterion for an early stop: it holds the weights of the last epoch.

    Args:
        network: with fresh weights, or trained elsewhere and to be adapted.
        normalisation: how its output becomes m3/m3.
        training_batch: all training dates.
        validation_batch: all validation dates, or None.
        recipe: how to train; keep `recipe.resolved()` for the record.
        loss: what is minimised, and compared on the validation dates.
        checkpoint: where the state of an unfinished training is saved and looked for; None: nowhere.

    Returns:
        One row per epoch.

    Raises:
        DataError: there is no training date, or the loss is not finite any more.
        OutputError: the checkpoint cannot be written.
    """
    if not len(training_batch):
        raise DataError("there is no date to train on: widen the training period, or use a network trained elsewhere")
    recipe = recipe.resolved()
    log.info("training on %s, %d threads, %s, %s kernels", recipe.device, recipe.threads, recipe.precision,
             recipe.kernels)  # fmt: skip
    saved = checkpoint.load(training_batch, recipe) if checkpoint else None
    with reproducible(recipe.threads):
        device = torch.device(recipe.device)
        network.to(device)
        network.fused = recipe.kernels == "fused"
        job = _Job(normalisation, training_batch.to(device), _scorable(validation_batch, device), recipe, loss)
        state = TrainingState.start(network, recipe)
        if saved is not None:
            state.restore(saved)
        _run_epochs(job, state, checkpoint)
        network.load_state_dict(state.best_weights)
        network.to("cpu").eval()
    return state.rows


@dataclass(frozen=True)
class _Job:
    """What every epoch of a training uses; the batches lie on its device."""

    normalisation: Normalisation
    training_batch: Batch
    validation_batch: Batch | None
    recipe: TrainingRecipe
    loss: Loss


def _run_epochs(job: _Job, state: TrainingState, checkpoint: TrainingCheckpoint | None) -> None:
    """Run the remaining epochs, until the last one or the early stop."""
    recipe = job.recipe
    epochs = range(len(state.rows) + 1, recipe.epochs + 1)
    bar = tqdm(epochs, desc="training", unit="epoch", disable=not sys.stderr.isatty())
    for epoch in bar:
        row = _run_epoch(job, state, epoch)
        state.record(row)
        message = f"loss {row['train']:.4f} in training"
        if job.validation_batch is not None:
            message += f", {row['validation']:.4f} in validation"
        bar.set_postfix_str(message)
        if epoch % LOG_EVERY == 0 or epoch in (1, recipe.epochs):
            log.info("epoch %d: %s", epoch, message)
        if not row["best"] and recipe.patience is not None and epoch - state.best_epoch >= recipe.patience:
            log.info("stopped after epoch %d: no better validation for %d epochs", epoch, recipe.patience)
            break
        if checkpoint is not None:
            checkpoint.save(state.as_dict)


def _run_epoch(job: _Job, state: TrainingState, epoch: int) -> Epoch:
    """Train for one epoch, then validate; return its row of the history."""
    training_loss = _train_epoch(job, state, epoch)
    validation_loss = math.nan if job.validation_batch is None else _validation_loss(job, state.network)
    if not math.isfinite(training_loss):
        raise DataError(f"the training diverged in epoch {epoch}: set a smaller learning rate")
    best = job.validation_batch is None or validation_loss < state.best_loss
    rate = job.recipe.learning_rate_of(epoch)
    return Epoch(epoch=epoch, train=training_loss, validation=validation_loss, learning_rate=rate, best=best)


def _train_epoch(job: _Job, state: TrainingState, epoch: int) -> float:
    """Take one optimiser step for each batch of the training dates, in random order; return the mean loss, m3/m3."""
    dates, recipe, optimiser = job.training_batch, job.recipe, state.optimiser
    state.network.train()
    # The order goes to the device and the losses come back once an epoch: a GPU need not wait for the processor.
    order = torch.randperm(len(dates), generator=state.order).to(dates.target.device)
    losses: list[Tensor] = []
    sizes: list[int] = []
    for index in torch.split(order, recipe.batch):
        rate = recipe.learning_rate_of(epoch, sum(sizes) / len(dates))
        for group in optimiser.param_groups:
            group["lr"] = rate
        axes = _random_flips(state.order) if recipe.augment_flips else ()
        inputs = dates.inputs.rows(index).flipped(axes)
        target = dates.target[index]
        target = torch.flip(target, axes) if axes else target
        with torch.autocast(recipe.device, torch.bfloat16, enabled=recipe.precision == "bfloat16"):
            estimate = denormalised(state.network, job.normalisation, inputs)
        value = job.loss(estimate, target, torch.isfinite(target))
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(value.detach())
        sizes.append(len(index))
    values: list[float] = torch.stack(losses).tolist()
    return sum(value * size for value, size in zip(values, sizes, strict=True)) / len(dates)


def _scorable(validation_batch: Batch | None, device: torch.device) -> Batch | None:
    """Move the validation dates to a device; None if no date has two valid cells, as the loss needs."""
    if validation_batch is None or not len(validation_batch):
        return None
    usable = bool((torch.isfinite(validation_batch.target).sum(dim=(1, 2)) >= 2).any())
    return validation_batch.to(device) if usable else None


def _validation_loss(job: _Job, network: Network) -> float:
    """Return the mean loss of the validation dates in evaluation mode; dates without two valid cells do not count."""
    dates = job.validation_batch
    assert dates is not None  # noqa: S101  (the caller has looked)
    estimator = network.for_inference()
    values = []
    with torch.inference_mode():
        for row in torch.split(torch.arange(len(dates), device=dates.target.device), 1):
            target = dates.target[row]
            valid = torch.isfinite(target)
            values.append(job.loss(denormalised(estimator, job.normalisation, dates.inputs.rows(row)), target, valid))
        counts = (torch.isfinite(dates.target).sum(dim=(1, 2)) >= 2).tolist()
    every: list[float] = torch.stack(values).tolist()
    losses = [loss for loss, counted in zip(every, counts, strict=True) if counted]
    return sum(losses) / len(losses)


def _random_flips(generator: torch.Generator) -> tuple[int, ...]:
    """Draw the axes to mirror along: each of the last two with probability 1/2."""
    draw = torch.randint(0, 2, (2,), generator=generator).tolist()
    return tuple(axis for axis, chosen in zip((-2, -1), draw, strict=True) if chosen)
