"""Inputs and targets of many dates in memory, for training and validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from smen.methods.smen_cnn.interface import Inputs

if TYPE_CHECKING:
    from smen.methods.smen_cnn.inputs import InputBuilder


@dataclass(frozen=True)
class Batch:
    """All inputs and targets of a set of dates, in memory.

    Attributes:
        inputs: as `Inputs`, the first axis the dates.
        target: m3/m3, (n, H, W), NaN where missing.
    """

    inputs: Inputs
    target: torch.Tensor

    def __len__(self) -> int:
        """Number of dates."""
        return len(self.target)

    def to(self, device: torch.device) -> Batch:
        """Return the same batch on a device."""
        return Batch(self.inputs.to(device), self.target.to(device))

    @classmethod
    def concatenated(cls, parts: Sequence[Batch]) -> Batch:
        """Join batches, at least one, into one of all their dates."""
        inputs = Inputs.concatenated([part.inputs for part in parts])
        return cls(inputs, torch.cat([part.target for part in parts]))


def gather(builder: InputBuilder, inputs_of: Callable[[int], Inputs]) -> Batch | None:
    """Collect inputs and targets of all samples of a builder.

    Args:
        builder: of samples that all have a target.
        inputs_of: row of the samples -> its inputs, a batch of one; e.g. `builder.inputs`.

    Returns:
        One row per sample; None without samples.
    """
    rows = range(len(builder.samples))
    return Batch.concatenated([Batch(inputs_of(row), builder.target(row)) for row in rows]) if rows else None
