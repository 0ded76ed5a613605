"""The paper's network: J(t) = h(g(I(t)) + f(D(t))), equation (1) of the SMEN paper.

f: three layers of a 3-D convolution with 32 kernels of 2 x 3 x 3, ReLU and batch normalisation, over the four
residuals; without padding in time the four frames become one. g: one convolution with 32 kernels of 1 x 3 x 3 on
the coarse field. h: one filter of 1 x 3 x 3 on their sum. With biases and the affine weights of the batch
normalisations these are 672 + 2 x 18528 + 320 + 289 = 38,337 trainable weights.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from smen.errors import SettingsError
from smen.methods.smen_cnn.fast.folded import FoldedNetwork
from smen.methods.smen_cnn.fast.fused import fused_forward
from smen.methods.smen_cnn.interface import Estimator, Inputs, Network

FRAMES = 4
"""k: three kernels of length 2 in time reduce just four frames to one."""

FEATURES = 32
"""Kernels of each convolution of f and g."""

Streams = Literal["spatiotemporal", "spatial", "temporal"]
Order = Literal["relu_norm", "norm_relu"]
Padding = Literal["zeros", "reflect", "replicate"]


class Smen(Network):
    """The Spatio-temporal soil Moisture Enhancement Network as published.

    Args:
        history: k; must be 4.
        streams: which inputs it uses, for the paper's Table 2: both, the coarse field alone (h(g(I))), or the
            residuals alone (h(f(D))).
        order: whether a layer of f normalises after its ReLU, in the order in which the paper lists them, or before.
        padding: values beyond the window's edge for the convolutions; the paper does not say, zeros are usual.

    Raises:
        SettingsError: `history` is not 4, or an option has an unknown value.
    """

    def __init__(
        self,
        history: int = FRAMES,
        streams: Streams = "spatiotemporal",
        order: Order = "relu_norm",
        padding: Padding = "zeros",
    ) -> None:
        super().__init__(history)
        if history != FRAMES:
            raise SettingsError(
                f"the paper's network takes a history of {FRAMES} earlier fine fields, not {history}: its kernels "
                f"reduce just {FRAMES} frames to one. Set the history to {FRAMES} or choose another network"
            )
        for name, value, allowed in (
            ("streams", streams, Streams),
            ("order", order, Order),
            ("padding", padding, Padding),
        ):
            if value not in get_args(allowed):
                raise SettingsError(f"network option {name}: {value!r} is not one of {', '.join(get_args(allowed))}")
        self.streams, self.order = streams, order
        self.padding = "constant" if padding == "zeros" else padding
        if streams != "spatial":
            self.f = nn.ModuleList(
                nn.ModuleDict({"conv": nn.Conv3d(n, FEATURES, (2, 3, 3)), "norm": nn.BatchNorm3d(FEATURES)})
                for n in (1, FEATURES, FEATURES)
            )
        if streams != "temporal":
            self.g = nn.Conv3d(1, FEATURES, (1, 3, 3))
        self.h = nn.Conv3d(FEATURES, 1, (1, 3, 3))

    def forward(self, inputs: Inputs) -> Tensor:
        """Estimate the fine fields (B, H, W) from the coarse ones and the residuals."""
        if self.training and self.fused and self._has_fast_path() and _fits_fast_path(inputs.coarse):
            half = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.bfloat16
            dtype = torch.bfloat16 if half else inputs.coarse.dtype
            with torch.autocast("cpu", enabled=False):  # the fused computation chooses each dtype itself
                return fused_forward(self, inputs.coarse, inputs.residual, dtype)
        features: Tensor | None = None
        if self.streams != "spatial":
            features = self._temporal(inputs.residual)
        if self.streams != "temporal":
            spatial = self._convolve(self.g, inputs.coarse[:, None])
            features = spatial if features is None else spatial + features
        assert features is not None  # noqa: S101  (one of the streams is always there)
        return self._convolve(self.h, features)[:, 0]

    def for_inference(self, dtype: torch.dtype = torch.float32) -> Estimator:
        """Prepare the trained network for many maps; on a CPU with the normalisations folded into the convolutions.

        Args:
            dtype: of the convolutions: its own, or bfloat16 where the processor is faster in it.

        Returns:
            A callable, valid until the weights change.
        """
        plain = super().for_inference(dtype)
        if not self._has_fast_path() or self.h.weight.device.type != "cpu":
            return plain
        folded = FoldedNetwork(self, dtype)

        def estimate(inputs: Inputs) -> Tensor:
            return folded(inputs.coarse, inputs.residual) if _fits_fast_path(inputs.coarse) else plain(inputs)

        return estimate

    def _has_fast_path(self) -> bool:
        """Whether `fused` and `folded` apply: they implement the paper's own options only."""
        return self.order == "relu_norm" and self.padding == "constant" and self.streams != "spatial"

    def _temporal(self, residual: Tensor) -> Tensor:
        """Compute f: (B, 4, H, W) residuals, newest first -> (B, 32, H, W) features."""
        frames = residual.flip(1)[:, :, None]  # oldest first, as time runs; (B, T, 1, H, W)
        for layer in self.f:
            assert isinstance(layer, nn.ModuleDict)  # noqa: S101  (the type of what ModuleList holds)
            size = (len(frames), frames.shape[1] - 1)
            pairs = torch.cat([frames[:, :-1], frames[:, 1:]], dim=2).flatten(0, 1)
            out = self._convolve(layer["conv"], pairs)
            norm = layer["norm"]
            # A 2-D normalisation over (pairs of all images) has the statistics of the 3-D one; the 3-D layer holds
            # the weights, its input gets a time axis of one.
            if self.order == "relu_norm":
                out = norm(functional.relu(out)[:, :, None])[:, :, 0]
            else:
                out = functional.relu(norm(out[:, :, None])[:, :, 0])
            frames = out.reshape(*size, *out.shape[1:])
        return frames[:, 0]

    def _convolve(self, layer: nn.Module, stack: Tensor) -> Tensor:
        """Convolve in 3-D, of length T in time, T frames laid side by side as channels, (B, T * C, H, W).

        The same sums as of `nn.Conv3d`, by a 2-D convolution: on CPUs torch's 3-D one falls back to an implementation
        five times slower where a batch is small (the last batch of an epoch, and every map).
        """
        assert isinstance(layer, nn.Conv3d)  # noqa: S101  (the type of what ModuleDict holds is not known to mypy)
        weight = layer.weight.transpose(1, 2).flatten(1, 2)
        padded = functional.pad(stack, (1, 1, 1, 1), mode=self.padding)
        return functional.conv2d(padded, weight, layer.bias)


def _fits_fast_path(coarse: Tensor) -> bool:
    """Whether `fused` and `folded` can compute such images: on the CPU, of two rows and columns at least."""
    return coarse.device.type == "cpu" and min(coarse.shape[-2:]) > 1
