"""The paper's network in training: the same sums in fewer passes over the memory.

On a CPU that multiplies in bfloat16 the convolutions of a training step are no longer what takes the time; ReLU and
batch normalisation are, because each of their steps reads and writes all features once more. Here

- the normalisation a y + b of a block's output y = relu(z) is not carried out: a goes into the weights of the next
  convolution, and what b adds depends only on how near the edge a cell lies (`edge`);
- a convolution over two frames is two over one, of the earlier and the later frames: both are parts of the same array,
  and nothing is copied to lay frames side by side. The second adds to the first and cuts off at zero as it writes
  (`convolutions`);
- the sums that a and b need are one pass, the way back through normalisation and ReLU another (`kernels`).

Forward and backward agree with the plain path but for rounding; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from smen.methods.smen_cnn.blocks import Parts, bias_of, layers, over_two_frames, paired, spatial
from smen.methods.smen_cnn.fast.convolutions import (
    convolve,
    convolve_backward,
    convolve_backward_weight,
    convolve_relu,
    kernel,
    one_channel,
)
from smen.methods.smen_cnn.fast.kernels import join, moments, rectifier_backward, wide
from smen.methods.smen_cnn.fast.padding import Edge, additions, additions_backward


def fused_pass(network: Parts, coarse: Tensor, residual: Tensor, kind: torch.dtype) -> Tensor:
    """What `Smen.forward` gives in training mode.

    Running means and variances are updated as batch normalisation does.

    Args:
        network: with f; ReLU before the normalisation, zeros beyond the edge.
        coarse: (B, H, W), with two rows and columns at least.
        residual: (B, 4, H, W), newest first.
        kind: number format of the convolutions.

    Returns:
        Estimates, float32 or wider, (B, H, W). Their derivatives can be asked for once.
    """
    estimate = _Pass.apply(network, coarse, residual, kind, *network.parameters())  # type: ignore[no-untyped-call]
    assert isinstance(estimate, Tensor)  # noqa: S101  (torch does not type it)
    return estimate


class _Pass(torch.autograd.Function):
    """The whole network, with derivatives by its weights."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  (torch gives it no type)
        network: Parts,
        coarse: Tensor,
        residual: Tensor,
        kind: torch.dtype,
        *_: Tensor,
    ) -> Tensor:
        blocks: list[_Block] = []
        for conv, norm in map(layers, network.f):
            blocks.append(_following(blocks[-1], conv, norm) if blocks else _first(conv, norm, residual, kind))
        last, image = blocks[-1], one_channel(coarse, kind)
        joined = torch.zeros_like(last.y) if network.streams == "temporal" else spatial(network.g, image)
        join(last.y, joined, last.statistics.scale, last.statistics.shift)
        weight = kernel(network.h.weight[:, :, 0], kind)
        ctx.kept = network, blocks, image, joined, weight
        return convolve(joined, weight)[:, 0].to(wide(kind)) + bias_of(network.h)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        if ctx.kept is None:
            raise RuntimeError("derivatives of a fused pass can be asked for once: their features are overwritten")
        (network, blocks, image, joined, weight), ctx.kept = ctx.kept, None
        found: dict[Tensor, Tensor] = {}
        by_estimate = one_channel(gradients[0], joined.dtype)
        found[network.h.bias] = gradients[0].sum().reshape(1)
        by_joined, by_weight = convolve_backward(by_estimate, joined, weight)
        found[network.h.weight] = by_weight[:, :, None]
        by_shift, by_scale = moments(by_joined, blocks[-1].y)
        if network.streams != "temporal":
            g = kernel(network.g.weight[:, :, 0], image.dtype)
            found[network.g.weight] = convolve_backward_weight(by_joined, image, g)[:, :, None]
            found[network.g.bias] = by_shift
        behind = _Behind(by_joined, None, blocks[-1].statistics.scale, by_scale, by_shift)
        for block in reversed(blocks):
            behind = _block_backward(block, behind, found)
        return (None,) * 4 + tuple(found[p].to(p.dtype) for p in network.parameters())


@dataclass
class _Block:
    """A block of f that was passed: y = relu(conv(features)), normalised only by what comes next.

    Attributes:
        conv: its layer.
        norm: its layer.
        features: what its convolution was given, channels last: two frames side by side (the first block), or the
            earlier and the later frames of the block before, one part for each of `weights`.
        weights: by which they were convolved, the normalisation before them included.
        before: the block before.
        y: features of its frames, oldest first, (T * B, 32, H, W).
        frames: T.
        statistics: of y.
    """

    conv: nn.Conv3d
    norm: nn.BatchNorm3d
    features: tuple[Tensor, ...]
    weights: tuple[Tensor, ...]
    before: _Block | None
    y: Tensor
    frames: int
    statistics: _Statistics


