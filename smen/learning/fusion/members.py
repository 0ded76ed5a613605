"""Training of the ensemble's non-linear parts: each member has never seen one fold of the dates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.errors import DataError
from smen.learning.fusion.linear import LEVEL
from smen.learning.networks.fusion import Fusion, correction_loss
from smen.learning.training import Epoch, Training, learning_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


@dataclass(frozen=True)
class Lesson:
    """What members learn from, one entry per training date.

    Attributes:
        inputs: features over their scale, and masks, float32 (n, C, H, W).
        weight: of each cell's error, float32 (n, H, W), 0 where there is no target.
    """

    inputs: Tensor
    weight: Tensor


def weights_of(target: NDArray[np.floating], noise: NDArray[np.floating] | None) -> NDArray[np.float32]:
    """Weight of each cell of targets (n, H, W): the inverse of the variance that the product states, mean one.

    Half of the mean variance is added to each: what the product does not know of its own errors.
    """
    valid = np.isfinite(target)
    if noise is None or not (np.isfinite(noise) & valid).any():
        return np.asarray(valid, np.float32)
    variance = np.square(np.where(np.isfinite(noise), noise, np.nan).astype(np.float64))
    usual = float(np.nanmean(variance[valid]))
    weight = np.where(valid, 1 / (np.nan_to_num(variance, nan=usual) + 0.5 * usual + 1e-12), 0)
    return np.asarray(weight / weight[valid].mean(), np.float32)


def train_member(
    lesson: Lesson, left: Tensor, held: NDArray[np.int64], settings: Training, member: int
) -> tuple[Fusion, Tensor, list[Epoch]]:
    """Train one member on all dates but those held out, for a fixed number of epochs.

    Args:
        lesson: inputs and weights of all dates.
        left: what this member's linear skip leaves of the targets, in units of the errors, (n, H, W).
        held: dates held out.
        settings: of the training.
        member: which one, part of the seed.

    Returns:
        The network, its corrections of the dates held out (h, H, W), and its epochs.

    Raises:
        DataError: the loss is no number any more.
    """
    device = torch.device(settings.device)
    torch.manual_seed(settings.seed * 1009 + member)
    order = torch.Generator().manual_seed(settings.seed * 1009 + member)
    network = Fusion(lesson.inputs.shape[1]).to(device)
    shown = torch.from_numpy(np.setdiff1d(np.arange(len(left)), held))
    if not len(shown):
        shown = torch.arange(len(left))
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    rows: list[Epoch] = []
    for epoch in range(1, settings.epochs + 1):
        rate = learning_rate(settings, epoch)
        for group in optimiser.param_groups:
            group["lr"] = rate
        network.train()
        total = 0.0
        for index in torch.split(shown[torch.randperm(len(shown), generator=order)], settings.batch):
            part = [t[index].to(device) for t in (lesson.inputs, left, lesson.weight)]
            value = correction_loss(network(part[0]), part[1], part[2], LEVEL)
            optimiser.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += value.item() * len(index)
        if not math.isfinite(total):
            raise DataError(f"the training diverged in epoch {epoch}: set a smaller learning rate")
        rows.append(
            {"epoch": epoch, "train": math.sqrt(total / len(shown)), "validation": math.nan, "learning_rate": rate,
             "best": epoch == settings.epochs}
        )  # fmt: skip
    network.to("cpu").eval()
    with torch.inference_mode():
        out = [network(lesson.inputs[i : i + 1]) for i in held]
        found = torch.cat(out) if out else left[:0]
        if len(held):
            loss = correction_loss(found, left[held], lesson.weight[held], LEVEL).item()
            rows[-1]["validation"] = math.sqrt(loss)
    return network, found, rows
