"""The paper's network in evaluation mode, its batch normalisations folded into its convolutions.

With running means and variances a batch normalisation a y + b is constant: a is multiplied into the weights of the next
convolution, and b becomes a bias that depends only on how near the edge a cell lies (`padding`). The rest are
convolutions that apply ReLU as they write (`convolutions`); in float32 they agree with the plain path but for rounding.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from smen.methods.smen_cnn.fast.convolutions import channels_last_weight, convolve, convolve_relu, one_channel
from smen.methods.smen_cnn.fast.padding import PaddingBias, bias_by_class
from smen.methods.smen_cnn.layers import SmenLayers, bias_of, conv_and_norm, convolve_two_frames_relu, frame_pairs


class FoldedNetwork:
    """A copy of the network's present weights, for many maps: a later change of them changes nothing here.

    Args:
        network: with f; ReLU before the normalisation, zeros beyond the edge; on the CPU.
        dtype: of the convolutions.
    """

    @torch.no_grad()
    def __init__(self, network: SmenLayers, dtype: torch.dtype) -> None:
        self.dtype = dtype
        (conv, norm), *others = (conv_and_norm(layer) for layer in network.f)
        self._first = channels_last_weight(conv.weight[:, 0], dtype), bias_of(conv).to(dtype)
        scale, shift = _affine(norm)
        self._others = []
        for conv, norm in others:
            scaled = (conv.weight * scale[:, None, None, None]).unbind(2)
            earlier, later = (channels_last_weight(weight, dtype) for weight in scaled)
            bias = PaddingBias(bias_by_class(conv.weight.sum(2), shift, bias_of(conv)), dtype)
            self._others.append(((earlier, later), bias))
            scale, shift = _affine(norm)
        h = network.h.weight[:, :, 0]
        bias = PaddingBias(bias_by_class(h, shift, bias_of(network.h)), dtype)
        self._last = channels_last_weight(h * scale[:, None, None], dtype), bias
        self._coarse: tuple[Tensor, Tensor, Tensor] | None = None
        if network.streams != "temporal":
            g, g_bias = network.g.weight[:, :, 0], bias_of(network.g)
            self._coarse = channels_last_weight(g, dtype), g_bias.to(dtype), channels_last_weight(h, dtype)

    @torch.no_grad()
    def __call__(self, coarse: Tensor, residual: Tensor) -> Tensor:
        """Compute what `Smen.forward` computes in evaluation mode, without derivatives.

        Args:
            coarse: (B, H, W), with two rows and columns at least.
            residual: (B, 4, H, W), newest first.

        Returns:
            Estimates in the dtype of the convolutions, (B, H, W).
        """
        batch = len(coarse)
        features = convolve_relu(frame_pairs(residual, self.dtype), *self._first)
        for weights, bias in self._others:
            features = convolve_two_frames_relu((features[:-batch], features[batch:]), weights, bias)
        weight, bias = self._last
        out = convolve(features, weight, bias.interior)
        bias.add_along_edge(out)
        if self._coarse is not None:
            g, g_bias, h = self._coarse
            out += convolve(convolve(one_channel(coarse, self.dtype), g, g_bias), h)
        return out[:, 0]


def _affine(norm: nn.BatchNorm3d) -> tuple[Tensor, Tensor]:
    """Factor and summand of a batch normalisation by its running statistics, (32,) each."""
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101  (they are tracked)
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    return scale, norm.bias - scale * norm.running_mean
