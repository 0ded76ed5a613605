"""Batch normalisation as one factor and one summand per channel, from two sums over the features."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from smen.methods.smen_cnn.fast.kernels import channel_sums


@dataclass(frozen=True)
class BatchStatistics:
    """Statistics of features y and the normalisation scale * y + shift that follows from them; tensors are (32,).

    Attributes:
        number: of values per channel, images times cells.
        mean: of y.
        rate: 1 / sqrt(variance + eps).
        scale: weight * rate.
        shift: bias - scale * mean.
    """

    number: int
    mean: Tensor
    rate: Tensor
    scale: Tensor
    shift: Tensor


def batch_statistics(y: Tensor, norm: nn.BatchNorm3d) -> BatchStatistics:
    """Compute the normalisation of a batch; running statistics are updated as `nn.BatchNorm3d` does in training mode.

    Args:
        y: features, (N, 32, H, W), channels last.
        norm: the normalisation's weights and running statistics; the latter are changed.
    """
    number = y.numel() // norm.num_features
    mean, square = channel_sums(y, y) / number
    variance = square - mean * mean
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101  (they are tracked)
    assert norm.num_batches_tracked is not None and norm.momentum is not None  # noqa: S101
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance * (number / max(number - 1, 1)), norm.momentum)
    norm.num_batches_tracked += 1
    rate = torch.rsqrt(variance + norm.eps)
    scale = norm.weight * rate
    return BatchStatistics(number, mean, rate, scale, norm.bias - scale * mean)


def batch_statistics_backward(
    statistics: BatchStatistics, by_scale: Tensor, by_shift: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Backpropagate through `batch_statistics`.

    Args:
        statistics: as it returned them.
        by_scale: gradient of the loss by the scale, (32,).
        by_shift: gradient of the loss by the shift, (32,).

    Returns:
        The gradient by the normalisation's weight (that by its bias is `by_shift`); constant and slope of the gradient
        by y through its statistics, constant + slope * y. Each (32,).
    """
    s = statistics
    by_scale = by_scale - by_shift * s.mean  # shift = bias - scale mean, scale = weight rate
    by_variance = -0.5 * s.rate * s.rate * s.scale * by_scale  # rate = (variance + eps)^(-1/2)
    by_mean = -by_shift * s.scale - 2 * s.mean * by_variance  # variance = mean of y^2 - mean^2
    return by_scale * s.rate, by_mean / s.number, 2 * by_variance / s.number
