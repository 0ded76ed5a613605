"""Losses that networks are trained with, in m3/m3, over valid cells."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST_VARIANCE = 1e-14
"""Variances below this, (1e-7 m3/m3)^2, count as none: the square root has no gradient at 0."""


def ubrmse_loss(estimate: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Compute the unbiased RMSE of each image over its valid cells, then the mean over images.

    The loss of the SMEN paper, equation (2). A cell that is not valid takes no part and gets a gradient of exactly
    zero, whatever the target holds there, NaN included. An image with fewer than two valid cells has no deviation and
    does not count. A constant added to an image changes nothing: the level of a map has to come from elsewhere
    (`smen.methods.smen_cnn.level`).

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
    root = torch.sqrt(variance.clamp_min(LEAST_VARIANCE))
    return torch.where(usable, root, zero).sum() / usable.sum().clamp_min(1).to(estimate.dtype)


def rmse_loss(estimate: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Compute the root mean square error of each image over its valid cells, then the mean over images with any.

    SRCNN is trained with the mean square error (Dong et al. 2014, equation 4); its root here, so that losses are in
    m3/m3 and a wet date with large errors does not count for many others.

    Args:
        estimate: (B, H, W), m3/m3.
        target: (B, H, W), m3/m3, anything where not valid.
        valid: (B, H, W), bool.

    Returns:
        A scalar in m3/m3; 0 (with gradient 0) where no image counts.
    """
    zero = torch.zeros((), dtype=estimate.dtype, device=estimate.device)
    squares = torch.where(valid, estimate - torch.where(valid, target, zero), zero) ** 2
    count = valid.sum(dim=(1, 2))
    root = torch.sqrt((squares.sum(dim=(1, 2)) / count.clamp_min(1)).clamp_min(LEAST_VARIANCE))
    return torch.where(count > 0, root, zero).sum() / (count > 0).sum().clamp_min(1)
