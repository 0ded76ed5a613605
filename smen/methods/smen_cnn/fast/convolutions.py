"""Convolutions of 3 x 3 cells on features that lie channels last, with what follows them done in the same pass.

oneDNN, which torch convolves with on a CPU, can add to what it makes and cut it off at zero (ReLU) before it writes it
to the memory. torch offers that to its own compiler alone (`torch.ops.mkldnn`, not a public interface), and it saves
a third of a training step's traffic. Where it is missing, and in float64, the same is done in steps.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

CHANNELS_LAST = torch.channels_last

_ONE = [1, 1]
_NAMES = ("_convolution_pointwise", "_convolution_pointwise_")


def convolve(features: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """A convolution with zeros beyond the edge.

    Args:
        features: (N, I, H, W), channels last.
        weight: (O, I, 3, 3), as `kernel` gives it.
        bias: (O,), in the features' number format.

    Returns:
        (N, O, H, W), channels last.
    """
    return functional.conv2d(features, weight, bias, padding=1)


def convolve_relu(features: Tensor, weight: Tensor, bias: Tensor | None = None, onto: Tensor | None = None) -> Tensor:
    """relu(`convolve` + onto); `onto` is overwritten and given back. Without derivatives."""
    if not _has_fused(features):
        made = convolve(features, weight, bias)
        return torch.relu_(made if onto is None else onto.add_(made))
    shape = (_ONE, _ONE, _ONE, 1)  # padding, stride, dilation, groups
    first, second = (getattr(torch.ops.mkldnn, name) for name in _NAMES)
    if onto is None:
        made = first.default(features, weight, bias, *shape, "relu", [], "")
    else:
        made = second.binary(onto, features, weight, bias, *shape, "add", 1.0, "relu", [], "")
    assert isinstance(made, Tensor)  # noqa: S101  (torch does not type its operators)
    return made


def convolve_backward(gradient: Tensor, features: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Derivatives of `convolve` by its features and by its weights."""
    by_features, by_weight, _ = _backward(gradient, features, weight, [True, True, False])
    return by_features, by_weight


def convolve_backward_weight(gradient: Tensor, features: Tensor, weight: Tensor) -> Tensor:
    """Derivative of `convolve` by its weights alone."""
    return _backward(gradient, features, weight, [False, True, False])[1]


def kernel(weight: Tensor, kind: torch.dtype) -> Tensor:
    """Weights (O, I, 3, 3) in a number format and as they lie for `convolve`."""
    return weight.to(kind, memory_format=CHANNELS_LAST)


def one_channel(image: Tensor, kind: torch.dtype) -> Tensor:
    """Images (N, H, W) as features (N, 1, H, W); their strides say channels last, for what is made of them to be so."""
    return image.to(kind)[..., None].permute(0, 3, 1, 2)


def _backward(gradient: Tensor, features: Tensor, weight: Tensor, wanted: list[bool]) -> tuple[Tensor, Tensor, Tensor]:
    made: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        gradient, features, weight, None, _ONE, _ONE, _ONE, False, [0, 0], 1, wanted
    )
    return made


def _has_fused(features: Tensor) -> bool:
    return features.dtype != torch.float64 and all(hasattr(torch.ops.mkldnn, name) for name in _NAMES)
