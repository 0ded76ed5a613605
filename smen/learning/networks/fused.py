"""The paper's network in training, with each activation and normalisation fused: the same sums in fewer passes.

On a CPU that multiplies in bfloat16 the convolutions of a training step are no longer what takes the time; ReLU and
batch normalisation are, because each of their steps reads and writes all features once more. Here

- the normalisation a y + b of a block's output y = relu(z) is not carried out at all, but multiplied into the weights
  of the next convolution; beyond the window's edge, where the normalised features are zero, stands y = -b / a;
- y is written once, into the buffer that the next convolution reads: padded, the two frames of each pair side by side;
- the sums that a and b need, and the gradient of all of it, are one compiled pass each (torch.compile).

Forward and backward agree with the plain path but for rounding; `tests/learning/test_fused.py` holds them against it.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

    from smen.learning.networks.smen import Smen

CHANNELS_LAST = torch.channels_last

LEAST_SCALE = 1e-6
"""Least scale of a normalisation, which is near one: so that the y that stands beyond the edge exists."""


def has_compiler() -> bool:
    """Whether there is a C++ compiler, which torch.compile needs on a CPU."""
    return shutil.which(os.environ.get("CXX", "g++")) is not None


def fused_pass(network: Smen, coarse: Tensor, residual: Tensor, kind: torch.dtype) -> Tensor:
    """What `Smen.forward` gives in training mode.

    Running means and variances are updated as batch normalisation does.

    Args:
        network: with both streams or one; ReLU before the normalisation, zeros beyond the edge.
        coarse: (B, H, W).
        residual: (B, 4, H, W), newest first.
        kind: number format of the convolutions.

    Returns:
        Estimates, float32 or wider, (B, H, W).
    """
    out: Tensor | None = None
    h = network.h.weight[:, :, 0]
    if network.streams != "spatial":
        features, scale, shift = _temporal(network, residual, kind)
        weight, bias = _folded(h, network.h.bias, scale, shift)
        out = functional.conv2d(features, weight.to(kind), bias.to(kind))
    if network.streams != "temporal":
        image = coarse[:, None].to(kind).contiguous(memory_format=CHANNELS_LAST)
        features = functional.conv2d(image, network.g.weight[:, :, 0].to(kind), _as(network.g.bias, kind), padding=1)
        once = network.h.bias if out is None else None
        spatial = functional.conv2d(features, h.to(kind), _as(once, kind), padding=1)
        out = spatial if out is None else out + spatial
    assert out is not None  # noqa: S101  (one of the streams is always there)
    return wide(out[:, 0])


def _temporal(network: Smen, residual: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """The residuals' features without their last normalisation, and the scale and shift to be folded on.

    Features are (B, 32, H + 2, W + 2), scale and shift (32,).
    """
    count = len(residual)
    frames = functional.pad(residual.flip(1).to(kind), (1, 1, 1, 1)).transpose(0, 1)  # oldest first; (T, B, ...)
    pairs = torch.stack([frames[:-1], frames[1:]], dim=2).flatten(0, 1).contiguous(memory_format=CHANNELS_LAST)
    scale = shift = None
    for block in network.f:
        conv, norm = block["conv"], block["norm"]  # type: ignore[index]
        weight = conv.weight.transpose(1, 2)  # (32, 2, features, 3, 3): the two frames side by side
        bias = conv.bias
        if scale is not None and shift is not None:
            weight, bias = _folded(weight.flatten(0, 1), None, scale, shift)
            weight, bias = weight.view(-1, 2, *weight.shape[1:]), conv.bias + bias.view(-1, 2).sum(1)
        made = functional.conv2d(
            pairs, weight.flatten(1, 2).to(kind).contiguous(memory_format=CHANNELS_LAST), bias.to(kind)
        )
        pairs, scale, shift, sums = _Activation.apply(  # type: ignore[no-untyped-call]
            made, norm.weight, norm.bias, len(made) // count, norm.eps
        )
        _remember(norm, sums, made)
    assert scale is not None and shift is not None  # noqa: S101  (there are three blocks)
    return pairs, scale, shift


def _folded(weight: Tensor, bias: Tensor | None, scale: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (O, I, 3, 3) and bias of a convolution on y that does what these do on scale * y + shift."""
    more = weight.sum((2, 3)) @ shift
    return weight * scale[:, None, None], more if bias is None else bias + more


def wide(values: Tensor) -> Tensor:
    """Values in a format that sums may be made in: float32 at least."""
    return values if values.dtype == torch.float64 else values.float()


def _as(bias: Tensor | None, kind: torch.dtype) -> Tensor | None:
    return None if bias is None else bias.to(kind)


@torch.no_grad()
def _remember(norm: torch.nn.BatchNorm3d, sums: Tensor, made: Tensor) -> None:
    """Update the running mean and variance, as `nn.BatchNorm3d` does in training mode."""
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101  (they are tracked)
    assert norm.num_batches_tracked is not None and norm.momentum is not None  # noqa: S101
    number = made.numel() // made.shape[1]
    mean = sums[0] / number
    variance = (sums[1] / number - mean * mean) * (number / max(number - 1, 1))
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance, norm.momentum)
    norm.num_batches_tracked += 1


