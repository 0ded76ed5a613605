"""Convolutions of 3 x 3 cells on channels-last features, fused with the addition and the ReLU that follow them.

oneDNN, which torch convolves with on a CPU, can add to its result and apply ReLU before it writes to memory. torch
offers that to its own compiler alone (`torch.ops.mkldnn`, not a public interface), and it saves a third of a training
step's memory traffic. Where it is missing, in float64, and in bfloat16 on a processor without AVX-512, the same is done
in steps.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

CHANNELS_LAST = torch.channels_last

_ONE = [1, 1]
_FUSED_OPERATORS = ("_convolution_pointwise", "_convolution_pointwise_")


def convolve(features: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Convolve with zeros beyond the edge.

    Args:
        features: (N, I, H, W), channels last.
        weight: (O, I, 3, 3), as `channels_last_weight` returns it.
        bias: (O,), in the features' dtype.

    Returns:
        (N, O, H, W), channels last.
    """
    return functional.conv2d(features, weight, bias, padding=1)


def convolve_relu(features: Tensor, weight: Tensor, bias: Tensor | None = None, onto: Tensor | None = None) -> Tensor:
    """Compute relu(convolve(features, weight, bias) + onto), without derivatives.

    Args:
        features: (N, I, H, W), channels last.
        weight: (O, I, 3, 3), as `channels_last_weight` returns it.
        bias: (O,), in the features' dtype; only without `onto`.
        onto: (N, O, H, W), channels last; overwritten by the result. None: nothing is added.

    Returns:
        (N, O, H, W), channels last.
    """
    if not _has_fused_relu(features):
        convolved = convolve(features, weight, bias)
        return torch.relu_(convolved if onto is None else onto.add_(convolved))
    shape = (_ONE, _ONE, _ONE, 1)  # padding, stride, dilation, groups
    new, in_place = (getattr(torch.ops.mkldnn, name) for name in _FUSED_OPERATORS)
    if onto is None:
        result = new.default(features, weight, bias, *shape, "relu", [], "")
    else:
        result = in_place.binary(onto, features, weight, bias, *shape, "add", 1.0, "relu", [], "")
    assert isinstance(result, Tensor)  # noqa: S101  (torch does not type its operators)
    return result


def convolve_backward(gradient: Tensor, features: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Backpropagate through `convolve`.

    Args:
        gradient: of the loss by the convolution's result, (N, O, H, W), channels last.
        features: (N, I, H, W), channels last.
        weight: (O, I, 3, 3).

    Returns:
        Gradients by the features, (N, I, H, W), and by the weights, (O, I, 3, 3).
    """
    by_features, by_weight, _ = _backward(gradient, features, weight, [True, True, False])
    return by_features, by_weight


def convolve_backward_weight(gradient: Tensor, features: Tensor, weight: Tensor) -> Tensor:
    """Return the gradient of `convolve` by its weights alone, (O, I, 3, 3).

    Args:
        gradient: of the loss by the convolution's result, (N, O, H, W), channels last.
        features: (N, I, H, W), channels last.
        weight: (O, I, 3, 3).
    """
    return _backward(gradient, features, weight, [False, True, False])[1]


def channels_last_weight(weight: Tensor, dtype: torch.dtype) -> Tensor:
    """Return a convolution's weights as `convolve` takes them.

    Args:
        weight: (O, I, 3, 3).
        dtype: of the convolution.

    Returns:
        The same, (O, I, 3, 3), in channels-last layout.
    """
    return weight.to(dtype, memory_format=CHANNELS_LAST)


def one_channel(image: Tensor, dtype: torch.dtype) -> Tensor:
    """View images (N, H, W) as (N, 1, H, W) in channels-last layout, so that convolutions stay channels-last.

    Args:
        image: (N, H, W).
        dtype: of the convolutions.
    """
    return image.to(dtype)[..., None].permute(0, 3, 1, 2)


def _backward(gradient: Tensor, features: Tensor, weight: Tensor, wanted: list[bool]) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients by features, weights and bias; those not wanted are None."""
    gradients: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        gradient, features, weight, None, _ONE, _ONE, _ONE, False, [0, 0], 1, wanted
    )
    return gradients


def _has_fused_relu(features: Tensor) -> bool:
    """Whether torch offers the fused operators for this dtype on this processor."""
    if features.dtype == torch.float64 or (features.dtype == torch.bfloat16 and not _onednn_has_bfloat16()):
        return False
    return all(hasattr(torch.ops.mkldnn, name) for name in _FUSED_OPERATORS)


def _onednn_has_bfloat16() -> bool:
    """Whether oneDNN convolves in bfloat16 here: not on processors without AVX-512, where torch does it by itself."""
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return supported is not None and bool(supported())
