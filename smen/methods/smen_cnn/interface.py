"""Inputs and outputs of every network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Inputs(NamedTuple):
    """A batch of B overpasses, missing values already filled (`smen.data.fill`), normalised.

    Attributes:
        coarse: I(t), float (B, H, W).
        coarse_valid: where I(t) was observed, bool (B, H, W).
        residual: D = J - I of the k earlier fine fields, newest first, float (B, k, H, W).
        residual_valid: where they were observed, bool (B, k, H, W).
        age: days from each of them to t, float (B, k); 0 where a frame is missing.
        climatology: mean residual of the training dates, float (B, H, W).
    """

    coarse: Tensor
    coarse_valid: Tensor
    residual: Tensor
    residual_valid: Tensor
    age: Tensor
    climatology: Tensor

    @classmethod
    def concatenated(cls, batches: Sequence[Inputs]) -> Inputs:
        """Join batches, at least one, into one batch of all their overpasses."""
        return cls(*(torch.cat(parts) for parts in zip(*batches, strict=True)))

    def to(self, device: torch.device) -> Inputs:
        """Return the same batch on a device."""
        return Inputs(*(t.to(device) for t in self))

    def rows(self, index: Tensor) -> Inputs:
        """Return some overpasses of the batch, by their indices, int64 (n,), on the batch's device."""
        return Inputs(*(t[index] for t in self))

    def flipped(self, axes: tuple[int, ...]) -> Inputs:
        """Return the batch mirrored along some of the last two axes (-2: north-south, -1: east-west)."""
        return Inputs(*(t if t.ndim < 3 or not axes else torch.flip(t, axes) for t in self))


Estimator = Callable[[Inputs], Tensor]
"""`Inputs` of a batch -> normalised estimates (B, H, W), in the units of the coarse input."""


class Network(nn.Module, ABC):
    """Base of all networks: `Inputs` of a batch -> estimates (B, H, W) in the units of the coarse input.

    Attributes:
        history: k, how many earlier residuals the network receives.
        fused: whether training may use a faster computation of the same sums, where the network has one.
    """

    def __init__(self, history: int) -> None:
        super().__init__()
        self.history = history
        self.fused = False

    @abstractmethod
    def forward(self, inputs: Inputs) -> Tensor:
        """Estimate the fine fields."""

    def for_inference(self, dtype: torch.dtype = torch.float32) -> Estimator:
        """Prepare the trained network for many maps: evaluation mode, no derivatives.

        Args:
            dtype: of the convolutions: its own, or bfloat16 where the processor is faster in it.

        Returns:
            A callable, valid until the weights change.
        """
        self.eval()

        def estimate(inputs: Inputs) -> Tensor:
            half = dtype == torch.bfloat16
            device = inputs.coarse.device.type
            with torch.no_grad(), torch.autocast(device, torch.bfloat16) if half else nullcontext():
                estimates: Tensor = self(inputs)
            return estimates

        return estimate

    @property
    def weights(self) -> int:
        """Number of trainable weights, biases included."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)