class _Activation(torch.autograd.Function):
    """relu(z) as input of the next convolution, and the normalisation that is to be folded into it.

    z: (T * B, C, H, W), frames first. Gives (P * B, S * C, H + 2, W + 2) with the P = T - 1 pairs of frames side by
    side (S = 2), or the one frame itself (P = S = 1); scale and shift (C,); and the sums of y and y^2, (2, C).
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  (torch gives it no type)
        made: Tensor,
        gamma: Tensor,
        beta: Tensor,
        frames: int,
        eps: float,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        count, channels, height, width = made.shape
        each, beside = count // frames, min(frames, 2)
        out = torch.empty(
            (each * max(frames - 1, 1), channels * beside, height + 2, width + 2),
            dtype=made.dtype,
            memory_format=CHANNELS_LAST,
        )
        inner = out[:, :, 1:-1, 1:-1]
        if frames == 1:
            torch.clamp_min(made, 0, out=inner)
        else:
            torch.clamp_min(made[:-each], 0, out=inner[:, :channels])
            torch.clamp_min(made[each:], 0, out=inner[:, channels:])
        rows = _rows(made)
        torch._dynamo.maybe_mark_dynamic(rows, 0)
        sums = torch.stack(compiled(_sums)(rows))
        # The algebra of a few numbers is left to autograd, within this function.
        leaves = [t.detach().requires_grad_() for t in (sums, gamma, beta)]
        with torch.enable_grad():
            found = _normalisation(leaves[0], leaves[1], leaves[2], count * height * width, eps)
        ring = found[2].detach().to(out.dtype).repeat(beside)[:, None]
        for edge in (out[:, :, 0], out[:, :, -1], out[:, :, :, 0], out[:, :, :, -1]):
            edge.copy_(ring)
        ctx.small, ctx.frames = (leaves, found), frames
        ctx.save_for_backward(made)
        ctx.mark_non_differentiable(sums)
        return out, found[0].detach(), found[1].detach(), sums

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (made,), (leaves, found), frames = ctx.saved_tensors, ctx.small, ctx.frames
        grad = gradients[0].contiguous(memory_format=CHANNELS_LAST)
        edges = grad[:, :, 0], grad[:, :, -1], grad[:, :, 1:-1, 0], grad[:, :, 1:-1, -1]
        ring = torch.stack([wide(edge).sum((0, 2)) for edge in edges]).sum(0)
        small = torch.autograd.grad(found, leaves, (*gradients[1:3], ring.view(-1, made.shape[1]).sum(0)))
        count, channels, height, width = made.shape
        each = count // frames
        stacks = (
            grad.permute(0, 2, 3, 1).view(-1, each, height + 2, width + 2, min(frames, 2), channels),
            made.permute(0, 2, 3, 1).view(frames, each, height, width, channels),
        )
        for stack in stacks:  # the last batch of an epoch is smaller; the window never changes
            torch._dynamo.maybe_mark_dynamic(stack, 1)
        back = compiled(_backward)(*stacks, small[0][0], 2 * small[0][1])
        return back.view(count, height, width, channels).permute(0, 3, 1, 2), small[1], small[2], None, None


def _normalisation(sums: Tensor, gamma: Tensor, beta: Tensor, number: int, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """Scale a and shift b of a batch normalisation, and the y at which a y + b is zero, (C,) each."""
    mean = sums[0] / number
    scale = gamma * torch.rsqrt(sums[1] / number - mean * mean + eps)
    # With a scale of zero no y would do; with this one the features count for nothing as well.
    scale = torch.where(scale.abs() < LEAST_SCALE, torch.full_like(scale, LEAST_SCALE), scale)
    shift = beta - scale * mean
    return scale, shift, -shift / scale


def _rows(made: Tensor) -> Tensor:
    """(N, C, H, W) in memory as channels last -> (N * H * W, C), without a copy."""
    return made.permute(0, 2, 3, 1).reshape(-1, made.shape[1])


def _sums(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Sum and sum of squares of relu(z) over the rows of (n, C), (C,) each."""
    y = wide(torch.relu(rows))
    return y.sum(0), (y * y).sum(0)


def _backward(grad: Tensor, made: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Gradient with respect to z.

    Args:
        grad: of the padded pairs, (P, B, H + 2, W + 2, S, C).
        made: z, (T, B, H, W, C).
        first: derivative by the sum of y, (C,).
        second: twice the derivative by the sum of y^2, (C,).
    """
    inner = grad[:, :, 1:-1, 1:-1]
    pairs, last = len(inner), len(made) - 1
    rows = []
    for t in range(last + 1):
        y = wide(made[t])
        total = first + second * y
        if t < pairs:
            total = total + wide(inner[t][..., 0, :])
        if t > 0:
            total = total + wide(inner[t - 1][..., 1, :])
        rows.append(torch.where(y > 0, total, 0.0).to(made.dtype))
    return torch.stack(rows)


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled when first called."""
    return torch.compile(function)
