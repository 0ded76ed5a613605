"""The state of a training between two epochs: all that it needs to go on."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from smen.methods.protocol import Epoch
    from smen.methods.smen_cnn.interface import Network
    from smen.methods.smen_cnn.recipe import TrainingRecipe


@dataclass
class TrainingState:
    """Network, optimiser and history of a training; `TrainingCheckpoint` writes it.

    Attributes:
        network: in training, on the device of the training.
        optimiser: Adam with its moments.
        order: random numbers that decide the order of dates and the flips.
        rows: the epochs done.
        best_loss: least validation loss so far, m3/m3.
        best_weights: the network's weights and buffers at that loss; those of the last epoch without validation.
    """

    network: Network
    optimiser: torch.optim.Optimizer
    order: torch.Generator
    best_weights: dict[str, Tensor]
    rows: list[Epoch] = field(default_factory=list)
    best_loss: float = math.inf

    @classmethod
    def start(cls, network: Network, recipe: TrainingRecipe) -> TrainingState:
        """Return the state before the first epoch.

        Args:
            network: on the device of the training.
            recipe: its learning rate and seed are used.
        """
        order = torch.Generator().manual_seed(recipe.seed)
        optimiser = torch.optim.Adam(network.parameters(), lr=recipe.learning_rate, fused=True)
        return cls(network, optimiser, order, copy.deepcopy(network.state_dict()))

    def record(self, row: Epoch) -> None:
        """Append an epoch to the history; keep the network's weights if it is the best so far."""
        self.rows.append(row)
        if row["best"]:
            self.best_loss, self.best_weights = row["validation"], copy.deepcopy(self.network.state_dict())

    @property
    def best_epoch(self) -> int:
        """The last epoch that improved the validation loss; 0 if none did."""
        return next((row["epoch"] for row in reversed(self.rows) if row["best"]), 0)

    def as_dict(self) -> dict[str, Any]:
        """Return the state as tensors, numbers and lists, which torch writes without pickling code."""
        return {
            "epoch": len(self.rows),
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "order": self.order.get_state(),
            "rows": self.rows,
            "best_loss": self.best_loss,
            "best_weights": self.best_weights,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over a state that `as_dict` returned."""
        self.network.load_state_dict(saved["network"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.order.set_state(saved["order"])
        self.rows, self.best_loss, self.best_weights = saved["rows"], saved["best_loss"], saved["best_weights"]
