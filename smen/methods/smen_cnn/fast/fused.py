"""The paper's network in training mode: the same sums with less traffic between processor and memory.

On a CPU that multiplies in bfloat16 the convolutions of a training step are no longer what takes the time; ReLU and
batch normalisation are, because each of their steps reads and writes all features once more. Here

- the normalisation a y + b of a layer's output y = relu(z) is not carried out: a is multiplied into the weights of the
  next convolution, and b becomes a bias that depends only on how near the edge a cell lies (`padding`);
- a convolution over two frames is two over one, of the earlier and the later frames: both are parts of the same array,
  and nothing is copied to lay frames side by side. The second adds to the first and applies ReLU as it writes
  (`convolutions`);
- the sums that a and b need are one loop over the features, the gradient of normalisation and ReLU another (`kernels`).

Estimates and gradients agree with the plain path but for rounding; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from smen.methods.smen_cnn.fast.batch_norm import BatchStatistics, batch_statistics, batch_statistics_backward
from smen.methods.smen_cnn.fast.convolutions import (
    channels_last_weight,
    convolve,
    convolve_backward,
    convolve_backward_weight,
    convolve_relu,
    one_channel,
)
from smen.methods.smen_cnn.fast.kernels import accumulator_dtype, channel_sums, relu_backward, scale_shift_add
from smen.methods.smen_cnn.fast.padding import PaddingBias, bias_by_class, bias_by_class_backward
from smen.methods.smen_cnn.layers import (
    SmenLayers,
    bias_of,
    conv_and_norm,
    convolve_coarse,
    convolve_two_frames_relu,
    frame_pairs,
)


def fused_forward(network: SmenLayers, coarse: Tensor, residual: Tensor, dtype: torch.dtype) -> Tensor:
    """Compute what `Smen.forward` computes in training mode.

    Running means and variances are updated as batch normalisation does.

    Args:
        network: with f; ReLU before the normalisation, zeros beyond the edge.
        coarse: (B, H, W), with two rows and columns at least.
        residual: (B, 4, H, W), newest first.
        dtype: of the convolutions.

    Returns:
        Estimates, float32 or wider, (B, H, W). They can be backpropagated through once.
    """
    estimate = _FusedNetwork.apply(network, coarse, residual, dtype, *network.parameters())  # type: ignore[no-untyped-call]
    assert isinstance(estimate, Tensor)  # noqa: S101  (torch does not type it)
    return estimate


class _FusedNetwork(torch.autograd.Function):
    """The whole network as one function of its weights."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  (torch gives it no type)
        network: SmenLayers,
        coarse: Tensor,
        residual: Tensor,
        dtype: torch.dtype,
        *_: Tensor,
    ) -> Tensor:
        layers: list[_LayerOutput] = []
        for conv, norm in map(conv_and_norm, network.f):
            layers.append(_next_layer(layers[-1], conv, norm) if layers else _first_layer(conv, norm, residual, dtype))
        last, image = layers[-1], one_channel(coarse, dtype)
        total = torch.zeros_like(last.y) if network.streams == "temporal" else convolve_coarse(network.g, image)
        scale_shift_add(last.y, total, last.statistics.scale, last.statistics.shift)
        weight = channels_last_weight(network.h.weight[:, :, 0], dtype)
        ctx.kept = network, layers, image, total, weight
        return convolve(total, weight)[:, 0].to(accumulator_dtype(dtype)) + bias_of(network.h)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        if ctx.kept is None:
            raise RuntimeError("the fused network can be backpropagated through once: its features are overwritten")
        (network, layers, image, total, weight), ctx.kept = ctx.kept, None
        weight_gradients: dict[Tensor, Tensor] = {}
        by_estimate = one_channel(gradients[0], total.dtype)
        weight_gradients[network.h.bias] = gradients[0].sum().reshape(1)
        by_total, by_weight = convolve_backward(by_estimate, total, weight)
        weight_gradients[network.h.weight] = by_weight[:, :, None]
        by_shift, by_scale = channel_sums(by_total, layers[-1].y)
        if network.streams != "temporal":
            g = channels_last_weight(network.g.weight[:, :, 0], image.dtype)
            weight_gradients[network.g.weight] = convolve_backward_weight(by_total, image, g)[:, :, None]
            weight_gradients[network.g.bias] = by_shift
        upstream = UpstreamGradient(by_total, None, layers[-1].statistics.scale, by_scale, by_shift)
        for layer in reversed(layers):
            upstream = _layer_backward(layer, upstream, weight_gradients)
        return (None,) * 4 + tuple(weight_gradients[p].to(p.dtype) for p in network.parameters())


