"""The paper's network at rest: its normalisations are part of its convolutions.

With the running means and variances a batch normalisation a y + b is known beforehand: a goes into the weights of the
next convolution, and what b adds depends only on how near the edge a cell lies (`edge`). What is left are convolutions
that cut off at zero as they write (`convolutions`), in float32 within rounding of the plain way.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from smen.methods.smen_cnn.blocks import Parts, bias_of, layers, over_two_frames, paired
from smen.methods.smen_cnn.fast.convolutions import convolve, convolve_relu, kernel, one_channel
from smen.methods.smen_cnn.fast.padding import Edge, additions


class Folded:
    """The network as it is now, for many maps: a later change of its weights changes nothing here.

    Args:
        network: with f; ReLU before the normalisation, zeros beyond the edge; on the CPU.
        kind: number format of the convolutions.
    """

    @torch.no_grad()
    def __init__(self, network: Parts, kind: torch.dtype) -> None:
        self.kind = kind
        (conv, norm), *others = (layers(block) for block in network.f)
        self.first = kernel(conv.weight[:, 0], kind), bias_of(conv).to(kind)
        scale, shift = _affine(norm)
        self.others = []
        for conv, norm in others:
            earlier, later = (kernel(w, kind) for w in (conv.weight * scale[:, None, None, None]).unbind(2))
            edge = Edge(additions(conv.weight.sum(2), shift, bias_of(conv)), kind)
            self.others.append(((earlier, later), edge))
            scale, shift = _affine(norm)
        h = network.h.weight[:, :, 0]
        self.last = kernel(h * scale[:, None, None], kind), Edge(additions(h, shift, bias_of(network.h)), kind)
        self.spatial: tuple[Tensor, Tensor, Tensor] | None = None
        if network.streams != "temporal":
            g, bias = network.g.weight[:, :, 0], bias_of(network.g)
            self.spatial = kernel(g, kind), bias.to(kind), kernel(h, kind)

    @torch.no_grad()
    def __call__(self, coarse: Tensor, residual: Tensor) -> Tensor:
        """What `Smen.forward` gives in evaluation mode, without derivatives.

        Args:
            coarse: (B, H, W), with two rows and columns at least.
            residual: (B, 4, H, W), newest first.

        Returns:
            Estimates in the number format of the convolutions, (B, H, W).
        """
        batch = len(coarse)
        y = convolve_relu(paired(residual, self.kind), *self.first)
        for weights, edge in self.others:
            y = over_two_frames((y[:-batch], y[batch:]), weights, edge)
        weight, edge = self.last
        out = convolve(y, weight, edge.inside)
        edge.add(out)
        if self.spatial is not None:
            g, bias, h = self.spatial
            out += convolve(convolve(one_channel(coarse, self.kind), g, bias), h)
        return out[:, 0]


def _affine(norm: nn.BatchNorm3d) -> tuple[Tensor, Tensor]:
    """What it multiplies by and adds, (32,) each."""
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101  (they are tracked)
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    return scale, norm.bias - scale * norm.running_mean
