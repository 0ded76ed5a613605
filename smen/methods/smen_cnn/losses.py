"""The paper's loss."""

from __future__ import annotations

import torch
from torch import Tensor

TINY = 1e-14
"""Variances below this, (1e-7 m3/m3)^2, count as none: the square root has no gradient at 0."""


def ubrmse_loss(estimate: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Unbiased RMSE of each image over its valid cells, then the mean over images: equation (2) of the paper.

    A cell that is not valid has no part in it and gets a gradient of exactly zero, whatever it holds, NaN
    included. An image with fewer than two valid cells has no spread and does not count. A constant added to an
    image changes nothing: the level of a map has to come from elsewhere (`smen.methods.smen_cnn.level`).

    Args:
        estimate: (B, H, W), m3/m3.
        target: (B, H, W), m3/m3, anything where not valid.
        valid: (B, H, W), bool.

    Returns:
        A scalar in m3/m3; 0 (with gradient 0) where no image counts.
    """
    zero = torch.zeros((), dtype=estimate.dtype, device=estimate.device)
    error = torch.where(valid, estimate, zero) - torch.where(valid, target, zero)
    count = valid.sum(dim=(1, 2))
    usable = count >= 2
    number = count.clamp_min(1).to(estimate.dtype)
    mean = error.sum(dim=(1, 2)) / number
    anomaly = torch.where(valid, error - mean[:, None, None], zero)
    variance = (anomaly**2).sum(dim=(1, 2)) / number
    root = torch.sqrt(variance.clamp_min(TINY))
    return torch.where(usable, root, zero).sum() / usable.sum().clamp_min(1).to(estimate.dtype)