@dataclass
class _LayerOutput:
    """What a layer of f computed: y = relu(conv(features)), to be normalised by the layer that follows.

    Attributes:
        conv: its convolution.
        norm: its normalisation.
        features: what was convolved, channels last: frame pairs (the first layer), or the earlier and the later frames
            of the layer before, one part for each of `weights`.
        weights: of the convolution, the normalisation before it multiplied in.
        before: the layer before; None for the first.
        y: features of its frames, oldest first, (T * B, 32, H, W).
        frames: T.
        statistics: of y.
    """

    conv: nn.Conv3d
    norm: nn.BatchNorm3d
    features: tuple[Tensor, ...]
    weights: tuple[Tensor, ...]
    before: _LayerOutput | None
    y: Tensor
    frames: int
    statistics: BatchStatistics


@dataclass
class UpstreamGradient:
    """Gradients of the loss that reach a layer from the one after it.

    Attributes:
        earlier: of all its frames but the last, ((T - 1) * B, 32, H, W); of all T of them without `later`.
        later: of all its frames but the first, ((T - 1) * B, 32, H, W), or None.
        gain: gain * (earlier + later) is the gradient by y with its statistics held fixed, (32,).
        by_scale: by the scale of its normalisation, (32,).
        by_shift: by the shift of its normalisation, (32,).
    """

    earlier: Tensor
    later: Tensor | None
    gain: Tensor
    by_scale: Tensor
    by_shift: Tensor


def _first_layer(conv: nn.Conv3d, norm: nn.BatchNorm3d, residual: Tensor, dtype: torch.dtype) -> _LayerOutput:
    """Compute the first layer of f from the residuals."""
    pairs = frame_pairs(residual, dtype)
    weight = channels_last_weight(conv.weight[:, 0], dtype)
    y = convolve_relu(pairs, weight, bias_of(conv).to(dtype))
    return _LayerOutput(conv, norm, (pairs,), (weight,), None, y, len(y) // len(residual), batch_statistics(y, norm))


def _next_layer(before: _LayerOutput, conv: nn.Conv3d, norm: nn.BatchNorm3d) -> _LayerOutput:
    """Compute a layer of f from the one before, whose normalisation is multiplied into the weights."""
    batch, dtype = len(before.y) // before.frames, before.y.dtype
    scale, shift = before.statistics.scale, before.statistics.shift
    features = before.y[:-batch], before.y[batch:]
    scaled = conv.weight * scale[:, None, None, None]
    weights = channels_last_weight(scaled[:, :, 0], dtype), channels_last_weight(scaled[:, :, 1], dtype)
    bias = PaddingBias(bias_by_class(conv.weight.sum(2), shift, bias_of(conv)), dtype)
    y = convolve_two_frames_relu(features, weights, bias)
    return _LayerOutput(conv, norm, features, weights, before, y, before.frames - 1, batch_statistics(y, norm))


def _layer_backward(
    layer: _LayerOutput, upstream: UpstreamGradient, weight_gradients: dict[Tensor, Tensor]
) -> UpstreamGradient:
    """Backpropagate through one layer: store its weight gradients and return the gradient for the preceding layer.

    The first layer, which only data precede, returns the gradient that it received. `layer.y` is overwritten.
    """
    by_norm_weight, constant, slope = batch_statistics_backward(layer.statistics, upstream.by_scale, upstream.by_shift)
    weight_gradients[layer.norm.weight], weight_gradients[layer.norm.bias] = by_norm_weight, upstream.by_shift
    by_class = relu_backward(layer.y, upstream.earlier, upstream.later, layer.frames, constant, slope, upstream.gain)
    bias, by_z = bias_of(layer.conv), layer.y  # overwritten by the gradient
    if layer.before is None:
        by_weight = convolve_backward_weight(by_z, layer.features[0], layer.weights[0])
        weight_gradients[layer.conv.weight], weight_gradients[bias] = by_weight[:, None], by_class.sum(0)
        return upstream
    (earlier, by_first), (later, by_second) = (
        convolve_backward(by_z, part, weight) for part, weight in zip(layer.features, layer.weights, strict=True)
    )
    weight, statistics = layer.conv.weight, layer.before.statistics
    by_scaled = torch.stack([by_first, by_second], dim=2).to(weight.dtype)
    by_summed, by_shift, weight_gradients[bias] = bias_by_class_backward(by_class, weight.sum(2), statistics.shift)
    weight_gradients[weight] = by_scaled * statistics.scale[:, None, None, None] + by_summed[:, :, None]
    by_scale = (by_scaled * weight).sum((0, 2, 3, 4))
    return UpstreamGradient(earlier, later, torch.ones_like(statistics.scale), by_scale, by_shift)
