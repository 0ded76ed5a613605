"""Training: Adam, early stop on the validation dates, the same bytes for the same inputs and settings.

A training ends by its number of epochs or by the patience of its early stop, never by the clock: otherwise the
weights would depend on how busy the machine was.
"""

from __future__ import annotations

import copy
import logging
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor
from tqdm import tqdm

from smen.errors import DataError
from smen.methods.protocol import Epoch
from smen.methods.smen_cnn.fast.kernels import unavailable_reason
from smen.methods.smen_cnn.fast.memory import keep_freed_memory
from smen.methods.smen_cnn.losses import ubrmse_loss

if TYPE_CHECKING:
    from smen.methods.smen_cnn.inputs import Batch, Normalisation
    from smen.methods.smen_cnn.interface import Estimator, Inputs, Network
    from smen.methods.smen_cnn.resume import TrainingCheckpoint

log = logging.getLogger(__name__)

NumberFormat = Literal["auto", "float32", "bfloat16"]
Device = Literal["auto", "cpu", "cuda"]
Kernels = Literal["auto", "plain", "fused"]
Schedule = Literal["constant", "cosine"]
Loss = Callable[[Tensor, Tensor, Tensor], Tensor]

LOG_EVERY = 10
"""Epochs from one line of the log to the next."""


@dataclass(frozen=True)
class Training:
    """How a network is trained. The defaults stop early; `PAPER` is the published recipe.

    Attributes:
        epochs: passes over the training dates, at most.
        batch: dates per step. The paper is silent.
        learning_rate: of Adam.
        schedule: `constant` as in the paper, or `cosine`: the rate falls to nearly 0 over `epochs`.
        patience: epochs without a better validation loss after which training stops; None: never.
        flips: whether images are mirrored at random, which the paper does not do.
        seed: of the weights, of the order of dates, and of the flips.
        threads: processor threads; recorded because sums in another order round otherwise.
        number_format: of the convolutions while training: `bfloat16` halves the time on processors that
            compute in it; `auto` takes it on those. Predictions are always made in float32.
        device: `auto` takes a CUDA device where there is one.
        kernels: `fused` takes the quicker way through the network where it has one (`networks.fused`), which needs a
            C++ compiler; `auto` does so on a CPU where there is one.
    """

    epochs: int = 30
    batch: int = 4
    learning_rate: float = 1e-3
    schedule: Schedule = "cosine"
    patience: int | None = 10
    flips: bool = False
    seed: int = 0
    threads: int = 2
    number_format: NumberFormat = "auto"
    device: Device = "auto"
    kernels: Kernels = "auto"

    def resolved(self) -> Training:
        """The same with every `auto` replaced by what it means on this machine, for the record.

        Raises:
            DataError: a CUDA device is asked for and there is none, or fused kernels that cannot be compiled.
        """
        device = self.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        elif device == "cuda" and not torch.cuda.is_available():
            raise DataError("training on a CUDA device was asked for, and torch finds none: set the device to auto")
        number_format = self.number_format
        if number_format == "auto":
            number_format = "bfloat16" if device == "cpu" and _fast_bfloat16() else "float32"
        kernels = self.kernels
        if kernels == "auto":
            kernels = "fused" if device == "cpu" and unavailable_reason() is None else "plain"
        elif kernels == "fused" and (reason := unavailable_reason()) is not None:
            raise DataError(f"fused kernels were asked for, and {reason}. Or set kernels to auto or plain")
        return Training(**{**self.__dict__, "device": device, "number_format": number_format, "kernels": kernels})


PAPER = Training(epochs=1000, learning_rate=1e-4, schedule="constant", patience=None, number_format="float32")
"""The published recipe: 1000 epochs of Adam at 1e-4, no early stop."""


def train(
    network: Network,
    normalisation: Normalisation,
    learn: Batch,
    validate: Batch | None,
    settings: Training,
    loss: Loss = ubrmse_loss,
    checkpoint: TrainingCheckpoint | None = None,
) -> list[Epoch]:
    """Train a network in place; at the end it holds the weights of the epoch with the least validation loss.

    Without validation dates there is nothing to stop on: it holds the weights of the last epoch.

    Args:
        network: fresh, or trained elsewhere and to be adapted.
        normalisation: how its output becomes m3/m3.
        learn: training dates.
        validate: validation dates, or None.
        settings: the recipe; give it `resolved()` for the record.
        loss: (estimate, target, valid) in m3/m3 -> scalar.
        checkpoint: where its state lies while it lasts, so that an interrupted one can go on; None: nowhere.

    Returns:
        One row per epoch.

    Raises:
        DataError: there is no training date, or the loss is no number any more.
    """
    if not len(learn):
        raise DataError("there is no date to train on: widen the training period, or use a network trained elsewhere")
    settings = settings.resolved()
    device = torch.device(settings.device)
    log.info("training on %s, %d threads, %s, %s kernels", settings.device, settings.threads, settings.number_format,
             settings.kernels)  # fmt: skip
    left = checkpoint.begin(learn, settings) if checkpoint else None
    with reproducible(settings.threads):
        order = torch.Generator().manual_seed(settings.seed)
        network.to(device)
        network.fused = settings.kernels == "fused"
        learn, validate = learn.to(device), _checkable(validate, device)
        optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate, fused=True)
        state = _State(network, optimiser, order, [], math.inf, copy.deepcopy(network.state_dict()))
        if left is not None:
            state.restore(left)
        epochs = range(len(state.rows) + 1, settings.epochs + 1)
        bar = tqdm(epochs, desc="training", unit="epoch", disable=not sys.stderr.isatty())
        for epoch in bar:
            rate = learning_rate(settings, epoch)
            for group in optimiser.param_groups:
                group["lr"] = rate
            learnt = _epoch(network, normalisation, learn, settings, loss, optimiser, order)
            checked = _validation(network, normalisation, validate, loss) if validate is not None else math.nan
            if not math.isfinite(learnt):
                raise DataError(f"the training diverged in epoch {epoch}: set a smaller learning rate")
            better = validate is None or checked < state.best
            row = Epoch(epoch=epoch, train=learnt, validation=checked, learning_rate=rate, best=better)
            state.rows.append(row)
            said = f"loss {learnt:.4f} in training" + ("" if validate is None else f", {checked:.4f} in validation")
            bar.set_postfix_str(said)
            if epoch % LOG_EVERY == 0 or epoch in (1, settings.epochs):
                log.info("epoch %d: %s", epoch, said)
            if better:
                state.best, state.best_weights = checked, copy.deepcopy(network.state_dict())
            elif settings.patience is not None and epoch - _best_epoch(state.rows) >= settings.patience:
                log.info("stopped after epoch %d: no better validation for %d epochs", epoch, settings.patience)
                break
            if checkpoint is not None:
                checkpoint.keep(state.as_dict)
        network.load_state_dict(state.best_weights)
        network.to("cpu").eval()
    return state.rows


