"""An LSTM along each cell's own past: what it saw of coarse fields and of residuals, without any neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from smen.data.records import MISSING
from smen.errors import DataError
from smen.grid.bilinear import bilinear
from smen.methods.baselines.trained_network import TrainedMethod
from smen.methods.interpolation import smooth
from smen.methods.smen_cnn.inputs import Batch
from smen.methods.smen_cnn.interface import Inputs, Network
from smen.methods.smen_cnn.recipe import TrainingRecipe

if TYPE_CHECKING:
    from smen.data.records import Samples
    from smen.methods.smen_cnn.inputs import InputBuilder

WIDTH = 32
CELLS = 512
"""Cells that are drawn from each training date."""

CHANNELS = 6
"""Of a step: value, observed or not, age, residual or not, the present coarse value, the mean residual."""


class Lstm(Network):
    """A long short-term memory (Hochreiter and Schmidhuber 1997) over each cell's steps, then a linear layer.

    The steps are the k residuals, then the m departures of earlier coarse values from the present one, each oldest
    first, and last the present. The estimate is the present coarse value plus what the last step gives; the linear
    layer begins at zero, so that an untrained network is its coarse field.

    Args:
        history: k.
        past: m.
    """

    def __init__(self, history: int, past: int) -> None:
        super().__init__(history)
        self.past = past
        self.memory = nn.LSTM(CHANNELS, WIDTH)
        self.leave = nn.Linear(WIDTH, 1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, inputs: Inputs) -> Tensor:
        """Of `LstmMethod.inputs`: (B, H, W), each cell by itself.

        Raises:
            DataError: there are more or fewer frames than it was made for.
        """
        size, frames = inputs.coarse.shape, inputs.residual.shape[1]
        if frames != self.history + self.past:
            raise DataError(
                f"the LSTM was fitted on {self.history} residuals and {self.past} earlier coarse fields, and the "
                f"samples hold {frames} of both together: fit it on samples like these"
            )
        steps = [
            self._step(inputs, inputs.residual[:, n], inputs.residual_valid[:, n], inputs.age[:, n], kind)
            for kind, numbers in ((1.0, range(self.history)), (0.0, range(self.history, self.history + self.past)))
            for n in reversed(numbers)
        ]
        now = torch.zeros_like(inputs.coarse)
        steps.append(self._step(inputs, now, inputs.coarse_valid, torch.zeros_like(inputs.age[:, 0]), 0.0))
        hidden, _ = self.memory(torch.stack(steps))
        change: Tensor = self.leave(hidden[-1])
        return inputs.coarse + change.reshape(size)

    def _step(self, inputs: Inputs, value: Tensor, valid: Tensor, age: Tensor, kind: float) -> Tensor:
        """One step of all cells, (B H W, CHANNELS)."""
        aged = torch.log1p(age)[:, None, None].expand_as(value)
        channels = (value, valid.to(value.dtype), aged, torch.full_like(value, kind), inputs.coarse, inputs.climatology)
        return torch.stack(channels, dim=-1).reshape(-1, CHANNELS)


@dataclass
class LstmMethod(TrainedMethod):
    """An LSTM of the last m coarse values, interpolated, and the k past residuals of each cell, with their ages."""

    name: str = "lstm"

    @classmethod
    def seeded(cls, seed: int, threads: int) -> LstmMethod:
        """Make one with the recipe of the comparisons.

        Args:
            seed: of weights and order of dates.
            threads: processor threads of the training.
        """
        return cls(TrainingRecipe(learning_rate=3e-3, seed=seed, threads=threads))

    def network(self, samples: Samples) -> Network:
        """For as many residuals and coarse fields as the samples hold."""
        return Lstm(samples.fine_history.shape[1], samples.coarse_history.shape[1])

    def inputs(self, builder: InputBuilder, row: int, *, leave_out: bool = False) -> Inputs:
        """The earlier coarse values stand behind the residuals, as departures from the present one.

        Both are without a unit; a missing one is the mean residual, or a departure of 0.
        """
        fields, samples, norm = builder.fields, builder.samples, builder.normalisation
        present = builder.inputs(row, leave_out=leave_out)
        filled = np.asarray(present.coarse[0].numpy() * norm.spread + norm.mean, np.float32)
        now = bilinear(fields.window.cell_means(filled, fields.coarse_grid), fields.window, fields.coarse_grid)
        past = np.full((samples.coarse_history.shape[1], *now.shape), np.nan, np.float32)
        age = np.zeros(len(past), np.float32)
        for step, index in enumerate(samples.coarse_history[row]):
            if index != MISSING:
                past[step] = (smooth(fields.coarse[index], fields) - now) / norm.spread
                age[step] = (samples.time[row] - fields.coarse_time[index]) / np.timedelta64(1, "D")
        departure = torch.from_numpy(past)[None]
        return Inputs(
            coarse=torch.from_numpy((now - norm.mean) / norm.spread)[None],
            coarse_valid=present.coarse_valid,
            residual=torch.cat([present.residual, torch.nan_to_num(departure)], dim=1),
            residual_valid=torch.cat([present.residual_valid, torch.isfinite(departure)], dim=1),
            age=torch.cat([present.age, torch.from_numpy(age)[None]], dim=1),
            climatology=present.climatology,
        )

    def batch(self, builder: InputBuilder, *, leave_out: bool) -> Batch | None:
        """As many cells of each date, drawn at random once, in the shape of a map of one column."""
        random = np.random.default_rng(self.training.seed)
        inputs, targets = [], []
        for row in range(len(builder.samples)):
            target = builder.target(row).reshape(-1)
            valid = np.flatnonzero(np.isfinite(target.numpy()))
            if not valid.size:
                continue
            drawn = torch.from_numpy(random.choice(valid, CELLS, replace=len(valid) < CELLS))
            made = self.inputs(builder, row, leave_out=leave_out)
            inputs.append(Inputs(*(t if t.ndim < 3 else t.flatten(-2)[..., drawn, None] for t in made)))
            targets.append(target[drawn][None, :, None])
        if not inputs:
            return None
        return Batch(Inputs(*(torch.cat(parts) for parts in zip(*inputs, strict=True))), torch.cat(targets))
