"""The paper's network at rest: its normalisations are part of its convolutions.

With the running means and variances a batch normalisation a y + b is known beforehand: a goes into the weights of the
next convolution, and what b adds depends only on how near the edge a cell lies (`edge`). What is left are convolutions
that cut off at zero as they write (`convolutions`), in float32 within rounding of the plain way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from smen.learning.networks.blocks import bias_of, layers, over_two_frames, paired, spatial
from smen.learning.networks.convolutions import convolve, convolve_relu, kernel, one_channel
from smen.learning.networks.edge import MIDDLE, add_along_edge, additions

if TYPE_CHECKING:
    from smen.learning.networks.smen import Smen


@torch.no_grad()
def folded_pass(network: Smen, coarse: Tensor, residual: Tensor, kind: torch.dtype) -> Tensor:
    """What `Smen.forward` gives in evaluation mode, without derivatives.

    Args:
        network: with f; ReLU before the normalisation, zeros beyond the edge.
        coarse: (B, H, W), with two rows and columns at least.
        residual: (B, 4, H, W), newest first.
        kind: number format of the convolutions.

    Returns:
        Estimates in it, (B, H, W).
    """
    batch = len(coarse)
    (conv, norm), *others = (layers(block) for block in network.f)
    y = convolve_relu(paired(residual, kind), kernel(conv.weight[:, 0], kind), bias_of(conv).to(kind))
    scale, shift = _affine(norm)
    for conv, norm in others:
        earlier, later = (kernel(w, kind) for w in (conv.weight * scale[:, None, None, None]).unbind(2))
        added = additions(conv.weight.sum(2), shift, bias_of(conv))
        y = over_two_frames((y[:-batch], y[batch:]), (earlier, later), added)
        scale, shift = _affine(norm)
    h = network.h.weight[:, :, 0]
    added = additions(h, shift, bias_of(network.h))
    out = convolve(y, kernel(h * scale[:, None, None], kind), added[MIDDLE].to(kind))
    add_along_edge(out, added)
    if network.streams != "temporal":
        out += convolve(spatial(network.g, one_channel(coarse, kind)), kernel(h, kind))
    return out[:, 0]


def _affine(norm: nn.BatchNorm3d) -> tuple[Tensor, Tensor]:
    """What it multiplies by and adds, (32,) each."""
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101  (they are tracked)
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    return scale, norm.bias - scale * norm.running_mean