@dataclass
class _Statistics:
    """What normalises features, each (32,): scale y + shift, of which `norm.weight` (y - mean) rate is a part."""

    number: int
    mean: Tensor
    rate: Tensor
    scale: Tensor
    shift: Tensor


@dataclass
class _Behind:
    """Derivatives by what a block made: of its y, gain (earlier + later), and by its scale and shift."""

    earlier: Tensor
    later: Tensor | None
    gain: Tensor
    by_scale: Tensor
    by_shift: Tensor


def _first(conv: nn.Conv3d, norm: nn.BatchNorm3d, residual: Tensor, kind: torch.dtype) -> _Block:
    pairs = paired(residual, kind)
    weight = kernel(conv.weight[:, 0], kind)
    y = convolve_relu(pairs, weight, bias_of(conv).to(kind))
    return _Block(conv, norm, (pairs,), (weight,), None, y, len(y) // len(residual), _statistics(y, norm))


def _following(before: _Block, conv: nn.Conv3d, norm: nn.BatchNorm3d) -> _Block:
    batch, kind = len(before.y) // before.frames, before.y.dtype
    scale, shift = before.statistics.scale, before.statistics.shift
    features = before.y[:-batch], before.y[batch:]
    scaled = conv.weight * scale[:, None, None, None]
    weights = kernel(scaled[:, :, 0], kind), kernel(scaled[:, :, 1], kind)
    edge = Edge(additions(conv.weight.sum(2), shift, bias_of(conv)), kind)
    y = over_two_frames(features, weights, edge)
    return _Block(conv, norm, features, weights, before, y, before.frames - 1, _statistics(y, norm))


def _block_backward(block: _Block, behind: _Behind, found: dict[Tensor, Tensor]) -> _Behind:
    """Put derivatives by the block's weights into `found`; what is behind the block before is given back.

    The first block, before which there are data alone, gives back what it was given.
    """
    constant, slope = _statistics_backward(block, behind, found)
    by_class = rectifier_backward(block.y, behind.earlier, behind.later, block.frames, constant, slope, behind.gain)
    bias, by_z = bias_of(block.conv), block.y  # overwritten by now
    if block.before is None:
        by_weight = convolve_backward_weight(by_z, block.features[0], block.weights[0])
        found[block.conv.weight], found[bias] = by_weight[:, None], by_class.sum(0)
        return behind
    (earlier, first), (later, second) = (
        convolve_backward(by_z, part, weight) for part, weight in zip(block.features, block.weights, strict=True)
    )
    weight, scale = block.conv.weight, block.before.statistics.scale
    by_scaled = torch.stack([first, second], dim=2).to(weight.dtype)
    summed, by_shift, found[bias] = additions_backward(by_class, weight.sum(2), block.before.statistics.shift)
    found[weight] = by_scaled * scale[:, None, None, None] + summed[:, :, None]
    by_scale = (by_scaled * weight).sum((0, 2, 3, 4))
    return _Behind(earlier, later, torch.ones_like(scale), by_scale, by_shift)


def _statistics(y: Tensor, norm: nn.BatchNorm3d) -> _Statistics:
    """Of features; running means and variances are updated as `nn.BatchNorm3d` does in training mode."""
    number = y.numel() // norm.num_features
    mean, square = moments(y, y) / number
    variance = square - mean * mean
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101  (they are tracked)
    assert norm.num_batches_tracked is not None and norm.momentum is not None  # noqa: S101
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance * (number / max(number - 1, 1)), norm.momentum)
    norm.num_batches_tracked += 1
    rate = torch.rsqrt(variance + norm.eps)
    scale = norm.weight * rate
    return _Statistics(number, mean, rate, scale, norm.bias - scale * mean)


def _statistics_backward(block: _Block, behind: _Behind, found: dict[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Derivatives by the normalisation's weights, put into `found`, and by y through its statistics.

    Returns:
        Constant and slope of the latter, constant + slope y, (32,) each.
    """
    s = block.statistics
    by_scale = behind.by_scale - behind.by_shift * s.mean  # shift = bias - scale mean, scale = weight rate
    by_variance = -0.5 * s.rate * s.rate * s.scale * by_scale  # rate = (variance + eps)^(-1/2)
    by_mean = -behind.by_shift * s.scale - 2 * s.mean * by_variance  # variance = mean of y^2 - mean^2
    found[block.norm.weight], found[block.norm.bias] = by_scale * s.rate, behind.by_shift
    return by_mean / s.number, 2 * by_variance / s.number