@dataclass
class _State:
    """All that a training needs to go on: what `TrainingCheckpoint` writes."""

    network: Network
    optimiser: torch.optim.Optimizer
    order: torch.Generator
    rows: list[Epoch]
    best: float
    best_weights: dict[str, Tensor]

    def as_dict(self) -> dict[str, Any]:
        """In parts that torch can write without pickling code."""
        return {
            "epoch": len(self.rows),
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "order": self.order.get_state(),
            "rows": self.rows,
            "best": self.best,
            "best_weights": self.best_weights,
        }

    def restore(self, left: dict[str, Any]) -> None:
        """Go on from what `as_dict` gave."""
        self.network.load_state_dict(left["network"])
        self.optimiser.load_state_dict(left["optimiser"])
        self.order.set_state(left["order"])
        self.rows, self.best, self.best_weights = left["rows"], left["best"], left["best_weights"]


@contextmanager
def reproducible(threads: int) -> Iterator[None]:
    """Fix the number of threads and choose deterministic algorithms; both are as before afterwards."""
    keep_freed_memory()
    threads_before, strict_before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    # cuBLAS is deterministic only with a workspace of its own; it reads this when first used.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.set_num_threads(threads_before)
        torch.use_deterministic_algorithms(strict_before)


def denormalised(network: Estimator, normalisation: Normalisation, inputs: Inputs) -> Tensor:
    """A network's estimates in m3/m3, float32 (B, H, W)."""
    output = network(inputs)
    return normalisation.mean + normalisation.spread * output.float()


def _epoch(
    network: Network,
    normalisation: Normalisation,
    learn: Batch,
    settings: Training,
    loss: Loss,
    optimiser: torch.optim.Optimizer,
    order: torch.Generator,
) -> float:
    """One pass over the training dates in random order; the mean loss."""
    network.train()
    total = 0.0
    for index in torch.split(torch.randperm(len(learn), generator=order), settings.batch):
        axes = _mirror(order) if settings.flips else ()
        inputs = learn.inputs.rows(index.to(learn.target.device)).flipped(axes)
        target = learn.target[index]
        target = torch.flip(target, axes) if axes else target
        with torch.autocast(settings.device, torch.bfloat16, enabled=settings.number_format == "bfloat16"):
            estimate = denormalised(network, normalisation, inputs)
        value = loss(estimate, target, torch.isfinite(target))
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        total += value.item() * len(index)
    return total / len(learn)


def _checkable(validate: Batch | None, device: torch.device) -> Batch | None:
    """The validation dates on a device; None where none of them has two valid cells to be judged by."""
    if validate is None or not len(validate):
        return None
    usable = bool((torch.isfinite(validate.target).sum(dim=(1, 2)) >= 2).any())
    return validate.to(device) if usable else None


def _validation(network: Network, normalisation: Normalisation, validate: Batch, loss: Loss) -> float:
    """The mean loss over the validation dates, weights at rest; dates with no two valid cells do not count."""
    for_inference = network.for_inference()
    values = []
    with torch.inference_mode():
        for i in range(len(validate)):
            target = validate.target[i : i + 1]
            valid = torch.isfinite(target)
            if int(valid.sum()) >= 2:
                inputs = validate.inputs.rows(torch.tensor([i], device=target.device))
                values.append(loss(denormalised(for_inference, normalisation, inputs), target, valid).item())
    return sum(values) / len(values)


def learning_rate(settings: Training, epoch: int) -> float:
    """The learning rate of an epoch, counted from 1."""
    if settings.schedule == "constant":
        return settings.learning_rate
    share = (epoch - 1) / max(settings.epochs, 1)
    return settings.learning_rate * max(0.5 * (1 + math.cos(math.pi * share)), 0.01)


def _mirror(generator: torch.Generator) -> tuple[int, ...]:
    """A random choice of axes to mirror along."""
    draw = torch.randint(0, 2, (2,), generator=generator).tolist()
    return tuple(axis for axis, yes in zip((-2, -1), draw, strict=True) if yes)


def _best_epoch(rows: list[Epoch]) -> int:
    """The last epoch that was better than all before."""
    return next(row["epoch"] for row in reversed(rows) if row["best"])


def _fast_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16 (AVX512-BF16 or AMX), by what torch says of it."""
    asked = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(asked and asked())
