"""The layers of the paper's network as convolutions over single frames, for its fast paths (`fused`, `folded`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor, nn

from smen.methods.smen_cnn.fast.convolutions import channels_last_weight, convolve, convolve_relu
from smen.methods.smen_cnn.fast.padding import PaddingBias


class SmenLayers(Protocol):
    """Layers of the network (`smen.methods.smen_cnn.network.Smen`) that the fast paths use."""

    @property
    def f(self) -> nn.ModuleList:
        """Three layers of convolution, ReLU and batch normalisation, on the residuals."""

    @property
    def g(self) -> nn.Conv3d:
        """Convolution of the coarse field; absent if the residuals are the only stream."""

    @property
    def h(self) -> nn.Conv3d:
        """Convolution of the sum of both."""

    @property
    def streams(self) -> str:
        """Which inputs the network uses: `spatiotemporal` or `temporal`."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """All trainable weights."""


def conv_and_norm(layer: nn.Module) -> tuple[nn.Conv3d, nn.BatchNorm3d]:
    """Return the convolution and the batch normalisation of a layer of f."""
    assert isinstance(layer, nn.ModuleDict)  # noqa: S101  (what containers hold is not known to mypy)
    conv, norm = layer["conv"], layer["norm"]
    assert isinstance(conv, nn.Conv3d) and isinstance(norm, nn.BatchNorm3d)  # noqa: S101
    return conv, norm


def bias_of(conv: nn.Conv3d) -> nn.Parameter:
    """Return the bias of a convolution: all those of the paper's network have one."""
    assert isinstance(conv.bias, nn.Parameter)  # noqa: S101
    return conv.bias


def frame_pairs(residual: Tensor, dtype: torch.dtype) -> Tensor:
    """Lay out residuals as pairs of consecutive frames, each pair an image of two channels.

    Args:
        residual: (B, T, H, W), newest first.
        dtype: of the result.

    Returns:
        ((T - 1) * B, 2, H, W), channels last: all images of the oldest pair first; channel 0 is the earlier frame.
    """
    frames = residual.to(dtype).unbind(1)[::-1]  # oldest first
    pairs = torch.empty(len(frames) - 1, *frames[0].shape, 2, dtype=dtype)
    for pair, earlier, later in zip(pairs, frames[:-1], frames[1:], strict=True):
        torch.stack([earlier, later], dim=-1, out=pair)
    return pairs.flatten(0, 1).permute(0, 3, 1, 2)


def convolve_two_frames_relu(
    features: tuple[Tensor, Tensor], weights: tuple[Tensor, Tensor], bias: PaddingBias
) -> Tensor:
    """Convolve over two frames, add the bias, and apply ReLU.

    Args:
        features: of the earlier and of the later frames, (N, I, H, W) each, channels last.
        weights: of either, (O, I, 3, 3), as `channels_last_weight` returns them.
        bias: by cell along the window's edge; the convolution's own bias included.

    Returns:
        (N, O, H, W), channels last.
    """
    total = convolve(features[0], weights[0], bias.interior)
    bias.add_along_edge(total)
    return convolve_relu(features[1], weights[1], onto=total)


def convolve_coarse(g: nn.Conv3d, image: Tensor) -> Tensor:
    """Compute g(I) of the coarse field.

    Args:
        g: the network's layer.
        image: I(t), (B, 1, H, W), channels last.

    Returns:
        (B, 32, H, W), channels last, in the image's dtype.
    """
    return convolve(image, channels_last_weight(g.weight[:, :, 0], image.dtype), bias_of(g).to(image.dtype))
