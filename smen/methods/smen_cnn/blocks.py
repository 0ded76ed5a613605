"""The parts of the paper's network as convolutions over single frames, for its quicker ways (`fused`, `folded`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor, nn

from smen.methods.smen_cnn.fast.convolutions import convolve, convolve_relu, kernel
from smen.methods.smen_cnn.fast.padding import Edge


class Parts(Protocol):
    """What they take of the network (`smen.Smen`)."""

    @property
    def f(self) -> nn.ModuleList:
        """Three blocks of convolution and normalisation."""

    @property
    def g(self) -> nn.Conv3d:
        """Of the coarse field; not there if the residuals are the only stream."""

    @property
    def h(self) -> nn.Conv3d:
        """Of the sum of both."""

    @property
    def streams(self) -> str:
        """Which inputs it uses."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """All trainable weights."""


def layers(block: nn.Module) -> tuple[nn.Conv3d, nn.BatchNorm3d]:
    """Convolution and normalisation of a block of f."""
    assert isinstance(block, nn.ModuleDict)  # noqa: S101  (what containers hold is not known to mypy)
    conv, norm = block["conv"], block["norm"]
    assert isinstance(conv, nn.Conv3d) and isinstance(norm, nn.BatchNorm3d)  # noqa: S101
    return conv, norm


def bias_of(layer: nn.Conv3d) -> nn.Parameter:
    """A layer's bias: all layers of the paper's network have one."""
    assert isinstance(layer.bias, nn.Parameter)  # noqa: S101
    return layer.bias


def paired(residual: Tensor, kind: torch.dtype) -> Tensor:
    """Residuals, newest first, (B, T, H, W), as pairs that follow each other: features (pairs * B, 2, H, W)."""
    frames = residual.to(kind).unbind(1)[::-1]  # oldest first
    pairs = torch.empty(len(frames) - 1, *frames[0].shape, 2, dtype=kind)
    for pair, earlier, later in zip(pairs, frames[:-1], frames[1:], strict=True):
        torch.stack([earlier, later], dim=-1, out=pair)
    return pairs.flatten(0, 1).permute(0, 3, 1, 2)


def over_two_frames(parts: tuple[Tensor, Tensor], weights: tuple[Tensor, Tensor], added: Edge) -> Tensor:
    """A convolution over two frames, cut off at zero (ReLU).

    Args:
        parts: features of the earlier and of the later frames, channels last.
        weights: of either, as `kernel` gives them.
        added: to what they make, bias included.
    """
    made = convolve(parts[0], weights[0], added.inside)
    added.add(made)
    return convolve_relu(parts[1], weights[1], onto=made)


def spatial(g: nn.Conv3d, image: Tensor) -> Tensor:
    """g(I) of an image that is one feature."""
    return convolve(image, kernel(g.weight[:, :, 0], image.dtype), bias_of(g).to(image.dtype))
