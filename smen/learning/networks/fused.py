"""The paper's network in training, with each activation and normalisation fused: the same sums in fewer passes.

On a CPU that multiplies in bfloat16 the convolutions of a training step are no longer what takes the time; ReLU and
batch normalisation are, because each of their steps reads and writes all features once more. Here

- the normalisation a y + b of a block's output y = relu(z) is not carried out at all: a is multiplied into the weights
  of the next convolution, and what b adds to its sums is one image, the same for all dates, that differs from a
  constant only along the window's edge (`_image`), where the normalised features end and zeros begin;
- a convolution over two frames is two over one, of the earlier and the later frames: both are parts of the same array,
  and nothing is copied to lay frames side by side;
- their sum, its ReLU and the sums that a and b need are one compiled pass (torch.compile), the gradient another;
- h(g(I)) has no ReLU in between and is one small convolution, exact up to the edge (`_spatial`).

Forward and backward agree with the plain path but for rounding; `tests/learning/test_fused.py` holds them against it.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

    from smen.learning.networks.smen import Smen

CHANNELS_LAST = torch.channels_last


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
    weight = network.h.weight[:, :, 0]
    if network.streams == "spatial":
        return (_spatial(network.g, weight, coarse) + _bias(network.h))[:, 0]
    features, scale, shift = _temporal(network.f, residual, kind)
    out = wide(_convolve(features, weight * scale[:, None, None]))
    out = out + _image(weight, shift, coarse.shape[-2:], _bias(network.h))
    if network.streams != "temporal":
        out = out + _spatial(network.g, weight, coarse)
    return out[:, 0]


def _spatial(g: nn.Conv3d, h: Tensor, coarse: Tensor) -> Tensor:
    """h(g(I)) but for the bias of h, (B, 1, H, W): g for each of the nine cells of h, then these nine added up.

    Like that, and not as one convolution of 5 x 5, nothing is added where a cell of h lies beyond the edge.
    """
    turned = h[0].flip(1, 2)  # a cell's share in what is made around it
    weight = torch.einsum("cij,cxy->ijxy", turned, g.weight[:, 0, 0]).reshape(9, 9)
    bias = torch.einsum("cij,c->ij", turned, _bias(g)).reshape(9, 1)
    around = functional.unfold(coarse[:, None], 3, padding=1)
    return functional.fold(weight @ around + bias, coarse.shape[-2:], 3, padding=1)


def _temporal(blocks: nn.ModuleList, residual: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """The residuals' features without their last normalisation, (B, 32, H, W), and its scale and shift, (32,)."""
    count, shape = len(residual), residual.shape[-2:]
    frames = residual.flip(1).to(kind).transpose(0, 1)  # oldest first; (T, B, H, W)
    first, *others = (_layers(block) for block in blocks)
    # Of one feature each, two frames are laid side by side after all.
    pairs = torch.stack([frames[:-1], frames[1:]], dim=2).flatten(0, 1).contiguous(memory_format=CHANNELS_LAST)
    made = functional.conv2d(pairs, first[0].weight[:, 0].to(kind), _bias(first[0]).to(kind), padding=1)
    earlier, later, scale, shift = _activated(first[1], count, made)
    for conv, norm in others:
        weights = (conv.weight * scale[:, None, None, None]).unbind(2)  # (32, features, 2, 3, 3)
        parts = [_convolve(part, weight) for part, weight in zip((earlier, later), weights, strict=True)]
        image = _image(conv.weight.sum(2), shift, shape, _bias(conv))
        earlier, later, scale, shift = _activated(norm, count, *parts, image)
    return earlier, scale, shift


