"""An LSTM over each cell's own series of coarse values and residuals, without its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from smen.data.records import MISSING
from smen.errors import DataError
from smen.grid.bilinear import bilinear
from smen.methods.baselines.trained_network import NetworkBaseline
from smen.methods.interpolation import smooth
from smen.methods.smen_cnn.batches import Batch
from smen.methods.smen_cnn.interface import Inputs, Network
from smen.methods.smen_cnn.recipe import TrainingRecipe

if TYPE_CHECKING:
    from smen.data.records import Samples
    from smen.methods.smen_cnn.inputs import InputBuilder

WIDTH = 32
"""Hidden units."""

CELLS = 512
"""Cells that are drawn from each training date."""

CHANNELS = 6
"""Of a step: value, whether observed, age, whether a residual, the present coarse value, the mean residual."""


class Lstm(Network):
    """A long short-term memory (Hochreiter and Schmidhuber 1997) over each cell's steps, then a linear layer.

    The steps are the k residuals, then the m differences of earlier coarse values from the present one, each oldest
    first, and last the present. The estimate is the present coarse value plus the output of the last step; the linear
    layer begins at zero, so that an untrained network returns its coarse field.

    Args:
        history: k, number of residuals.
        past: m, number of earlier coarse fields.
    """

    def __init__(self, history: int, past: int) -> None:
        super().__init__(history)
        self.past = past
        self.memory = nn.LSTM(CHANNELS, WIDTH)
        self.output = nn.Linear(WIDTH, 1)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(self, inputs: Inputs) -> Tensor:
        """Estimate each cell by itself, (B, H, W).

        Args:
            inputs: as `LstmMethod.inputs` builds them, normalised.

        Raises:
            DataError: there are more or fewer frames than it was made for.
        """
        size, frames = inputs.coarse.shape, inputs.residual.shape[1]
        if frames != self.history + self.past:
            raise DataError(
                f"the LSTM was fitted on {self.history} residuals and {self.past} earlier coarse fields, and the "
                f"samples hold {frames} of both together: fit it on samples like these"
            )
        residuals, coarse = range(self.history), range(self.history, frames)
        steps = [
            self._step(inputs, inputs.residual[:, n], inputs.residual_valid[:, n], inputs.age[:, n], is_residual)
            for is_residual, numbers in ((1.0, residuals), (0.0, coarse))
            for n in reversed(numbers)
        ]
        now = torch.zeros_like(inputs.coarse)
        steps.append(self._step(inputs, now, inputs.coarse_valid, torch.zeros_like(inputs.age[:, 0]), 0.0))
        hidden, _ = self.memory(torch.stack(steps))
        change: Tensor = self.output(hidden[-1])
        return inputs.coarse + change.reshape(size)

    def _step(self, inputs: Inputs, value: Tensor, valid: Tensor, age: Tensor, is_residual: float) -> Tensor:
        """Return the channels of one step of all cells, (B H W, CHANNELS)."""
        log_age = torch.log1p(age)[:, None, None].expand_as(value)
        marker = torch.full_like(value, is_residual)
        channels = (value, valid.to(value.dtype), log_age, marker, inputs.coarse, inputs.climatology)
        return torch.stack(channels, dim=-1).reshape(-1, CHANNELS)


@dataclass
class LstmMethod(NetworkBaseline):
    """An LSTM over each cell's last m coarse values, interpolated, and k earlier residuals, with their ages."""

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
        """Return a network for as many residuals and earlier coarse fields as the samples hold."""
        return Lstm(samples.fine_history.shape[1], samples.coarse_history.shape[1])

    def inputs(self, builder: InputBuilder, row: int, *, leave_out: bool = False) -> Inputs:
        """Build inputs in which earlier coarse values follow the residuals, as differences from the present one.

        Both are normalised; a missing residual is the mean residual, a missing coarse value a difference of 0.

        Args:
            builder: of the paper's network's inputs, and of the samples.
            row: index into the samples.
            leave_out: whether to leave the row's own target out of the climatology.

        Returns:
            A batch of one, with k + m frames.
        """
        fields, samples, norm = builder.fields, builder.samples, builder.normalisation
        present = builder.inputs(row, leave_out=leave_out)
        filled = np.asarray(present.coarse[0].numpy() * norm.coarse_std + norm.coarse_mean, np.float32)
        now = bilinear(fields.window.cell_means(filled, fields.coarse_grid), fields.window, fields.coarse_grid)
        past = np.full((samples.coarse_history.shape[1], *now.shape), np.nan, np.float32)
        age = np.zeros(len(past), np.float32)
        for step, index in enumerate(samples.coarse_history[row]):
            if index != MISSING:
                past[step] = (smooth(fields.coarse[index], fields) - now) / norm.coarse_std
                age[step] = (samples.time[row] - fields.coarse_time[index]) / np.timedelta64(1, "D")
        difference = torch.from_numpy(past)[None]
        return Inputs(
            coarse=torch.from_numpy((now - norm.coarse_mean) / norm.coarse_std)[None],
            coarse_valid=present.coarse_valid,
            residual=torch.cat([present.residual, torch.nan_to_num(difference)], dim=1),
            residual_valid=torch.cat([present.residual_valid, torch.isfinite(difference)], dim=1),
            age=torch.cat([present.age, torch.from_numpy(age)[None]], dim=1),
            climatology=present.climatology,
        )

    def batch(self, builder: InputBuilder, leave_out: bool) -> Batch | None:
        """Draw the same number of cells from each date, once, laid out as a map of one column.

        Args:
            builder: of samples that all have a target.
            leave_out: whether to leave each date's own target out of the climatology.

        Returns:
            One row per date with a valid target cell, (n, CELLS, 1); None without any.
        """
        random = np.random.default_rng(self.training.seed)
        parts = []
        for row in range(len(builder.samples)):
            target = builder.target(row).reshape(-1)
            valid = np.flatnonzero(np.isfinite(target.numpy()))
            if not valid.size:
                continue
            drawn = torch.from_numpy(random.choice(valid, CELLS, replace=len(valid) < CELLS))
            whole = self.inputs(builder, row, leave_out=leave_out)
            inputs = Inputs(*(t if t.ndim < 3 else t.flatten(-2)[..., drawn, None] for t in whole))
            parts.append(Batch(inputs, target[drawn][None, :, None]))
        return Batch.concatenated(parts) if parts else None
