"""The non-linear members of the default network: a correction of the linear skip from the same features.

Depthwise convolutions with dilations 1, 2, 4, 8, 16 see 31 cells in each direction, 93 km: the 36 km cell around a
cell and its neighbours. Between them all features of a cell are mixed. The last layer begins at zero, so that an
untrained network is its linear skip.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

DILATIONS = (1, 2, 4, 8, 16)
WIDTH = 16


class Fusion(nn.Module):
    """Features and masks of a batch -> correction, in units of the errors' standard deviation.

    Args:
        inputs: number of features and masks.
        width: channels within.
    """

    def __init__(self, inputs: int, width: int = WIDTH) -> None:
        super().__init__()
        self.enter = nn.Conv2d(inputs, width, 1)
        self.look = nn.ModuleList(nn.Conv2d(width, width, 3, dilation=d, groups=width) for d in DILATIONS)
        self.mix = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in DILATIONS)
        self.leave = nn.Conv2d(width, 1, 1)
        nn.init.zeros_(self.leave.weight)
        assert self.leave.bias is not None  # noqa: S101  (for mypy)
        nn.init.zeros_(self.leave.bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, H, W)."""
        hidden = functional.gelu(self.enter(inputs))
        for dilation, look, mix in zip(DILATIONS, self.look, self.mix, strict=True):
            seen = look(functional.pad(hidden, [dilation] * 4, mode="replicate"))
            hidden = hidden + mix(functional.gelu(seen))
        correction: Tensor = self.leave(hidden)[:, 0]
        return correction

    @property
    def weights(self) -> int:
        """Number of trainable weights, biases included."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)


def correction_loss(correction: Tensor, left: Tensor, weight: Tensor, level: float) -> Tensor:
    """Squared error within each image after its mean is taken off, plus a share of that of the mean.

    Args:
        correction: (B, H, W).
        left: what the linear skip leaves, (B, H, W), anything where the weight is 0.
        weight: (B, H, W), 0 where there is no target; larger where the product is less noisy.
        level: weight of the squared error of the mean.
    """
    error = torch.where(weight > 0, correction - left, torch.zeros(()))
    total = weight.sum(dim=(1, 2)).clamp_min(1e-6)
    mean = (weight * error).sum(dim=(1, 2)) / total
    spread = (weight * (error - mean[:, None, None]) ** 2).sum(dim=(1, 2)) / total
    return (spread + level * mean**2).mean()