def _activated(norm: nn.BatchNorm3d, batch: int, *parts: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What `_Activation` gives, and the scale and shift that normalise it, (C,) each."""
    earlier, later, sums = _Activation.apply(batch, *parts)  # type: ignore[no-untyped-call]
    number = parts[0].numel() // norm.num_features
    mean, square = sums / number
    variance = square - mean * mean
    _remember(norm, mean, variance, number)
    scale = norm.weight * torch.rsqrt(variance + norm.eps)
    return earlier, later, scale, norm.bias - scale * mean


def _layers(block: nn.Module) -> tuple[nn.Conv3d, nn.BatchNorm3d]:
    """The layers of a block of f."""
    assert isinstance(block, nn.ModuleDict)  # noqa: S101  (what containers hold is not known to mypy)
    conv, norm = block["conv"], block["norm"]
    assert isinstance(conv, nn.Conv3d) and isinstance(norm, nn.BatchNorm3d)  # noqa: S101
    return conv, norm


def _bias(layer: nn.Conv3d) -> Tensor:
    assert layer.bias is not None  # noqa: S101  (all layers of the paper's network have one)
    return layer.bias


def _convolve(features: Tensor, weight: Tensor) -> Tensor:
    """A convolution in the features' number format, zeros beyond the edge, without a bias."""
    return functional.conv2d(features, weight.to(features.dtype).contiguous(memory_format=CHANNELS_LAST), padding=1)


def _image(weight: Tensor, shift: Tensor, shape: torch.Size, bias: Tensor) -> Tensor:
    """What a convolution with weights (O, I, 3, 3) makes of a shift (I,) of all its input, zeros beyond the edge.

    Returns:
        (1, O, H, W), the bias added.
    """
    each = torch.einsum("oixy,i->xyo", weight, shift).reshape(9, -1)
    return torch.addmm(bias, _inside(shape, each.dtype), each).view(1, *shape, -1).permute(0, 3, 1, 2)


@cache
def _inside(shape: torch.Size, kind: torch.dtype) -> Tensor:
    """Which of the nine cells around each cell lie in the window, 1 or 0, (H * W, 9)."""
    return functional.unfold(torch.ones(1, 1, *shape, dtype=kind), 3, padding=1)[0].T.contiguous()


def wide(values: Tensor) -> Tensor:
    """Values in a format that sums may be made in: float32 at least."""
    return values if values.dtype == torch.float64 else values.float()


@torch.no_grad()
def _remember(norm: nn.BatchNorm3d, mean: Tensor, variance: Tensor, number: int) -> None:
    """Update the running mean and variance, as `nn.BatchNorm3d` does in training mode."""
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101  (they are tracked)
    assert norm.num_batches_tracked is not None and norm.momentum is not None  # noqa: S101
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance * (number / max(number - 1, 1)), norm.momentum)
    norm.num_batches_tracked += 1


class _Activation(torch.autograd.Function):
    """y = relu(z) of all frames, for the next convolution, and the sums of y and of y^2 that normalise it.

    z, (T * B, C, H, W), frames first, is given in parts to be added: two convolutions and an image for all, or one.
    Gives y of all frames but the last and of all but the first, ((T - 1) * B, C, H, W) each; of the one frame, if T is
    1, y and nothing. Sums are (2, C).
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  (torch gives it no type)
        batch: int,
        *parts: Tensor,
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        stacks = [part.permute(0, 2, 3, 1) for part in parts]
        for stack in stacks[:2]:  # the last batch of an epoch is smaller; the window never changes
            torch._dynamo.maybe_mark_dynamic(stack, 0)
        y, *sums = compiled(_forward)(*stacks)
        ctx.batch, ctx.parts = batch, len(parts)
        ctx.save_for_backward(y)
        y = y.permute(0, 3, 1, 2)
        if len(y) == batch:
            return y, None, torch.stack(sums)
        return y[:-batch], y[batch:], torch.stack(sums)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (y,), batch = ctx.saved_tensors, ctx.batch
        stacks = [g.permute(0, 2, 3, 1).reshape(-1, batch, *y.shape[1:]) for g in gradients[:2] if g is not None]
        stacks = [y.view(-1, batch, *y.shape[1:]), *stacks]
        for stack in stacks:
            torch._dynamo.maybe_mark_dynamic(stack, 1)
        back = compiled(_backward)(gradients[2], *stacks).flatten(0, 1)
        whole = back.permute(0, 3, 1, 2)
        if ctx.parts == 1:
            return None, whole
        torch._dynamo.maybe_mark_dynamic(back, 0)
        return None, whole, whole, compiled(_over_images)(back).permute(2, 0, 1)[None]


def _forward(first: Tensor, second: Tensor | None = None, image: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """y, and the sums of y and of y^2, (C,) each; all channels last."""
    total = wide(first)
    if second is not None and image is not None:
        total = total + wide(second) + image
    y = torch.relu(total).to(first.dtype)
    rows = wide(y).flatten(0, 2)
    return y, rows.sum(0), (rows * rows).sum(0)


def _backward(sums: Tensor, y: Tensor, earlier: Tensor, later: Tensor | None = None) -> Tensor:
    """Gradient with respect to z, shaped as y.

    Args:
        sums: derivative by the sums of y and of y^2, (2, C).
        y: (T, B, H, W, C).
        earlier: derivative by all frames but the last, or by the only one, (T - 1 or 1, B, H, W, C).
        later: by all but the first, where there are several.
    """
    rows = []
    for t in range(len(y)):
        here = wide(y[t])
        total = sums[0] + 2 * sums[1] * here
        if t < len(earlier):
            total = total + wide(earlier[t])
        if t > 0 and later is not None:
            total = total + wide(later[t - 1])
        rows.append(torch.where(here > 0, total, 0.0).to(y.dtype))
    return torch.stack(rows)


def _over_images(gradient: Tensor) -> Tensor:
    """Sum over images of (N, H, W, C). A pass of its own: within the other it reads the memory in leaps."""
    return wide(gradient).sum(0)


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled when first called."""
    return torch.compile(function)
